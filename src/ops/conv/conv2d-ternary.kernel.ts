import { ternary4 } from '../../encode/ternary.ts';
import { isLong, rejectTernary, ternaryStream, ternaryWork } from '../gemm/ternary.ts';
import { gemmTernary } from '../gemm/units.ts';
import { layerOf } from './conv2d-gemm.kernels.ts';
import { streamKernel } from './stream-kernel.ts';

/** Convolutions on weights that are 0 or one size a channel with either sign, two pixels by four channels. */
export const conv2dTernary = streamKernel({
  name: 'conv2d_s8_ternary',
  units: [gemmTernary],
  format: ternary4,
  layerOf,
  reject: rejectTernary,
  stream: ternaryStream,
  products: ternaryWork,
  unitOf: (layer) => gemmTernary({ ...layer, long: isLong(layer) }),
  // The last word may have half as many taps: those behind it are read, too.
  behindBytes: 8,
});
