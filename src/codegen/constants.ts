import type { Tensor } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';
import { isConstantArray, table } from '../ops/constant-array.ts';
import type { ConstantArray } from '../ops/constant-array.ts';
import type { Fields } from '../ops/struct.ts';
import { concatBytes, bytesOf, crc32 } from '../support/bytes.ts';
import type { CodedStep } from './code-steps.ts';

/** A constant array under its C name. */
export interface NamedConstant {
  readonly name: string;
  readonly constant: ConstantArray;
  /** The step that reads it, if one does. */
  readonly step?: number;
}

/**
 * The constant arrays of a program, in order; names are <model>_<step>_<role>, and
 * <model>_initial_<number> for states.
 */
export class Constants {
  readonly list: NamedConstant[] = [];
  readonly #byArray = new Map<ConstantArray, string>();
  readonly #prefix: string;

  constructor(prefix: string, steps: readonly CodedStep[]) {
    this.#prefix = prefix;
    for (const step of steps)
      for (const call of step.calls) {
        for (const array of arraysOf(call.fields)) this.#add(step, array);
      }
  }

  /** The name of an array that a step's fields refer to. */
  nameOf(constant: ConstantArray): string {
    return this.#byArray.get(constant)!;
  }

  /** The name of a constant tensor that a kernel reads as it reads any input. */
  nameOfTensor(step: CodedStep, tensor: Tensor, input: number): string {
    const { data } = constantValue(tensor);
    return this.#add(step, table(`input${input}`, data));
  }

  /** The name of what a state is before the first inference. */
  nameOfInitial(index: number, bytes: Uint8Array): string {
    return this.#name(`initial_${index}`, table('initial', new Int8Array(bytes)));
  }

  get bytes(): number {
    return this.list.reduce((sum, { constant }) => sum + constant.array.byteLength, 0);
  }

  /** CRC-32 of all arrays, one after the other. */
  get crc(): string {
    return crc32(concatBytes(this.list.map(({ constant }) => bytesOf(constant.array))));
  }

  #add(step: CodedStep, constant: ConstantArray): string {
    return this.#name(`${step.index}_${constant.role}`, constant, step.index);
  }

  #name(part: string, constant: ConstantArray, step?: number): string {
    const name = `${this.#prefix}_${part}`;
    this.#byArray.set(constant, name);
    this.list.push({ name, constant, ...(step !== undefined && { step }) });
    return name;
  }
}

// The constant arrays among the members of a struct, inner ones too.
function arraysOf(fields: Fields): ConstantArray[] {
  return Object.values(fields).flatMap((field) => {
    if (isConstantArray(field)) return [field];
    return typeof field === 'object' && !Array.isArray(field) ? arraysOf(field as Fields) : [];
  });
}
