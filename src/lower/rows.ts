import type { TypedNode } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import type { Kernel } from '../ops/kernel.ts';
import { rowNode } from '../ops/rows.ts';
import type { RowRule } from '../ops/rows.ts';
import { memoise } from '../support/memoise.ts';
import type { Target } from '../target/target.ts';
import { candidateName, cyclesOn } from './lower.ts';
import type { Alternatives, Candidate } from './lower.ts';

/** A candidate that computes so many rows of a node at a time, and the cycles of all of them. */
export interface RowWay {
  readonly candidate: Candidate;
  readonly granule: number;
  readonly cycles: number;
}

/** How a kernel computes a node row by row; undefined when it cannot. */
export function rowRuleOf(node: TypedNode, kernel: Kernel): RowRule | undefined {
  const rule = rulesOf(node);
  const alike = rule?.rows === 1 && rule.stride === 1 && rule.padding === 0;
  return kernel.rows || (alike && !kernel.alias) ? rule : undefined;
}

const rulesOf = memoise((node: TypedNode) =>
  node.outputs.length === 1 ? opOf(node.op).rows?.(node) : undefined,
);

/** Rows that a step may compute at a time: blocks of four or six suit the kernels that have blocks. */
export const GRANULES: readonly number[] = [1, 2, 4, 6];
/** Whether it is a step's turn is asked once for each time that it is: so many cycles. */
const TURN_CYCLES = 40;

/** Every way of computing a node row by row, so many rows at a time. */
export function rowWays(
  { node, candidates }: Alternatives,
  target: Target,
  granules = GRANULES,
): RowWay[] {
  const height = node.outputs[0]!.shape[1]!;
  return candidates.flatMap((candidate) => {
    const rule = rowRuleOf(node, candidate.kernel);
    if (!rule) return [];
    return (candidate.kernel.rows ? granules : [1])
      .filter((granule) => granule === 1 || granule < height)
      .flatMap((granule): RowWay[] => {
        const { kernel, format } = candidate;
        const inside = rowNode(node, rule, granule);
        const choice = { target, ...(format && { format }) };
        if (kernel.reject(inside, choice) !== undefined) return [];
        const each = cyclesOn(
          target,
          inside,
          candidateName(candidate),
          kernel.cost(inside, choice),
        );
        // Where padding saves work, the rows are no faster than all of them at once.
        const cycles = Math.max((height / granule) * each, candidate.cost.cycles);
        return [{ candidate, granule, cycles: cycles + (height / granule) * TURN_CYCLES }];
      });
  });
}
