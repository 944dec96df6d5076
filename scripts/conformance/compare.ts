import type { OnnxTensor } from '../../src/formats/onnx/records.ts';
import type { TensorType } from '../../src/ir/types.ts';
import { formatType, sameShape } from '../../src/ir/types.ts';
import { valueFromBytes } from '../../src/ir/values.ts';

/** ONNX's own tolerance: onnx/backend/test/loader, the same for every test. */
const [RELATIVE, ABSOLUTE] = [1e-3, 1e-7];

/** What is wrong with an output; undefined when it is as the suite says. Whole numbers have to be equal. */
export function firstMismatch(
  type: TensorType,
  bytes: Uint8Array,
  expected: OnnxTensor,
): string | undefined {
  const wanted = { dtype: expected.dtype, shape: expected.shape };
  if (type.dtype !== wanted.dtype || !sameShape(type.shape, wanted.shape))
    return `it is ${formatType(type)}, not ${formatType(wanted)}`;
  const [a, b] = [bytes, expected.data].map(
    (each) => valueFromBytes(wanted, each).data as Float32Array,
  );
  const near = wanted.dtype === 'float32' ? isNear : (x: number, y: number) => x === y;
  const wrong = b!.findIndex((y, i) => !near(a![i]!, y));
  return wrong === -1 ? undefined : `element ${wrong} is ${a![wrong]}, not ${b![wrong]}`;
}

function isNear(x: number, y: number): boolean {
  if (Number.isNaN(y)) return Number.isNaN(x);
  return x === y || Math.abs(x - y) <= ABSOLUTE + RELATIVE * Math.abs(y);
}
