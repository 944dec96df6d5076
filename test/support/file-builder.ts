import { int32 } from './file-makers.ts';
import { float, operator, TYPES } from './file-models.ts';
import type { FileModel, FileOperator, FileOption, FileTensor } from './tflite-writer.ts';

/** Puts a file of several operators together, tensor by tensor. */
export class FileBuilder {
  readonly #tensors: FileTensor[] = [];
  readonly #operators: FileOperator[] = [];

  tensor(tensor: FileTensor): number {
    return this.#tensors.push(tensor) - 1;
  }

  /** An operator of one output. */
  add(
    name: string,
    inputs: readonly number[],
    output: FileTensor,
    options: readonly FileOption[] = [],
  ): number {
    const id = this.tensor(output);
    this.#operators.push(operator(name, inputs, [id], options));
    return id;
  }

  finish(inputs: readonly number[], outputs: readonly number[]): FileModel {
    return { tensors: this.#tensors, operators: this.#operators, inputs, outputs };
  }
}

/** A file as the oracle can be asked: inputs and outputs of other types than these are converted. */
export function converted(model: FileModel): FileModel {
  const tensors = [...model.tensors];
  const plain: readonly number[] = [TYPES.float32, TYPES.int32, TYPES.uint8];
  const convert = (id: number, feeds: boolean): [number, FileOperator[]] => {
    const { type, shape } = tensors[id]!;
    if (plain.includes(type)) return [id, []];
    const other = tensors.push(type === TYPES.int8 ? float(shape) : int32(shape)) - 1;
    const name = type !== TYPES.int8 ? 'CAST' : feeds ? 'QUANTIZE' : 'DEQUANTIZE';
    const [from, to] = feeds ? [other, id] : [id, other];
    return [other, [operator(name, [from], [to])]];
  };
  const inputs = model.inputs.map((id) => convert(id, true));
  const outputs = model.outputs.map((id) => convert(id, false));
  return {
    ...model,
    tensors,
    operators: [
      ...inputs.flatMap(([, operators]) => operators),
      ...model.operators,
      ...outputs.flatMap(([, operators]) => operators),
    ],
    inputs: inputs.map(([id]) => id),
    outputs: outputs.map(([id]) => id),
  };
}
