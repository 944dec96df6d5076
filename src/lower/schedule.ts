import type { Graph, TypedNode } from '../ir/types.ts';
import type { Candidate } from './lower.ts';

/** One node with the candidate chosen for it. */
export interface Step extends Candidate {
  readonly index: number;
  readonly node: TypedNode;
  /** Where the weights are compressed: the fastest candidate that stores all of them. */
  readonly dense?: Candidate;
  /** Why each candidate and kernel that was not taken was not, in words. */
  readonly rejected: readonly string[];
}

/** What the generated code does, in order. */
export interface Schedule {
  readonly graph: Graph;
  readonly steps: readonly Step[];
}
