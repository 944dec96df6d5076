import { clampRange } from '../activation/clamp.ts';
import { rejectWindow, windowFields } from '../conv/fields.ts';
import { WINDOW } from '../conv/structs.ts';
import { windowWork } from '../conv/window-work.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { isWide } from '../wide.ts';
import { dilatedName, rejectDilation } from './dilated.ts';
import type { PoolAttrs } from './pool.ts';

const POOL_S16 = struct('nn_pool_s16_layer', 'Pooling on 16 bits with a fused clamp.', {
  window: WINDOW,
  low: 'int16_t',
  high: 'int16_t',
});

const usual = unitsOf(false);
const spaced = unitsOf(true);

function unitsOf(dilated: boolean) {
  return unitFamily({
    name: `nn_pool_s16${dilatedName(dilated)}`,
    template: 'pool/pool-s16',
    headers: ['nn_types.h'],
    struct: POOL_S16,
    parameters: 'const int16_t *input, int16_t *output, int32_t first, int32_t last',
    view: { dilated },
    axes: { average: { false: '_max', true: '_average' } },
  });
}

/** The kernel of one kind of pooling on int16. */
export function widePoolKernel(kind: 'average' | 'max', dilated: boolean): Kernel<PoolAttrs> {
  const units = dilated ? spaced : usual;
  const unit = units({ average: kind === 'average' });
  return {
    name: `${kind}_pool_s16${dilatedName(dilated)}_c`,
    units: [units],
    rows: true,
    reject: (node) =>
      isWide(node) ? (rejectDilation(node, dilated) ?? rejectWindow(node)) : 'takes int16',
    cost: (node) => plainCost(windowWork(node), [unit]),
    code(node, _, layout) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(unit, { window: windowFields(node, layout), low, high })];
    },
  };
}
