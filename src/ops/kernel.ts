import type { TypedArray, TypedNode } from '../ir/types.ts';
import type { Target } from '../target/target.ts';

/** Estimated cost of one inference of one layer; cycles for a Cortex-M4 with zero-wait memory. */
export interface Cost {
  readonly cycles: number;
  readonly scratchBytes: number;
}

/** A constant array of the generated weights file. */
export interface ConstantArray {
  /** What it is, a part of its C name: 'weights', 'bias', 'multiplier'. */
  readonly role: string;
  readonly array: TypedArray | Uint32Array;
  /** The storage format the kernel reads ('dense', 'pairs'), shown in the report. */
  readonly encoding: string;
}

/** A struct member: a number, a small array of numbers, or a pointer to a constant array. */
export type Field = number | readonly number[] | ConstantArray | undefined;

/** One call of a C kernel: `function(&layer, inputs…, output, scratch, first, last)`. */
export interface KernelCall {
  /** The C struct with the call's parameters, filled with `fields`. */
  readonly struct: string;
  readonly function: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Node inputs passed as pointers. */
  readonly inputs: readonly number[];
  /** Node output written; 0 when left out. */
  readonly output?: number;
}

/** A C source file of the runtime, rendered from a template. */
export interface Unit {
  /** 'nn_conv2d_s8.c': under runtime/ of the output folder. */
  readonly file: string;
  readonly template: string;
  readonly view: Readonly<Record<string, string | number | boolean>>;
  /** Files of codegen-templates/runtime/ it includes besides nn.h. */
  readonly headers: readonly string[];
}

/** What a kernel contributes to the generated code for one node. */
export interface KernelCode {
  readonly calls: readonly KernelCall[];
  readonly units: readonly Unit[];
  /** Working memory beside inputs and outputs, from the arena. */
  readonly scratchBytes: number;
  /** The kernel takes `first, last`: a range of output rows, from rings of rows. */
  readonly rows?: { readonly count: number; readonly batches: number };
}

/** One way of computing an operator. */
export interface Kernel<Attrs = unknown> {
  /** 'conv2d_s8_dsp': operator, element type, and what it needs. */
  readonly name: string;
  /** Why this kernel cannot take the node on the target, in words; undefined when it can. */
  reject(node: TypedNode<Attrs>, target: Target): string | undefined;
  cost(node: TypedNode<Attrs>, target: Target): Cost;
  code(node: TypedNode<Attrs>, target: Target): KernelCode;
  /** Inputs whose memory the output may take, when they are not read again. */
  readonly inPlace?: readonly number[];
  /** The output is the first input under another type: no code, no copy. */
  readonly alias?: boolean;
}

export function isConstantArray(field: Field): field is ConstantArray {
  return typeof field === 'object' && 'role' in field;
}

/** The unit of a kernel, `template` being its path under codegen-templates/ops/. */
export function unit(
  name: string,
  template: string,
  headers: readonly string[],
  view: Unit['view'] = {},
): Unit {
  return { file: `${name}.c`, template: `ops/${template}.c.ejs`, headers, view: { name, ...view } };
}

/** A constant array that holds numbers as they are, unless `encoding` says otherwise. */
export function table(
  role: string,
  array: ConstantArray['array'],
  encoding = 'dense',
): ConstantArray {
  return { role, array, encoding };
}
