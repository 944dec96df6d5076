import type { z } from 'zod';
import type { TfliteOperator } from '../formats/tflite/records.ts';
import type { TensorType, TypedNode, Value } from '../ir/types.ts';
import type { Kernel } from './kernel.ts';

/** What a reader makes of an operator in a file: its attributes and the inputs that stay tensors. */
export interface Read<Attrs> {
  readonly attrs: Attrs;
  /** Positions of the file operator's inputs that the node keeps; all of them when left out. */
  readonly keep?: readonly number[];
}

/** Raised by readers: the operator is known, but not this use of it. */
export class Unsupported extends Error {
  readonly hint: string | undefined;

  constructor(reason: string, hint?: string) {
    super(reason);
    this.hint = hint;
  }
}

/** Which rows (axis 1 of [n, y, x, c]) of the first input an output row needs: for row streaming. */
export interface RowWindow {
  readonly rows: number;
  readonly stride: number;
  /** Rows of padding above the first input row. */
  readonly padding: number;
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
  readonly operands?: 2 | 'any';
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
  readonly rows?: (attrs: Attrs) => RowWindow;
  readonly quantize: QuantizeRule;
  /** Positions of inputs that post-training quantization treats as weights and bias. */
  readonly weights?: {
    readonly input: number;
    readonly axis: number;
    readonly bias?: number;
  };
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

/** Throws Unsupported when an operator has too few or too many inputs, or misses one it needs. */
export function checkOperands(op: Op, inputs: readonly unknown[]): void {
  const { operands = 1, weights } = op;
  const most = operands === 'any' ? Infinity : operands + (weights?.bias === undefined ? 0 : 1);
  const least = operands === 'any' ? 1 : operands;
  if (inputs.length < least || inputs.length > most)
    throw new Unsupported(`it has ${inputs.length} inputs`);
  const missing = inputs.findIndex((input, i) => input === undefined && i !== weights?.bias);
  if (missing !== -1) throw new Unsupported(`its input ${missing} is missing`);
}
