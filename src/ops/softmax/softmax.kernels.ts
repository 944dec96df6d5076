import type { TensorType, TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { table } from '../constant-array.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { unitFamily } from '../unit.ts';
import { exponentials, floatTable } from './exponentials.ts';
import type { SoftmaxAttrs } from './softmax.ts';
import { SOFTMAX_FIXED, SOFTMAX_FLOAT, SOFTMAX_TABLE } from './structs.ts';

type SoftmaxNode = TypedNode<SoftmaxAttrs>;

const fixedUnits = unitFamily({
  name: 'nn_softmax_s8',
  template: 'softmax/softmax-s8',
  headers: ['nn_softmax.h'],
  struct: SOFTMAX_FIXED,
  parameters: 'const int8_t *input, int8_t *output',
});

const fixedKernel: Kernel<SoftmaxAttrs> = {
  name: 'softmax_s8_c',
  units: [fixedUnits],
  reject: ({ attrs, outputs }) =>
    outputs[0]!.dtype === 'int8' && attrs.arithmetic === 'fixed'
      ? undefined
      : 'takes int8 in fixed point',
  cost: (node) => ({
    work: { outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer },
    constantBytes: 4 * exponentialsOf(node).length,
    scratchBytes: 0,
    calls: [fixedUnits({})],
  }),
  code(node) {
    const exp = exponentialsOf(node);
    return [
      call(fixedUnits({}), { ...rowsOf(node), exp_count: exp.length, exp: table('exp', exp) }),
    ];
  },
  inPlace: [0],
};

const tableUnits = unitFamily({
  name: 'nn_softmax_s8_table',
  template: 'softmax/softmax-s8-table',
  headers: ['nn_softmax.h'],
  struct: SOFTMAX_TABLE,
  parameters: 'const int8_t *input, int8_t *output',
});

const tableKernel: Kernel<SoftmaxAttrs> = {
  name: 'softmax_s8_table',
  units: [tableUnits],
  reject: ({ attrs, outputs }) =>
    outputs[0]!.dtype === 'int8' && attrs.arithmetic === 'float'
      ? undefined
      : 'takes int8 by a float table',
  cost: (node) => ({
    work: { outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer },
    constantBytes: 1024,
    scratchBytes: 0,
    calls: [tableUnits({})],
  }),
  code: (node) => [
    call(tableUnits({}), {
      ...rowsOf(node),
      scale: perTensor(node.outputs[0]!).scale,
      exp: table('exp', floatTable(perTensor(node.inputs[0]!).scale, node.attrs.beta)),
    }),
  ],
  inPlace: [0],
};

const floatUnits = unitFamily({
  name: 'nn_softmax_f32',
  template: 'softmax/softmax-f32',
  headers: ['nn_softmax.h', 'nn_math.h'],
  struct: SOFTMAX_FLOAT,
  parameters: 'const nn_float *input, nn_float *output',
});

const floatKernel: Kernel<SoftmaxAttrs> = {
  name: 'softmax_f32_c',
  units: [floatUnits],
  reject: ({ outputs }) => (outputs[0]!.dtype === 'float32' ? undefined : 'takes float32'),
  cost: (node) =>
    plainCost({ outputs: elements(node.outputs[0]!), rows: rowsOf(node).outer }, [floatUnits({})]),
  code: (node) => [call(floatUnits({}), { ...rowsOf(node), beta: node.attrs.beta })],
  inPlace: [0],
};

export const softmaxKernels = [fixedKernel, tableKernel, floatKernel];

/** The rows that a softmax works on, one after the other. */
export function rowsOf({ inputs }: { readonly inputs: readonly (TensorType | undefined)[] }) {
  const depth = inputs[0]!.shape.at(-1)!;
  return { outer: elements(inputs[0]!) / depth, depth };
}

function exponentialsOf(node: SoftmaxNode): Int32Array {
  return exponentials(perTensor(node.inputs[0]!).scale, node.attrs.beta).exp;
}
