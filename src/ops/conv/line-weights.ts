import { rowOf } from '../gemm/channels.ts';
import type { GemmChannels } from '../gemm/channels.ts';
import { range } from './strip-window.ts';
import { stepsOf } from './line-window.ts';
import type { LineLayer } from './line-window.ts';

/** Words before the taps: bias, multiplier, right shift. */
const CONSTANTS = 3;

/** Words of one channel: constants, a word for each step of four taps, or two, and for each of one. */
export function lineChannelWords(layer: LineLayer, zeroed: boolean): number {
  const { full, single } = stepsOf(layer.kernel[0]);
  return CONSTANTS + layer.kernel[1] * (full * (zeroed ? 2 : 1) + single);
}

/**
 * The constants of each channel, one after another. The taps of a step are bytes that SXTB16 makes pairs of,
 * or these pairs, less the weights' zero point: taps 0 and 2, 1 and 3 where a window moves by one row, 0 and
 * 1, 2 and 3 where it moves by two. Column after column, then the single taps of all columns.
 */
export function encodeLines(
  channels: GemmChannels,
  layer: LineLayer,
  zero: { readonly point: number; readonly apart: boolean },
): Uint32Array {
  const { kernel, stride } = layer;
  const { full, single } = stepsOf(layer.kernel[0]);
  const pairs = stride[0] === 2 ? [0, 1, 2, 3] : [0, 2, 1, 3];
  const words = channels.bias.flatMap((bias, row) => {
    const { multiplier, shift } = channels.multipliers[row]!;
    const taps = rowOf(channels.matrix, row, zero.point);
    const tap = (y: number, x: number) => (y < kernel[0] ? taps[y * kernel[1] + x]! : 0);
    const steps = range(kernel[1]).flatMap((x) =>
      range(full).flatMap((step) => {
        const [a, b, c, d] = pairs.map((k) => tap(4 * step + k, x)) as [
          number,
          number,
          number,
          number,
        ];
        return zero.apart ? [halves(a, b), halves(c, d)] : [bytes(a, c, b, d)];
      }),
    );
    const rest = single === 1 ? range(kernel[1]).map((x) => tap(4 * full, x)) : [];
    return [bias, multiplier, -shift, ...steps, ...rest];
  });
  return Uint32Array.from(words, (word) => word >>> 0);
}

function halves(low: number, high: number): number {
  return (low & 0xffff) | (high << 16);
}

function bytes(a: number, b: number, c: number, d: number): number {
  return (a & 255) | ((b & 255) << 8) | ((c & 255) << 16) | (d << 24);
}
