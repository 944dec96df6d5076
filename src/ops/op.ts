import type { z } from 'zod';
import type { TfliteOperator } from '../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../ir/types.ts';
import type { Channels } from './channels.ts';
import type { Kernel } from './kernel.ts';
import type { RowRule } from './rows.ts';

/** A constant that a reader puts together from those of a file. */
export interface MadeConstant {
  readonly name: string;
  readonly type: TensorType;
  /** Its elements, little endian. */
  readonly data: Uint8Array;
}

/** What a reader makes of an operator in a file: its attributes and the inputs that stay tensors. */
export interface Read<Attrs> {
  readonly attrs: Attrs;
  /**
   * Positions of the file operator's inputs that the node keeps, and constants made of others; all
   * inputs when left out.
   */
  readonly keep?: readonly (number | MadeConstant)[];
  /**
   * Positions of inputs that are variables of the file which the operator itself changes: their next
   * values are outputs of the node, after those of the file.
   */
  readonly states?: readonly number[];
}

/** Raised by readers: the operator is known, but not this use of it. */
export class Unsupported extends Error {
  readonly hint: string | undefined;

  constructor(reason: string, hint?: string) {
    super(reason);
    this.hint = hint;
  }
}

/**
 * How post-training quantization types the outputs of an operator (compress/quantize.ts).
 * - `measured`: from the calibrated range. - `same`: the type of the first input, which the int8
 *   kernel copies. - a fixed scale and zero point: the range is known (TFLite int8 spec).
 * - `keep-float`: the operator itself changes the type.
 */
export type QuantizeRule =
  'measured' | 'same' | 'keep-float' | { readonly scale: number; readonly zeroPoint: number };

/** Everything the compiler knows about one operator. */
export interface Op<Attrs = unknown> {
  readonly name: string;
  /** Its line in OPERATORS.md. */
  readonly summary: string;
  /** What its attributes have to be: those of a .thimble file are checked with it. */
  readonly attributes: z.ZodType<Attrs>;
  /** Number of inputs it needs besides an optional bias; 1 when left out, 'any' from 1 on. */
  readonly operands?: 2 | 3 | 'any';
  /** Positions of inputs that may be left out, besides a bias. */
  readonly optional?: readonly number[];
  /** It takes tensors of more than six dimensions: its loops are over elements, or few after merging. */
  readonly anyRank?: true;
  /** Output shapes, or throws Unsupported. Optional inputs left out are undefined. */
  inferShapes(attrs: Attrs, inputs: readonly (TensorType | undefined)[]): (readonly number[])[];
  /** Why the operator cannot work on these types; undefined when it can. */
  reject(node: TypedNode<Attrs>): string | undefined;
  /** The reference: plain loops, no cleverness, the judge of every kernel. */
  evaluate(node: TypedNode<Attrs>, inputs: readonly (Value | undefined)[]): Value[];
  /** Multiply-accumulates of one inference; 0 when left out. */
  macs?(node: TypedNode<Attrs>): number;
  /** In order of preference at equal cost; the last one is portable C and rejects nothing. */
  readonly kernels: readonly Kernel<Attrs>[];
  /** How rows of its output hang on rows of its inputs; undefined where they do not. */
  rows?(node: TypedNode<Attrs>): RowRule<Attrs> | undefined;
  readonly quantize: QuantizeRule;
  /** Positions of inputs that post-training quantization treats as weights and bias. */
  readonly weights?: {
    readonly input: number;
    readonly axis: number;
    readonly bias?: number;
  };
  /** What of it may go where channels are constant or unread; left out: nothing is known. */
  readonly channels?: Channels<Attrs>;
  readonly tflite?: Readonly<Record<string, (operator: TfliteOperator) => Read<Attrs>>>;
}

/** Narrows a node to an operator's attributes. */
export function isOp<Attrs>(node: TypedNode, op: Op<Attrs>): node is TypedNode<Attrs> {
  return node.op === op.name;
}

/** Types an operator definition. */
export function defineOp<Attrs>(op: Op<Attrs>): Op<Attrs> {
  return op;
}

/** Throws Unsupported unless `axes` are different axes of a shape. */
export function checkAxes(axes: readonly number[], shape: readonly number[]): void {
  const fit = axes.every((axis, i) => axis < shape.length && axes.indexOf(axis) === i);
  if (!fit) throw new Unsupported(`[${shape.join(',')}] has no axes ${axes.join(', ')}`);
}

/** Throws Unsupported when an operator has too few or too many inputs, or misses one it needs. */
export function checkOperands(op: Op, inputs: readonly unknown[]): void {
  const { operands = 1, weights, optional = [] } = op;
  const most = operands === 'any' ? Infinity : operands + (weights?.bias === undefined ? 0 : 1);
  const least = operands === 'any' ? 1 : operands;
  if (inputs.length < least || inputs.length > most)
    throw new Unsupported(`it has ${inputs.length} inputs`);
  const missing = inputs.findIndex(
    (input, i) => input === undefined && i !== weights?.bias && !optional.includes(i),
  );
  if (missing !== -1) throw new Unsupported(`its input ${missing} is missing`);
}
