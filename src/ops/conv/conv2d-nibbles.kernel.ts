import { nibbles4 } from '../../encode/nibbles.ts';
import { convNibbleStream, nibbleWork, rejectNibbles } from '../gemm/nibbles.ts';
import { gemmNibbles } from '../gemm/units.ts';
import { layerOf } from './conv2d-gemm.kernels.ts';
import { streamKernel } from './stream-kernel.ts';

/** Convolutions on weights of four bits, two pixels by four channels. */
export const conv2dNibbles = streamKernel({
  name: 'conv2d_s8_nibbles',
  units: [gemmNibbles],
  format: nibbles4,
  layerOf,
  reject: rejectNibbles,
  stream: convNibbleStream,
  products: (layer, groups) => nibbleWork(layer, 4, groups),
  unitOf: gemmNibbles,
});
