import type { WeightFormat } from '../encode/format.ts';
import type { TypedNode } from '../ir/types.ts';
import type { Target } from '../target/target.ts';
import type { Fields, FieldsOf } from './struct.ts';
import type { KernelUnit, Unit } from './unit.ts';

/** What one inference of one layer takes. */
export interface Cost {
  /**
   * What its cycles grow with, counted by name: outputs, taps, lines gathered. costs/<core>.json
   * has the cycles of each; 'kernel/outputs' are those of another kernel, whose work is a part.
   */
  readonly work: Readonly<Record<string, number>>;
  /** Bytes of constant arrays, constant operands that are read as they lie left out. */
  readonly constantBytes: number;
  /** Bytes of working memory beside inputs and outputs, from the arena. */
  readonly scratchBytes: number;
  /** The C functions that the layer calls, in order: their code is counted once a model. */
  readonly calls: readonly KernelUnit[];
}

/** One call of a C kernel: `function(&layer, inputs…, outputs…, scratch, first, last)`. */
export interface KernelCall {
  readonly unit: KernelUnit;
  readonly fields: Fields;
  /** Node inputs passed as pointers; 0 where one is left out. */
  readonly inputs: readonly number[];
  /** The node outputs written. */
  readonly outputs: readonly number[];
}

/** What a kernel is asked about: a core, and how the weights are stored where the kernel has formats. */
export interface Choice {
  readonly target: Target;
  readonly format?: WeightFormat;
}

/** Where the plan put a step's tensors: what generated code may rely on. */
export interface Layout {
  /** Rows (axis 1) that the memory of each input holds: all of them, or those of a ring. */
  readonly inputRows: readonly number[];
  readonly outputRows: number;
}

/** One way of computing an operator. */
export interface Kernel<Attrs = unknown> {
  /** 'conv2d_s8_4x2': operator, element type, and what it needs. */
  readonly name: string;
  /** Every C function that it may call: their sizes are measured. */
  readonly units: readonly { readonly all: readonly Unit[] }[];
  /** Formats that it reads its weights in, the preferred first; none: it has no weights to store. */
  readonly formats?: readonly WeightFormat[];
  /** Why this kernel cannot take the node on the target, in words; undefined when it can. */
  reject(node: TypedNode<Attrs>, choice: Choice): string | undefined;
  cost(node: TypedNode<Attrs>, choice: Choice): Cost;
  /** The calls that compute the node as it is laid out; as many as its cost names. */
  code(node: TypedNode<Attrs>, choice: Choice, layout: Layout): readonly KernelCall[];
  /** It computes a range of output rows, from and to rings of rows. */
  readonly rows?: boolean;
  /** Inputs whose memory the output may take, when they are not read again. */
  readonly inPlace?: readonly number[];
  /** Inputs whose memory an output besides the first may take, when nothing else reads them: states. */
  readonly updates?: readonly { readonly input: number; readonly output: number }[];
  /** The output is the first input under another type: no code, no copy. */
  readonly alias?: boolean;
}

/** A call, its members checked against the unit's struct. */
export function call<M>(
  unit: KernelUnit<M>,
  fields: FieldsOf<M>,
  { inputs = [0], outputs = [0] }: Partial<Pick<KernelCall, 'inputs' | 'outputs'>> = {},
): KernelCall {
  return { unit: unit, fields: fields, inputs, outputs };
}

/** The cost of calls that take neither constant arrays nor working memory. */
export function plainCost(work: Cost['work'], calls: Cost['calls']): Cost {
  return { work, constantBytes: 0, scratchBytes: 0, calls };
}

/** The work of a kernel that another one calls, as a part of that one's. */
export function workOfPart(kernel: string, { work, calls }: Cost): Cost['work'] {
  const pieces = Object.entries({ calls: calls.length, ...work });
  return Object.fromEntries(pieces.map(([piece, count]) => [`${kernel}/${piece}`, count]));
}

/** The layout of a node whose tensors lie in memory as a whole. */
export function wholeLayout({ inputs, outputs }: TypedNode): Layout {
  const rows = (shape: readonly number[] | undefined) => shape?.[1] ?? 1;
  return {
    inputRows: inputs.map((input) => rows(input?.shape)),
    outputRows: rows(outputs[0]!.shape),
  };
}
