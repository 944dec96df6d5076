import { elements } from '../../src/ir/types.ts';
import {
  ACTIVATIONS,
  float32,
  floatWeights,
  int8,
  quantization,
  takes,
  weights,
} from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';
import { weighted } from './weighted.ts';

export const dense: CaseMaker = (random, operand) => {
  const given = takes(operand);
  const depth = given ? random.pick([elements(given), given.shape.at(-1) ?? 1]) : random.int(1, 40);
  const outputs = random.int(1, 14);
  const attrs = {
    activation: random.pick(ACTIVATIONS),
    rounding: random.pick(['double', 'single', 'float'] as const),
    keepDims: given !== undefined && random.chance(0.5),
  };
  return weighted(random, {
    op: 'dense',
    attrs,
    given,
    shape: [random.int(1, 3), depth],
    kernel: [outputs, depth],
    axis: 0,
    outputs,
  });
};

export const batchMatmul: CaseMaker = (random, operand) => {
  const types = ['int8', 'float32', 'int32'];
  const given = operand && operand.shape.length >= 2 ? takes(operand, undefined, types) : undefined;
  const [rows, depth, columns] = [random.int(1, 5), random.int(1, 6), random.int(1, 5)];
  const attrs = { transposeA: random.chance(0.4), transposeB: random.chance(0.4) };
  const batch =
    given?.shape.slice(0, -2) ?? [random.int(1, 3), random.int(1, 2)].slice(random.int(0, 2));
  const other = batch
    .map((size) => (random.chance(0.3) ? 1 : size))
    .slice(random.int(0, batch.length));
  const a = given?.shape ?? [...batch, ...(attrs.transposeA ? [depth, rows] : [rows, depth])];
  const inner = a.at(attrs.transposeA ? -2 : -1)!;
  const b = [...other, ...(attrs.transposeB ? [columns, inner] : [inner, columns])];
  if (given ? given.dtype === 'int32' : random.chance(0.3)) {
    const whole = { dtype: 'int32' as const };
    const inputs = [given ?? { ...whole, shape: a }, { ...whole, shape: b }];
    return { op: 'batch_matmul', attrs, inputs, outputs: [whole] };
  }
  const first = given ?? (random.chance(0.4) ? float32(a) : int8(random, a));
  const float = first.dtype === 'float32';
  const second = random.chance(0.3)
    ? float
      ? floatWeights(random, b)
      : { ...weights(random, b, 0), quant: quantization(random) }
    : float
      ? float32(b)
      : int8(random, b);
  const output = float
    ? { dtype: 'float32' as const }
    : { dtype: 'int8' as const, quant: quantization(random) };
  return { op: 'batch_matmul', attrs, inputs: [first, second], outputs: [output] };
};
