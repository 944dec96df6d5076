import type { TypedNode } from '../ir/types.ts';
import { perTensor } from '../ir/types.ts';
import { multiplyByQuantizedMultiplier, quantizeMultiplier } from '../support/fixed-point.ts';
import type { AnyRounding, Multiplier, Rounding } from '../support/fixed-point.ts';
import { memoise } from '../support/memoise.ts';
import { clampRange } from './activation/clamp.ts';
import type { Activation } from './activation/clamp.ts';
import type { Kernel } from './kernel.ts';
import type { KernelUnit } from './unit.ts';
import { channelMultipliers } from './requantize.ts';
import { biasOf, int8Weights } from './weighted.ts';

/** Attributes of an operator with weights, whichever way it rounds. */
export interface AnyRounded {
  readonly activation: Activation;
  readonly rounding: AnyRounding;
}

/** The same attributes where the arithmetic is in fixed point. */
export type Fixed<Attrs> = Omit<Attrs, 'rounding'> & { readonly rounding: Rounding };

/**
 * A kernel of fixed-point arithmetic that takes layers with ONNX Runtime's rounding, too: those in which
 * rounding once gives the same output for every sum that the layer can have. `channelAxis` is the axis of
 * the weights along which the output channels lie.
 */
export function alsoInFloat<Attrs extends AnyRounded>(
  kernel: Kernel<Fixed<Attrs>>,
  channelAxis: number,
): Kernel<Attrs> {
  const twin = (node: TypedNode<Attrs>) => twinsAlong(channelAxis)(node) as TypedNode<Fixed<Attrs>>;
  return {
    ...kernel,
    reject: (node, choice) =>
      isFixed(node) || twinsAlong(channelAxis)(node)
        ? kernel.reject(twin(node), choice)
        : 'rounds once, and a sum of the layer would round otherwise in single precision',
    cost: (node, choice) => kernel.cost(twin(node), choice),
    code: (node, choice, layout) => kernel.code(twin(node), choice, layout),
  };
}

/** What a portable kernel is called when it rounds as ONNX Runtime does. */
interface InFloat<Attrs> {
  readonly name: string;
  readonly units: Kernel['units'];
  unitOf(node: TypedNode<Attrs>): KernelUnit;
  readonly channelAxis: number;
}

/** A portable kernel of fixed-point arithmetic with another C function, which rounds as ONNX Runtime does. */
export function roundingInFloat<Attrs extends AnyRounded>(
  kernel: Kernel<Fixed<Attrs>>,
  { name, units, unitOf, channelAxis }: InFloat<Attrs>,
): Kernel<Attrs> {
  const form = memoise(
    (node: TypedNode<Attrs>) => singleForm(node, channelAxis) as TypedNode<Fixed<Attrs>>,
  );
  return {
    ...kernel,
    ...{ name, units },
    reject: (node, choice) =>
      isFixed(node) ? 'rounds in single precision' : kernel.reject(form(node), choice),
    cost(node, choice) {
      const cost = kernel.cost(form(node), choice);
      // What rounding once adds in fixed point.
      const work = Object.fromEntries(
        Object.entries(cost.work).filter(([piece]) => piece !== 'single'),
      );
      return { ...cost, work, calls: [unitOf(node)] };
    },
    code: (node, choice, layout) =>
      kernel.code(form(node), choice, layout).map((each) => ({ ...each, unit: unitOf(node) })),
  };
}

/** A kernel that rounds as ONNX Runtime does where a layer says so: the one for such layers alone. */
export function onlyInFloat<Attrs extends AnyRounded>(kernel: Kernel<Attrs>): Kernel<Attrs> {
  return {
    ...kernel,
    reject: (node, choice) =>
      isFixed(node) ? 'rounds in single precision' : kernel.reject(node, choice),
  };
}

function isFixed({ attrs }: TypedNode<AnyRounded>): boolean {
  return attrs.rounding !== 'float';
}

const TWINS = [0, 1, 2, 3].map((axis) =>
  memoise((node: TypedNode<AnyRounded>) => twinOf(node, axis)),
);

function twinsAlong(axis: number): (node: TypedNode<AnyRounded>) => TypedNode | undefined {
  return TWINS[axis]!;
}

/** The node that rounds once and has the same outputs; undefined where there is none. */
function twinOf(node: TypedNode<AnyRounded>, axis: number): TypedNode | undefined {
  if (isFixed(node) || node.outputs[0]!.dtype !== 'int8') return singleForm(node, axis);
  const channels = node.inputs[1]!.shape[axis]!;
  const limits = largestSums(node, channels, axis);
  const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
  const { zeroPoint } = perTensor(node.outputs[0]!);
  const multipliers: Multiplier[] = [];
  for (const [c, by] of channelMultipliers(node, channels).entries()) {
    const found = roundingAlike(by, limits[c]!, low - zeroPoint, high - zeroPoint);
    if (!found) return undefined;
    multipliers.push(found);
  }
  return singleForm(node, axis, multipliers);
}

/** A node that rounds once, of the same multipliers or others, whether or not its outputs are the same. */
function singleForm(
  node: TypedNode<AnyRounded>,
  axis: number,
  others?: readonly Multiplier[],
): TypedNode {
  if (isFixed(node)) return node;
  const attrs = { ...node.attrs, rounding: 'single' };
  const [input, weights, ...bias] = node.inputs;
  if (node.outputs[0]!.dtype !== 'int8') return { ...node, attrs };
  const multipliers = others ?? channelMultipliers(node, weights!.shape[axis]!);
  // Scales of which the product is the multiplier again.
  const unit = perTensor(node.outputs[0]!).scale / perTensor(input!).scale;
  const zeros = weights!.quant!.zeroPoints;
  const quant = {
    scales: multipliers.map(({ multiplier, shift }) => multiplier * 2 ** (shift - 31) * unit),
    zeroPoints: multipliers.map((_, c) => zeros[c] ?? zeros[0]!),
    axis,
  };
  return { ...node, attrs, inputs: [input, { ...weights!, quant }, ...bias] };
}

// No sum of a channel is larger: the bias, and each weight times an input far from its zero point.
function largestSums(node: TypedNode, channels: number, axis: number): Float64Array {
  const weights = node.inputs[1]!;
  const run = weights.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const zeros = weights.quant!.zeroPoints;
  const sums = Float64Array.from(biasOf(node, channels), Math.abs);
  int8Weights(node).forEach((w, i) => {
    const c = Math.floor(i / run) % channels;
    sums[c]! += 255 * Math.abs(w - (zeros[c] ?? zeros[0]!));
  });
  return sums;
}

/**
 * The multiplier that gives, rounded once, what `by` gives in single precision, for all sums up to
 * `limit`: `by` itself, or one so near to it that sums which single precision takes for halves fall on
 * the right side. Outputs grow with the sum, so it is enough to look at each step between two of them:
 * the first sum behind it, and the last before, bound the multiplier from both sides.
 */
function roundingAlike(
  by: Multiplier,
  limit: number,
  low: number,
  high: number,
): Multiplier | undefined {
  const scale = by.multiplier * 2 ** (by.shift - 31);
  const steps: Step[] = [];
  let [least, most] = [0, Infinity];
  for (let value = low; value < high; value++) {
    const half = value + 0.5;
    if (Math.abs(half / scale) > limit + 2) continue;
    // Larger sums are rounded to 24 bits before they are multiplied.
    if (Math.abs(half / scale) > 2 ** 24 - 4) return undefined;
    let first = Math.floor(half / scale) - 1;
    while (multiplyByQuantizedMultiplier(first, by, 'float') <= value) first++;
    steps.push({ value, first });
    const bounds = [half / first, half / (first - 1)];
    const [from, to] = value < 0 ? [bounds[1]!, bounds[0]!] : [bounds[0]!, bounds[1]!];
    if (from > 0 && from < Infinity) least = Math.max(least, from);
    if (to > 0) most = Math.min(most, to);
  }
  const middle = quantizeMultiplier((least + Math.min(most, 2 * least)) / 2);
  return [by, middle].find((each) => steps.every((step) => stepsAt(each, step)));
}

/** The first sum whose output is above a value. */
interface Step {
  readonly value: number;
  readonly first: number;
}

function stepsAt(by: Multiplier, { value, first }: Step): boolean {
  const above = multiplyByQuantizedMultiplier(first, by, 'single') > value;
  return above && multiplyByQuantizedMultiplier(first - 1, by, 'single') <= value;
}
