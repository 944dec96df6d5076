import type { z } from 'zod';
import type { Tensor, TypedNode } from '../ir/types.ts';
import { elements, sameShape } from '../ir/types.ts';
import { OPS } from './index.ts';
import { checkOperands, Unsupported } from './op.ts';
import type { Op } from './op.ts';

/** Nested loops that kernels have. */
const MOST_AXES = 6;

/**
 * Throws Unsupported unless a node is what its operator can compute: a known operator, attributes
 * that follow its schema, operands that it takes, and outputs of the types that come out.
 */
export function checkNode(node: TypedNode): void {
  const op = OPS.find(({ name }) => name === node.op);
  if (!op) throw new Unsupported(`the operator "${node.op}" is unknown to this thimble`);
  const shapes = outputShapes(op, node.attrs, node.inputs, node.outputs.length);
  const wrong = node.outputs.findIndex((tensor, i) => !sameShape(tensor.shape, shapes[i]!));
  const reason = wrong === -1 ? rejectTypes(op, node) : describeShape(node, wrong, shapes[wrong]!);
  if (reason) throw new Unsupported(reason);
}

/**
 * The shapes of a node's outputs, for attributes and operands from any file. Throws Unsupported
 * where they make no sense.
 */
export function outputShapes(
  op: Op,
  attrs: unknown,
  inputs: readonly (Tensor | undefined)[],
  outputs: number,
): (readonly number[])[] {
  const parsed = op.attributes.safeParse(attrs);
  if (!parsed.success) throw new Unsupported(describeAttributes(parsed.error));
  checkOperands(op, inputs);
  const shapes = op.inferShapes(attrs, inputs);
  if (shapes.length !== outputs)
    throw new Unsupported(`it has ${outputs} outputs, not ${shapes.length}`);
  return shapes;
}

/** Why an operator cannot work on tensors whose shapes are right; undefined when it can. */
export function rejectTypes(op: Op, node: TypedNode): string | undefined {
  const tensors = [...node.inputs, ...node.outputs].filter((tensor) => tensor !== undefined);
  const hollow = tensors.find((tensor) => elements(tensor) === 0);
  if (hollow) return `its tensor "${hollow.name}" is empty`;
  const deep = op.anyRank ? undefined : tensors.find(({ shape }) => shape.length > MOST_AXES);
  if (deep) return `its tensor "${deep.name}" has ${deep.shape.length} dimensions`;
  return rejectLargePlane(tensors) ?? rejectScalesPerChannel(node) ?? op.reject(node);
}

/** Why the operator of a node cannot compute it; undefined when it can. */
export function rejectNode(node: TypedNode): string | undefined {
  try {
    checkNode(node);
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

function describeShape({ outputs }: TypedNode, index: number, inferred: readonly number[]): string {
  const { name, shape } = outputs[index]!;
  return `its output "${name}" has the wrong shape: [${shape.join(',')}], not [${inferred.join(',')}]`;
}

function describeAttributes({ issues }: z.ZodError): string {
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'they'}: ${message}`);
  return `its attributes make no sense (${problems.join('; ')})`;
}

// Weights have such scales, and constants that are folded; nothing that is computed does.
function rejectScalesPerChannel({ inputs, outputs }: TypedNode): string | undefined {
  const computed = inputs.some((tensor) => tensor && !tensor.data) ? [...inputs, ...outputs] : [];
  const several = computed.find((t) => t && !t.data && (t.quant?.scales.length ?? 1) > 1);
  return several && `its tensor "${several.name}" has a scale per channel, and is no constant`;
}

// The kernels keep heights, widths and channels in 16 bits.
function rejectLargePlane(tensors: readonly Tensor[]): string | undefined {
  const large = tensors.find(({ shape }) => shape.length === 4 && shape.some((n) => n > 32767));
  return large && `its tensor [${large.shape.join(',')}] has a dimension beyond 32767`;
}
