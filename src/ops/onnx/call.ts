import type { OnnxNode, OnnxTensor } from '../../formats/onnx/records.ts';
import type { TensorId } from '../../ir/types.ts';
import { constantNumbers } from '../../ir/values.ts';
import { Unsupported } from '../op.ts';
import type { Emitter } from './emitter.ts';
import { OnnxValue } from './value.ts';

/** One use of an operator: its inputs, its attributes, and the version in which it is meant. */
export class OnnxCall {
  readonly #read = new Set<string>();

  constructor(
    readonly emitter: Emitter,
    readonly node: OnnxNode,
    /** Version of the operator set that the model asks for. */
    readonly opset: number,
    readonly inputs: readonly (OnnxValue | undefined)[],
    /** Which of its outputs are read, in order; the last one is. */
    readonly wanted: readonly boolean[],
  ) {}

  /** An input, which has to be there. */
  input(position: number): OnnxValue {
    const value = this.inputs[position];
    if (!value) throw new Unsupported(`its input ${position} is missing`);
    return value;
  }

  /** All inputs, where an operator takes any number of them. */
  all(): readonly OnnxValue[] {
    if (this.inputs.length === 0) throw new Unsupported('it has no inputs');
    return this.inputs.map((_, position) => this.input(position));
  }

  /** The numbers of an optional input, which have to be known when the model is read. */
  numbers(position: number, what: string): number[] | undefined {
    const value = this.inputs[position];
    if (!value) return undefined;
    if (value.isConstant) return constantNumbers(this.emitter.tensor(value.natural()));
    const { name } = this.emitter.tensor(value.origin);
    throw new Unsupported(
      `its ${what} "${name}" is not known when the model is read`,
      'fix shapes when exporting (onnxsim, or torch.onnx without dynamic axes), or give the input with --freeze',
    );
  }

  /** A number that an attribute gives, or that stands in for it. */
  number(name: string, otherwise: number): number {
    const attribute = this.#attribute(name);
    if (!attribute) return otherwise;
    if (attribute.kind === 'int' || attribute.kind === 'float') return attribute.value;
    throw new Unsupported(`its attribute ${name} is no number`);
  }

  list(name: string): readonly number[] | undefined {
    const attribute = this.#attribute(name);
    if (!attribute) return undefined;
    if (attribute.kind === 'ints' || attribute.kind === 'floats') return attribute.value;
    throw new Unsupported(`its attribute ${name} is no list of numbers`);
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name);
    if (!attribute) return otherwise;
    if (attribute.kind === 'string') return attribute.value;
    throw new Unsupported(`its attribute ${name} is no text`);
  }

  texts(name: string): readonly string[] | undefined {
    const attribute = this.#attribute(name);
    if (!attribute) return undefined;
    if (attribute.kind === 'strings') return attribute.value;
    throw new Unsupported(`its attribute ${name} is no list of texts`);
  }

  constant(name: string): OnnxTensor | undefined {
    const attribute = this.#attribute(name);
    if (!attribute) return undefined;
    if (attribute.kind !== 'tensor') throw new Unsupported(`its attribute ${name} is no tensor`);
    const { unreadable } = attribute.value;
    if (unreadable) throw new Unsupported(`its tensor "${name}" ${unreadable}`);
    return attribute.value;
  }

  /** One of a choice of texts. */
  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const text = this.text(name, otherwise);
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new Unsupported(`its ${name} is "${text}"`);
    return found;
  }

  /** Attributes that stood in earlier versions as inputs do now: by name up to a version, then by position. */
  listOrInput(name: string, position: number, what: string): readonly number[] | undefined {
    return this.list(name) ?? this.numbers(position, what);
  }

  /** An attribute that changes nothing here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#read.add(name);
  }

  /** Attributes that no reader has asked for. */
  unread(): string[] {
    return [...this.node.attributes.keys()].filter((name) => !this.#read.has(name));
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const resolved = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(resolved) && resolved >= 0 && resolved < rank) return resolved;
    throw new Unsupported(`its axis ${axis} is outside a tensor of ${rank} dimensions`);
  }

  /** A place between axes, behind the last one too; a negative one counts from there as an axis does. */
  axisOrEnd(axis: number, rank: number): number {
    return axis === rank ? axis : this.axis(axis, rank);
  }

  /** A result whose tensor stores the axes as the model has them. */
  natural(tensor: TensorId): OnnxValue {
    return OnnxValue.natural(this.emitter, tensor);
  }

  #attribute(name: string) {
    this.#read.add(name);
    const attribute = this.node.attributes.get(name);
    if (attribute?.kind === 'other')
      throw new Unsupported(`its attribute ${name} is ${attribute.value}`);
    return attribute;
  }
}

/** Makes the nodes of an operator and gives its outputs. Throws Unsupported. */
export type OnnxReader = (call: OnnxCall) => readonly OnnxValue[];

/** Readers by operator type; those of other domains as 'domain:Type'. */
export type OnnxReaders = Readonly<Record<string, OnnxReader>>;
