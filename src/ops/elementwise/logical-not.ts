import { emptyValue } from '../../ir/values.ts';
import { noAttributes } from '../attributes.ts';
import { lutKernel } from '../lut.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessCopy } from '../types.ts';

const negate = (stored: number) => (stored === 0 ? 1 : 0);

export const logicalNot = defineOp<object>({
  name: 'logical_not',
  summary: 'Whether a truth value is false',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject(node) {
    const { dtype } = node.inputs[0]!;
    return dtype === 'bool' ? rejectUnlessCopy(node) : `it works on ${dtype}, not on bool`;
  },
  evaluate(node, [input]) {
    const output = emptyValue(node.outputs[0]!);
    (input!.data as Uint8Array).forEach((x, i) => (output.data[i] = negate(x)));
    return [output];
  },
  kernels: [lutKernel('function_s8_table', () => negate)],
  quantize: 'keep-float',
  tflite: { LOGICAL_NOT: () => ({ attrs: {} }) },
});
