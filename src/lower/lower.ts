import type { WeightFormat } from '../encode/format.ts';
import { typedNodes } from '../ir/graph.ts';
import type { Graph, TypedNode } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import type { Cost, Kernel } from '../ops/kernel.ts';
import { cyclesOf, workOf } from './cycles.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import type { Cpu } from '../target/board.ts';
import type { Target } from '../target/target.ts';

/** A kernel that can compute a node, with one of its weight formats, and what that costs. */
export interface Candidate {
  readonly kernel: Kernel;
  readonly format?: WeightFormat;
  /** With the cycles that its work takes on the target's core, with zero-wait memory. */
  readonly cost: Cost & { readonly cycles: number };
}

/** Which candidates a node may be computed by. */
export type Acceptance = (candidate: Candidate, node: TypedNode) => boolean;

/** Weights as they are, though some are zero or alike: `--encoding dense`. */
export const storesDense: Acceptance = ({ format }) => !format?.compressed;

/** A kernel, with one of its weight formats, that a node may or may not take. */
export interface Way {
  readonly name: string;
  readonly kernel: Kernel;
  readonly format?: WeightFormat;
  /** Why it cannot compute the node, in words; else what it costs. */
  readonly reason?: string;
  readonly cost?: Cost;
}

/** Every way of computing a node, and why each other kernel cannot, in words. */
export interface Alternatives {
  readonly index: number;
  readonly node: TypedNode;
  /** In the kernels' order of preference; never empty. */
  readonly candidates: readonly Candidate[];
  readonly impossible: readonly string[];
}

/** A graph with the alternatives of each node, in order. */
export interface Candidates {
  readonly graph: Graph;
  readonly steps: readonly Alternatives[];
}

/**
 * Lists the ways of computing each node: those that `accepts` takes, all where it takes none. Throws
 * CompileError where no kernel takes a node.
 */
export function lower(graph: Graph, target: Target, accepts?: Acceptance): Candidates {
  const steps = typedNodes(graph).map((node, index) => alternatives(node, index, target));
  const problems = steps.filter(({ candidates }) => candidates.length === 0);
  if (problems.length > 0) throw new CompileError(problems.map((step) => noKernel(step, target)));
  return accepts ? narrowCandidates({ graph, steps }, accepts) : { graph, steps };
}

/** The same without the candidates that `accepts` leaves out, where others remain. */
export function narrowCandidates({ graph, steps }: Candidates, accepts: Acceptance): Candidates {
  return { graph, steps: steps.map((step) => narrow(step, accepts)) };
}

/** Every kernel of a node's operator in each of its formats, before any cycles are known. */
export function waysOf(node: TypedNode, target: Target): Way[] {
  return opOf(node.op).kernels.flatMap((kernel) =>
    (kernel.formats ?? [undefined]).map((format): Way => {
      const choice = { target, ...(format && { format }) };
      const reason = kernel.reject(node, choice);
      const way = { name: candidateName({ kernel, ...choice }), kernel, ...(format && { format }) };
      return reason === undefined
        ? { ...way, cost: kernel.cost(node, choice) }
        : { ...way, reason };
    }),
  );
}

function alternatives(node: TypedNode, index: number, target: Target): Alternatives {
  const ways = waysOf(node, target);
  const candidates = ways.flatMap(({ name, kernel, format, cost }): Candidate[] => {
    if (!cost) return [];
    const cycles = cyclesOn(target, node, name, cost);
    return [{ kernel, ...(format && { format }), cost: { ...cost, cycles } }];
  });
  const impossible = ways.flatMap(({ name, reason }) => (reason ? [`${name}: ${reason}`] : []));
  return { index, node, candidates, impossible: [...new Set(impossible)] };
}

function narrow(all: Alternatives, accepts: Acceptance): Alternatives {
  const accepted = all.candidates.filter((candidate) => accepts(candidate, all.node));
  if (accepted.length === 0) return all;
  const others = all.candidates.filter((candidate) => !accepted.includes(candidate));
  const impossible = [...all.impossible, ...others.map((o) => `${candidateName(o)}: left out`)];
  return { ...all, candidates: accepted, impossible };
}

/** 'conv2d_s8_4x2', with the format where the kernel has a choice of them. */
export function candidateName({ kernel, format }: Pick<Candidate, 'kernel' | 'format'>): string {
  const several = (kernel.formats?.length ?? 0) > 1;
  return format && several ? `${kernel.name} (${format.name})` : kernel.name;
}

/** Cycles of a node on a target, by the name of the candidate that computes it and its cost. */
export function cyclesOn(target: Target, node: TypedNode, candidate: string, cost: Cost): number {
  return cyclesOf(candidate, workOf(cost), costCore(node, target));
}

// A core without an FPU computes floats as a Cortex-M3 does, by library calls.
function costCore({ inputs, outputs }: TypedNode, { cpu, fpu }: Target): Cpu {
  const core = cpu === 'host' ? 'cortex-m4' : cpu;
  const floats = [...inputs, ...outputs].some((tensor) => tensor?.dtype === 'float32');
  return floats && !fpu && core !== 'cortex-m0plus' ? 'cortex-m3' : core;
}

function noKernel({ node: { op, origin }, impossible }: Alternatives, target: Target): Diagnostic {
  return {
    code: 'no-kernel',
    message: `no ${op} kernel fits ${target.cpu}`,
    where: `${origin.file} operator #${origin.operator} "${origin.name}"`,
    notes: impossible,
    hint: 'quantize the model to int8 (thimble quantize)',
  };
}
