import { Session } from 'node:inspector/promises';

// From the beginning: V8 counts the blocks of functions that are compiled while it counts, of others calls.
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/**
 * How often the blocks of thimble's own sources are run by `task`: a measure of work that no machine
 * and no other program changes.
 */
export async function countWork(task: () => void): Promise<number> {
  await session.post('Profiler.takePreciseCoverage');
  task();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.includes('/src/'))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0);
}
