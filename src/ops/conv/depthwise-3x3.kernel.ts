import { dense } from '../../encode/dense.ts';
import type { TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { alignUp } from '../../support/bytes.ts';
import { table } from '../constant-array.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { requantizeBytes, requantizeFields } from '../requantize.ts';
import { unitFamily } from '../unit.ts';
import * as weighted from '../weighted.ts';
import { channelsOf, rejectDsp } from './depthwise-channels.ts';
import type { FixedDepthwise } from './depthwise.ts';
import { windowFields } from './fields.ts';
import { DEPTHWISE_3X3 } from './structs.ts';

type DepthwiseNode = TypedNode<FixedDepthwise>;

/** Gathered lines take about so many bytes at a time. */
const LINES_BYTES = 1024;

const windowUnits = unitFamily({
  name: 'nn_depthwise_3x3_s8_dsp',
  template: 'conv/depthwise-3x3-s8-dsp',
  headers: ['nn_dsp.h'],
  struct: DEPTHWISE_3X3,
  parameters: 'const int8_t *input, int8_t *output, int8_t *scratch, int32_t first, int32_t last',
  axes: { stride: { one: '_s1', two: '_s2' }, ...weighted.DSP_AXES },
});

/** 3x3 windows, one channel at a time, from gathered lines: for few channels. */
export const depthwise3x3S8Dsp: Kernel<FixedDepthwise> = {
  name: 'depthwise_3x3_s8_dsp',
  units: [windowUnits],
  rows: true,
  formats: [dense],
  reject(node, choice) {
    const { kernel, stride, dilation } = node.attrs;
    const is = (pair: readonly number[], size: number) => pair.every((n) => n === size);
    if (!is(kernel, 3) || !is(dilation, 1)) return 'takes windows of 3x3, not dilated';
    if (!is(stride, 1) && !is(stride, 2)) return 'takes strides of 1 and 2';
    return rejectDsp(node, choice);
  },
  cost(node, { format }) {
    const { lines, line, block } = linesOf(node);
    const { matrix, multipliers } = channelsOf(node);
    const [batches = 1, height = 1, width = 1, channels = 1] = node.outputs[0]!.shape;
    const blocks = Math.ceil(height / block);
    const planes = batches * channels;
    const walks = planes * Math.ceil(width / 2);
    return {
      work: {
        blocks: planes * blocks,
        lines: planes * blocks * lines,
        gathered: planes * blocks * lines * node.inputs[0]!.shape[2]!,
        walks: walks * blocks,
        pairs: walks * height,
        columns: walks * height * node.attrs.stride[0],
      },
      constantBytes: format!.bytes(matrix) + 4 * matrix.rows + requantizeBytes(multipliers),
      scratchBytes: lines * line,
      calls: [windowUnit(node)],
    };
  },
  code(node, { format }, layout) {
    const { matrix, bias, multipliers } = channelsOf(node);
    const { line, block } = linesOf(node);
    return [
      call(windowUnit(node), {
        window: windowFields(node, layout),
        requantize: requantizeFields(node, multipliers, (shift) => -shift),
        input_zero: perTensor(node.inputs[0]!).zeroPoint,
        line,
        block,
        weights: table('weights', format!.encode(matrix), format!.name),
        bias: table('bias', bias),
      }),
    ];
  },
};

function windowUnit(node: DepthwiseNode) {
  const stride = node.attrs.stride[0] === 1 ? 'one' : 'two';
  return windowUnits({ stride, ...weighted.dspVariant(node, channelsOf(node).multipliers) });
}

// Lines of one channel: pairs of output columns read five columns (of stride 2) or four.
function linesOf(node: DepthwiseNode): { lines: number; line: number; block: number } {
  const [, height = 1, width = 1] = node.outputs[0]!.shape;
  const [stride] = node.attrs.stride;
  const line = alignUp(alignUp(width, 2) * stride + 2, 4);
  const most = Math.floor((LINES_BYTES / line - 3) / stride) + 1;
  const block = Math.max(1, Math.min(height, most));
  return { lines: (block - 1) * stride + 3, line, block };
}
