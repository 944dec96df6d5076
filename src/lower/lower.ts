import { typedNodes } from '../ir/graph.ts';
import type { Graph, TypedNode } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import type { Cost, Kernel, KernelCode } from '../ops/kernel.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import type { Target } from '../target/target.ts';

/** One node with the kernel chosen for it. */
export interface Step {
  readonly index: number;
  readonly node: TypedNode;
  readonly kernel: Kernel;
  readonly cost: Cost;
  readonly code: KernelCode;
  /** Why each kernel that was not taken was not, in words. */
  readonly rejected: readonly string[];
}

/** What the generated code does, in order. */
export interface Schedule {
  readonly graph: Graph;
  readonly steps: readonly Step[];
}

/** Chooses the cheapest kernel for each node. Throws CompileError where no kernel takes a node. */
export function lower(graph: Graph, target: Target): Schedule {
  const problems: Diagnostic[] = [];
  const steps = typedNodes(graph).flatMap((node, index) => {
    const step = choose(node, index, target);
    if ('code' in step && 'kernel' in step) return [step];
    problems.push(step);
    return [];
  });
  if (problems.length > 0) throw new CompileError(problems);
  return { graph, steps };
}

function choose(node: TypedNode, index: number, target: Target): Step | Diagnostic {
  const rejected: string[] = [];
  let best: { kernel: Kernel; cost: Cost } | undefined;
  for (const kernel of opOf(node.op).kernels) {
    const reason = kernel.reject(node, target);
    if (reason !== undefined) {
      rejected.push(`${kernel.name}: ${reason}`);
      continue;
    }
    const cost = kernel.cost(node, target);
    const loser = best && best.cost.cycles <= cost.cycles ? kernel : best?.kernel;
    if (loser) rejected.push(`${loser.name}: slower`);
    if (!best || cost.cycles < best.cost.cycles) best = { kernel, cost };
  }
  if (!best) return noKernel(node, target, rejected);
  return { index, node, ...best, code: best.kernel.code(node, target), rejected };
}

function noKernel(
  { op, origin }: TypedNode,
  target: Target,
  reasons: readonly string[],
): Diagnostic {
  return {
    code: 'no-kernel',
    message: `no ${op} kernel fits ${target.cpu}`,
    where: `${origin.file} operator #${origin.operator} "${origin.name}"`,
    notes: reasons,
    hint: 'quantize the model to int8 (thimble quantize)',
  };
}
