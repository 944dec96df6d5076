import { dense } from '../../encode/dense.ts';
import type { WeightMatrix } from '../../encode/format.ts';
import type { TypedNode } from '../../ir/types.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { REQUANTIZE, requantizeFields } from '../requantize.ts';
import { memoiseLayer } from '../rows.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';
import { isWide, SUMS_AXIS, wideLayer } from '../wide.ts';
import type { FixedConv2d } from './conv2d.ts';
import { multipliersOf, rejectWindow, windowFields } from './fields.ts';
import { WINDOW } from './structs.ts';

type ConvNode = TypedNode<FixedConv2d>;

export const CONV_S16 = struct(
  'nn_conv_s16',
  'Convolutions on 16 bits; depth: input channels of one group, or outputs of one input channel.',
  {
    window: WINDOW,
    requantize: REQUANTIZE,
    depth: 'int16_t',
    weights: 'const int8_t *',
    bias: 'const int32_t *',
  },
);

/** What makes the kernel of one convolution on 16 bits different from another's. */
interface WideConv {
  /** 'conv2d': of the kernel, the unit and the template. */
  readonly name: string;
  readonly template: string;
  /** The weights of each output channel, and as they are stored. */
  matrix(node: ConvNode): WeightMatrix;
  stored(node: ConvNode): WeightMatrix;
  depth(node: ConvNode): number;
  work(node: ConvNode): Readonly<Record<string, number>>;
}

/** The portable kernel of a convolution with 16-bit activations and 8-bit weights. */
export function wideConvolution(conv: WideConv): Kernel<FixedConv2d> {
  const units = unitFamily({
    name: `nn_${conv.name}_s16`,
    template: `conv/${conv.template}`,
    headers: ['nn_types.h', 'nn_wide.h'],
    struct: CONV_S16,
    parameters: 'const int16_t *input, int16_t *output, int32_t first, int32_t last',
    axes: { sums: SUMS_AXIS },
  });
  const layerOf = memoiseLayer((node: ConvNode) => {
    const matrix = conv.matrix(node);
    return wideLayer(node, matrix, multipliersOf(node, matrix.rows));
  });
  return {
    name: `${conv.name}_s16_c`,
    units: [units],
    rows: true,
    formats: [dense],
    reject: (node) => (isWide(node) ? rejectWindow(node) : 'takes int16'),
    cost(node, { format }) {
      const { sums, bytes } = layerOf(node);
      const work = conv.work(node);
      return {
        work: { ...work, wide: sums === 'wide' ? (work.macs ?? work.taps!) : 0 },
        constantBytes: format!.bytes(conv.stored(node)) + bytes,
        scratchBytes: 0,
        calls: [units({ sums })],
      };
    },
    code(node, { format }, layout) {
      const { sums, multipliers, bias } = layerOf(node);
      return [
        call(units({ sums }), {
          window: windowFields(node, layout),
          requantize: requantizeFields(node, multipliers),
          depth: conv.depth(node),
          weights: table('weights', format!.encode(conv.stored(node)), format!.name),
          bias,
        }),
      ];
    },
  };
}
