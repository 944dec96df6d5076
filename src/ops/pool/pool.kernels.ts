import type { TypedNode } from '../../ir/types.ts';
import { elements } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { rowsOf, windowFields } from '../conv/fields.ts';
import { unit } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import type { PoolAttrs } from './pool.ts';

/** The int8 and float kernels of one kind of pooling. */
export function poolKernels(kind: 'average' | 'max'): Kernel<PoolAttrs>[] {
  return [poolKernel(kind, 's8'), poolKernel(kind, 'f32')];
}

function poolKernel(kind: 'average' | 'max', suffix: 's8' | 'f32'): Kernel<PoolAttrs> {
  const dtype = suffix === 's8' ? 'int8' : 'float32';
  return {
    name: `${kind}_pool_${suffix}_c`,
    reject: (node) => (node.inputs[0]!.dtype === dtype ? undefined : `takes ${dtype}`),
    cost: (node, target) => ({
      cycles: cycles(node) * (dtype === 'int8' || target.fpu ? 1 : 8),
      scratchBytes: 0,
    }),
    code(node) {
      const roundUp = kind === 'average' && dtype === 'int8' && node.attrs.rounding === 'single';
      const name = `nn_${kind}_pool_${suffix}${roundUp ? '_up' : ''}`;
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      const fields = {
        ...windowFields(node.attrs, node.inputs[0]!, node.outputs[0]!),
        low,
        high,
      };
      return {
        calls: [{ struct: `nn_pool_${suffix}`, function: name, fields, inputs: [0] }],
        units: [unit(name, `pool/${kind}-pool-${suffix}`, ['nn_conv.h'], { roundUp })],
        scratchBytes: 0,
        rows: rowsOf(node),
      };
    },
  };
}

function cycles({ attrs, outputs }: TypedNode<PoolAttrs>): number {
  return elements(outputs[0]!) * (attrs.kernel[0] * attrs.kernel[1] * 22 + 40);
}
