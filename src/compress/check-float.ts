import type { Graph, Tensor } from '../ir/types.ts';
import { constantValue, floats } from '../ir/values.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import { limitsOf } from './range.ts';
import type { Range } from './range.ts';

/** Throws unless a graph can be quantized: float throughout, finite constants, known tensors named. */
export function checkFloat(graph: Graph, ranges: ReadonlyMap<string, Range> = new Map()): void {
  const tensors = [...graph.tensors.values()];
  const names = new Set(tensors.map(({ name }) => name));
  throwIfAny([
    ...graph.states.slice(0, 1).map(({ read }) => ({
      code: 'not-quantizable',
      message: `the model keeps "${graph.tensors.get(read)!.name}" from one inference to the next, whose range single inputs do not show`,
      where: graph.name,
      hint: 'quantize the model before it is made a streaming one, or export it as int8',
    })),
    ...notFloat(graph, tensors),
    ...tensors.filter(isNotFinite).map(({ name }) => ({
      code: 'not-finite',
      message: `the constant "${name}" holds a NaN or an infinity`,
      where: graph.name,
      hint: 'no range of int8 can hold that; where it masks, a number such as -100 does the same',
    })),
    ...[...ranges.keys()]
      .filter((name) => !names.has(name))
      .map((name) => ({
        code: 'unknown-tensor',
        message: `--range names "${name}", which the model does not have`,
        where: graph.name,
        hint: 'thimble inspect lists the names',
      })),
  ]);
}

function notFloat(graph: Graph, tensors: readonly Tensor[]): Diagnostic[] {
  const other = tensors.find(({ dtype }) => dtype !== 'float32' && dtype !== 'int32');
  if (!other) return [];
  return [
    {
      code: 'not-float',
      message: `the model is not float throughout: "${other.name}" is ${other.dtype}`,
      where: graph.name,
      hint: 'quantize the float model; int8 models need no quantization',
    },
  ];
}

function isNotFinite(tensor: Tensor): boolean {
  if (!tensor.data || tensor.dtype !== 'float32') return false;
  const { low, high } = limitsOf(floats(constantValue(tensor)));
  return low <= high ? !Number.isFinite(high - low) : Number.isNaN(low);
}
