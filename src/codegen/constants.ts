import { concatBytes, bytesOf, crc32 } from '../support/bytes.ts';
import type { Schedule, Step } from '../lower/lower.ts';
import type { Tensor } from '../ir/types.ts';
import { constantValue } from '../ir/values.ts';
import { isConstantArray, table } from '../ops/kernel.ts';
import type { ConstantArray } from '../ops/kernel.ts';

/** A constant array under its C name. */
export interface NamedConstant {
  readonly name: string;
  readonly constant: ConstantArray;
  readonly step: number;
}

/** The constant arrays of a schedule, in order; names are <model>_<step>_<role>. */
export class Constants {
  readonly list: NamedConstant[] = [];
  readonly #byArray = new Map<ConstantArray, string>();

  constructor(prefix: string, { steps }: Schedule) {
    for (const step of steps) {
      for (const call of step.code.calls) {
        for (const field of Object.values(call.fields)) {
          if (isConstantArray(field)) this.#add(prefix, step, field);
        }
      }
    }
  }

  /** The name of an array that a step's fields refer to. */
  nameOf(constant: ConstantArray): string {
    return this.#byArray.get(constant)!;
  }

  /** The name of a constant tensor that a kernel reads as it reads any input. */
  nameOfTensor(prefix: string, step: Step, tensor: Tensor, input: number): string {
    const { data } = constantValue(tensor);
    return this.#add(prefix, step, table(`input${input}`, data));
  }

  get bytes(): number {
    return this.list.reduce((sum, { constant }) => sum + constant.array.byteLength, 0);
  }

  /** CRC-32 of all arrays, one after the other. */
  get crc(): string {
    return crc32(concatBytes(this.list.map(({ constant }) => bytesOf(constant.array))));
  }

  #add(prefix: string, step: Step, constant: ConstantArray): string {
    const name = `${prefix}_${step.index}_${constant.role}`;
    this.#byArray.set(constant, name);
    this.list.push({ name, constant, step: step.index });
    return name;
  }
}
