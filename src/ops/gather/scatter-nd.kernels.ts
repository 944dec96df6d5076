import type { DType, TypedNode } from '../../ir/types.ts';
import { byteLength, bytesPerElement } from '../../ir/types.ts';
import { cElement } from '../c-element.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { ENTRIES, entriesFields, placesOf, runOf } from './entries.ts';

export type Reduction = 'none' | 'add' | 'mul' | 'max' | 'min';

export interface ScatterNdAttrs {
  /** How an update and what is in its place become one. */
  readonly reduction: Reduction;
}

export type ScatterNode = TypedNode<ScatterNdAttrs>;

/** Types on which updates are combined with what is there. */
export const FOLDED: readonly DType[] = ['float32', 'int32'];

const SCATTER = struct(
  'nn_scatter_nd_layer',
  'Entries of `run` elements, each named by `depth` indices.',
  { ...ENTRIES, bytes: 'int32_t' },
);

/** Updates take the place of what is there; runs and steps in bytes. */
const moveUnits = unitFamily({
  name: 'nn_scatter_nd',
  template: 'gather/scatter-nd',
  headers: ['nn_types.h'],
  struct: SCATTER,
  parameters: 'const void *values, const int32_t *indices, const void *updates, void *output',
  view: { held: 'int8_t', expression: '' },
});

const moveKernel: Kernel<ScatterNdAttrs> = {
  name: 'scatter_nd_c',
  units: [moveUnits],
  reject: ({ attrs }) => (attrs.reduction === 'none' ? undefined : 'moves updates'),
  cost: (node) => plainCost(workOf(node), [moveUnits({})]),
  code(node) {
    const width = bytesPerElement(node.outputs[0]!.dtype);
    return [call(moveUnits({}), fieldsOf(node, width), { inputs: [0, 1, 2] })];
  },
  inPlace: [0],
};

const EXPRESSIONS: Readonly<Record<string, { readonly float: string; readonly whole: string }>> = {
  add: { float: 'x + y', whole: 'nn_add(x, y)' },
  mul: { float: 'x * y', whole: 'nn_mul(x, y)' },
  max: { float: 'y > x ? y : x', whole: 'y > x ? y : x' },
  min: { float: 'y < x ? y : x', whole: 'y < x ? y : x' },
};

const FAMILIES = new Map(
  Object.entries(EXPRESSIONS).flatMap(([reduction, { float, whole }]) =>
    FOLDED.map((dtype) => {
      const { suffix, ctype, held } = cElement(dtype);
      const units = unitFamily({
        name: `nn_scatter_nd_${reduction}_${suffix}`,
        template: 'gather/scatter-nd',
        headers: ['nn_types.h', 'nn_integers.h'],
        struct: SCATTER,
        parameters: `const ${ctype} *values, const int32_t *indices, const ${ctype} *updates, ${ctype} *output`,
        view: { held, expression: dtype === 'float32' ? float : whole },
      });
      return [`${reduction} ${dtype}`, units] as const;
    }),
  ),
);

const unitOf = ({ attrs, outputs }: ScatterNode) =>
  FAMILIES.get(`${attrs.reduction} ${outputs[0]!.dtype}`)!({});

const foldKernel: Kernel<ScatterNdAttrs> = {
  name: 'scatter_nd_fold_c',
  units: [...FAMILIES.values()],
  reject: ({ attrs }) => (attrs.reduction === 'none' ? 'combines updates' : undefined),
  cost: (node) => plainCost(workOf(node), [unitOf(node)]),
  code: (node) => [call(unitOf(node), fieldsOf(node, 1), { inputs: [0, 1, 2] })],
  inPlace: [0],
};

export const scatterKernels = [moveKernel, foldKernel];

function workOf(node: ScatterNode) {
  const { count, depth } = placesOf(node);
  const { dtype } = node.outputs[0]!;
  const moved = count * runOf(node);
  const folds = node.attrs.reduction !== 'none';
  return {
    copied: byteLength(node.outputs[0]!),
    runs: count,
    indices: count * depth,
    bytes: folds ? 0 : moved * bytesPerElement(dtype),
    floats: folds && dtype === 'float32' ? moved : 0,
    integers: folds && dtype !== 'float32' ? moved : 0,
  };
}

function fieldsOf(node: ScatterNode, width: number) {
  return { ...entriesFields(node, width), bytes: byteLength(node.outputs[0]!) };
}
