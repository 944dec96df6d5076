import type { TypedNode } from '../../ir/types.ts';
import { clampRange } from '../activation/clamp.ts';
import { rejectWindow, windowFields } from '../conv/fields.ts';
import { WINDOW } from '../conv/structs.ts';
import { windowWork } from '../conv/window-work.ts';
import { call, plainCost } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { dilatedName, rejectDilation } from './dilated.ts';
import { widePoolKernel } from './pool-s16.kernel.ts';
import type { PoolAttrs } from './pool.ts';

const POOL_S8 = struct('nn_pool_s8', 'Pooling with a fused clamp.', {
  window: WINDOW,
  low: 'int16_t',
  high: 'int16_t',
});

const POOL_F32 = struct('nn_pool_f32', 'Pooling in floating point.', {
  window: WINDOW,
  low: 'float',
  high: 'float',
});

/** The int8, int16 and float kernels of one kind of pooling. */
export function poolKernels(kind: 'average' | 'max'): Kernel<PoolAttrs>[] {
  const portable = [false, true].flatMap((dilated) => [
    byteKernel(kind, dilated),
    widePoolKernel(kind, dilated),
    floatKernel(kind, dilated),
  ]);
  return [wordsKernel(kind), ...portable];
}

// Averages: sums of so many taps fit into halves of a word, and so many into an exact reciprocal
// (ops/pool/average-pool-words.c.ejs: sums stay below 2^23 / taps), rounded away from zero or up.
const MOST_TAPS = { double: 255, single: 181 } as const;

function wordsKernel(kind: 'average' | 'max'): Kernel<PoolAttrs> {
  return integerKernel(kind, {
    name: `${kind}_pool_words_s8`,
    template: `pool/${kind}-pool-words`,
    headers: ['nn_pool.h', 'nn_words.h'],
    dilated: false,
    work: wordWork,
    reject(node) {
      const { kernel, rounding } = node.attrs;
      if (node.inputs[0]!.shape[3]! % 4 !== 0) return 'takes a multiple of 4 channels';
      const taps = kernel[0] * kernel[1];
      return kind === 'average' && taps > MOST_TAPS[rounding]
        ? `takes windows of up to ${MOST_TAPS[rounding]} taps, not ${taps}`
        : undefined;
    },
  });
}

// Words of four outputs, those that are clamped or rounded once, and rows and taps of windows for each.
function wordWork(node: TypedNode<PoolAttrs>) {
  const { outputs, lines, taps } = windowWork(node);
  const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
  const words = outputs / 4;
  return {
    ...{ pixels: outputs / node.outputs[0]!.shape[3]!, words, rows: lines / 4, taps: taps / 4 },
    clamped: high - low < 255 ? words : 0,
    single: node.attrs.rounding === 'single' ? words : 0,
  };
}

function byteKernel(kind: 'average' | 'max', dilated: boolean): Kernel<PoolAttrs> {
  return integerKernel(kind, {
    name: `${kind}_pool_s8${dilatedName(dilated)}`,
    template: `pool/${kind}-pool-s8`,
    headers: [],
    dilated,
    work: windowWork,
    reject: () => undefined,
  });
}

/** What makes one int8 kernel of a pool different from the other. */
interface IntegerPool {
  readonly name: string;
  readonly template: string;
  readonly headers: readonly string[];
  /** Whether its windows leave out pixels. */
  readonly dilated: boolean;
  work(node: TypedNode<PoolAttrs>): Readonly<Record<string, number>>;
  reject(node: TypedNode<PoolAttrs>): string | undefined;
}

function integerKernel(kind: 'average' | 'max', pool: IntegerPool): Kernel<PoolAttrs> {
  const units = unitFamily({
    name: `nn_${pool.name}`,
    template: pool.template,
    headers: pool.headers,
    struct: POOL_S8,
    parameters: 'const int8_t *input, int8_t *output, int32_t first, int32_t last',
    view: { dilated: pool.dilated },
    axes: { roundUp: kind === 'average' ? { false: '', true: '_up' } : { false: '' } },
  });
  const unitOf = ({ attrs }: TypedNode<PoolAttrs>) =>
    units({ roundUp: kind === 'average' && attrs.rounding === 'single' });
  return {
    name: `${pool.name}_c`,
    units: [units],
    rows: true,
    reject: (node) =>
      node.inputs[0]!.dtype === 'int8'
        ? (rejectDilation(node, pool.dilated) ?? pool.reject(node) ?? rejectWindow(node))
        : 'takes int8',
    cost: (node) => plainCost(pool.work(node), [unitOf(node)]),
    code(node, _, layout) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(unitOf(node), { window: windowFields(node, layout), low, high })];
    },
  };
}

function floatKernel(kind: 'average' | 'max', dilated: boolean): Kernel<PoolAttrs> {
  const units = unitFamily({
    name: `nn_${kind}_pool_f32${dilatedName(dilated)}`,
    template: `pool/${kind}-pool-f32`,
    struct: POOL_F32,
    parameters: 'const nn_float *input, nn_float *output, int32_t first, int32_t last',
    view: { dilated },
  });
  return {
    name: `${kind}_pool_f32${dilatedName(dilated)}_c`,
    units: [units],
    rows: true,
    reject: (node) =>
      node.inputs[0]!.dtype === 'float32'
        ? (rejectDilation(node, dilated) ?? rejectWindow(node))
        : 'takes float32',
    cost: (node) => plainCost(windowWork(node), [units({})]),
    code(node, _, layout) {
      const [low, high] = clampRange(node.attrs.activation, node.outputs[0]!);
      return [call(units({}), { window: windowFields(node, layout), low, high })];
    },
  };
}
