import { Beginning } from '../support/lines.ts';
import { startGroup } from './process-group.ts';

/** The version that a program tells when it is asked; undefined when it tells none within the limit. */
export async function askVersion(
  command: string,
  limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<string | undefined> {
  const { timeoutMs = 20_000, signal } = limits;
  const said = new Beginning(4000);
  const { ended } = startGroup(command, ['--version'], {
    timeoutMs,
    ...(signal && { signal }),
    onStdout: (chunk) => said.push(chunk),
    onStderr: () => undefined,
  });
  const { exitCode } = await ended;
  signal?.throwIfAborted();
  return exitCode === 0 ? /\d+\.\d+(?:\.\d+)?/.exec(said.text)?.[0] : undefined;
}
