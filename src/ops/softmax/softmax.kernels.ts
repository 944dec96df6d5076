import type { TypedNode } from '../../ir/types.ts';
import { elements, perTensor } from '../../ir/types.ts';
import { table } from '../constant-array.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { unitFamily } from '../unit.ts';
import { exponentials, floatTable, rowsOf } from './exponentials.ts';
import { softmax16Kernel } from './softmax-s16.ts';
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

const widenedUnits = unitFamily({
  name: 'nn_softmax_s8_s16',
  template: 'softmax/softmax-s8-s16',
  headers: ['nn_types.h', 'nn_softmax.h'],
  struct: SOFTMAX_FIXED,
  parameters: 'const int8_t *input, int16_t *output',
});

/** The same into int16, which has no room in the input's place. */
const widenedKernel: Kernel<SoftmaxAttrs> = {
  name: 'softmax_s8_s16_c',
  units: [widenedUnits],
  reject: ({ inputs, outputs }) =>
    inputs[0]!.dtype === 'int8' && outputs[0]!.dtype === 'int16'
      ? undefined
      : 'takes int8 and gives int16',
  cost: (node, choice) => ({ ...fixedKernel.cost(node, choice), calls: [widenedUnits({})] }),
  code: (node, choice, layout) =>
    fixedKernel.code(node, choice, layout).map((each) => ({ ...each, unit: widenedUnits({}) })),
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

export const softmaxKernels = [
  fixedKernel,
  widenedKernel,
  tableKernel,
  softmax16Kernel,
  floatKernel,
];

function exponentialsOf(node: SoftmaxNode): Int32Array {
  return exponentials(perTensor(node.inputs[0]!).scale, node.attrs.beta).exp;
}
