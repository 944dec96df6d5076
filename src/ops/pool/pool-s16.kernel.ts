import type { TypedNode } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { rejectWindow, windowFields } from '../conv/fields.ts';
import { WINDOW } from '../conv/structs.ts';
import { windowWork } from '../conv/window-work.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { isWide } from '../wide.ts';
import { DILATED_AXIS, isDilated } from './dilated.ts';
import type { PoolAttrs } from './pool.ts';

const units = unitFamily({
  name: 'nn_pool_s16',
  template: 'pool/pool-s16',
  headers: ['nn_types.h'],
  struct: struct('nn_pool_s16_layer', 'Pooling on 16 bits with a fused clamp.', {
    window: WINDOW,
    low: 'int16_t',
    high: 'int16_t',
  }),
  parameters: 'const int16_t *input, int16_t *output, int32_t first, int32_t last',
  axes: { average: { false: '_max', true: '_average' }, dilated: DILATED_AXIS },
});

/** The kernel of one kind of pooling on int16. */
export function widePoolKernel(kind: 'average' | 'max'): Kernel<PoolAttrs> {
  const unitOf = (node: TypedNode<PoolAttrs>) =>
    units({ average: kind === 'average', dilated: isDilated(node) });
  return {
    name: `${kind}_pool_s16_c`,
    units: [units],
    rows: true,
    reject: (node) => (isWide(node) ? rejectWindow(node) : 'takes int16'),
    cost: (node) => plainCost(windowWork(node), [unitOf(node)]),
    code(node, _, layout) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(unitOf(node), { window: windowFields(node, layout), low, high })];
    },
  };
}
