import type { DType, TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

const RESCALE = struct(
  'nn_rescale',
  'Whole numbers to another scale and zero point, between limits.',
  {
    count: 'int32_t',
    input_zero: 'int32_t',
    multiplier: 'int32_t',
    shift: 'int32_t',
    zero: 'int32_t',
    low: 'int32_t',
    high: 'int32_t',
  },
);

interface Rescaling<Attrs> {
  readonly name: string;
  /** Element types of the input and the output. */
  readonly pairs: readonly (readonly [DType, DType])[];
  multiplier(node: TypedNode<Attrs>): Multiplier;
  /** Of the stored output. */
  limits(node: TypedNode<Attrs>): readonly [number, number];
}

/** The kernel of an operator that brings whole numbers to another scale, rounding as TFLite's reference. */
export function rescaleKernel<Attrs>({
  name,
  pairs,
  multiplier,
  limits,
}: Rescaling<Attrs>): Kernel<Attrs> {
  const families = new Map(pairs.map(([from, to]) => [`${from} ${to}`, unitsOf(from, to)]));
  const unitsFor = ({ inputs, outputs }: TypedNode) =>
    families.get(`${inputs[0]!.dtype} ${outputs[0]!.dtype}`);
  return {
    name,
    units: [...families.values()],
    reject: (node) => (unitsFor(node) ? undefined : `takes ${[...families.keys()].join(', ')}`),
    cost: (node) => plainCost({ outputs: elements(node.outputs[0]!) }, [unitsFor(node)!({})]),
    code(node) {
      const { multiplier: by, shift } = multiplier(node);
      const [low, high] = limits(node);
      const fields = {
        count: elements(node.outputs[0]!),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        ...{ multiplier: by, shift, zero: perTensor(node.outputs[0]!).zeroPoint, low, high },
      };
      return [call(unitsFor(node)!({}), fields)];
    },
    ...(pairs.every(([from, to]) => from === to) && { inPlace: [0] }),
  };
}

function unitsOf(from: DType, to: DType) {
  const [input, output] = [cElement(from), cElement(to)];
  return unitFamily({
    name: `nn_rescale_${input.suffix}_${output.suffix}`,
    template: 'quantize/rescale',
    headers: ['nn_types.h'],
    struct: RESCALE,
    parameters: `const ${input.ctype} *input, ${output.ctype} *output`,
    view: { from: input.held, to: output.held },
  });
}
