import type { Graph } from '../../src/ir/types.ts';
import { byteLength, elements } from '../../src/ir/types.ts';
import { concatBytes } from '../../src/support/bytes.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { execute } from '../../src/workflow/execute.ts';
import { mergeGraphs } from '../../test/support/merge-graphs.ts';
import type { Case } from './reference.ts';

/** Where the C runs. */
export type Machine = 'host' | 'qemu' | 'qemu-m0plus';

const BOARDS: Readonly<Record<Machine, string | undefined>> = {
  host: undefined,
  qemu: 'mps2-an386',
  'qemu-m0plus': 'rp2040-pico',
};

/** Bytes of tensors that one boot takes, far below a board's RAM, and cases that one build takes. */
const [MOST_BYTES, MOST_CASES] = [400_000, 150];

/** Runs the C of cases, many in one boot; calls `report` with each, and why its bytes are not the reference's. */
export async function runGenerated(
  cases: readonly Case[],
  machine: Machine,
  report: (each: Case, why: string | undefined) => void,
): Promise<void> {
  for (const batch of batches(cases)) await runBatch(batch, machine, report);
}

function batches(cases: readonly Case[]): Case[][] {
  const made: Case[][] = [[]];
  let bytes = 0;
  for (const each of cases) {
    const size = bytesOf(each.graph);
    if (made.at(-1)!.length === MOST_CASES || (bytes + size > MOST_BYTES && bytes > 0)) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1)!.push(each);
    bytes += size;
  }
  return made.filter(({ length }) => length > 0);
}

function bytesOf({ tensors }: Graph): number {
  return [...tensors.values()].reduce(
    (sum, tensor) => sum + (elements(tensor) > 0 ? byteLength(tensor) : 0),
    0,
  );
}

// A batch that does not compile is divided, until the case that is to blame stands alone.
async function runBatch(
  batch: readonly Case[],
  machine: Machine,
  report: (each: Case, why: string | undefined) => void,
): Promise<void> {
  try {
    const output = await outputOf(batch, machine);
    let at = 0;
    for (const each of batch) {
      const bytes = output.subarray(at, (at += each.expected.length));
      const { difference } = compareOutput(
        each.graph,
        each.test.name,
        'reference',
        bytes,
        each.expected,
      );
      report(each, difference && `byte ${difference.byte} is not the reference’s`);
    }
  } catch (error) {
    if (batch.length === 1) {
      report(batch[0]!, (error as Error).message.split('\n')[0]);
      return;
    }
    const half = batch.length >> 1;
    await runBatch(batch.slice(0, half), machine, report);
    await runBatch(batch.slice(half), machine, report);
  }
}

async function outputOf(batch: readonly Case[], machine: Machine): Promise<Uint8Array> {
  const graph = mergeGraphs(batch.map((each) => each.graph));
  const board = BOARDS[machine];
  const { outcome } = await execute({
    model: { name: 'suite', source: 'suite', bytes: new Uint8Array(), graph },
    options: { shrink: false },
    where: machine === 'host' ? 'host' : 'qemu',
    vectors: [concatBytes(batch.map(({ input }) => input))],
    ...(board !== undefined && { board: loadBoard(board) }),
  });
  return outcome.outputs[0]!;
}
