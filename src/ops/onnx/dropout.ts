import { product } from '../../support/bytes.ts';
import { uniformNumbers } from '../../support/mersenne-twister.ts';
import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import type { OnnxValue } from './value.ts';

export const DROPOUT_READERS: OnnxReaders = { Dropout: readDropout };

/**
 * Does nothing when a model runs. In training mode it drops, of a seed that is given, the same values in
 * every run, as ONNX's reference implementation does (NumPy's uniform numbers that are below the ratio).
 */
function readDropout(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const m = new Algebra(call.emitter);
  const old = call.opset < 12;
  call.ignore('is_test');
  const attribute = call.number('ratio', 0.5);
  const seed = call.node.attributes.has('seed') ? call.number('seed', 0) : undefined;
  const training = !old && (call.numbers(2, 'training_mode')?.[0] ?? 0) !== 0;
  const ratio = training ? (call.numbers(1, 'ratio')?.[0] ?? 0.5) : old ? attribute : 0;
  const maskType = call.opset < 10 ? x.dtype : 'bool';
  const count = product(x.shape);
  const mask = (kept: readonly number[]) => m.constant(kept, x.shape, maskType);
  if (!training || ratio === 0) {
    const ones = () => mask(Array<number>(call.emitter.reserve(count)).fill(1));
    return call.wanted[1] ? [x, ones()] : [x];
  }
  if (seed === undefined)
    throw new Unsupported(
      'it drops values at random (training_mode)',
      'export the model for inference',
    );
  if (!(ratio > 0 && ratio < 1)) throw new Unsupported(`its ratio is ${ratio}`);
  const uniform = uniformNumbers(seed);
  const kept = m.count(count).map(() => Number(uniform() >= ratio));
  const scales = m.constant(
    kept.map((keep) => keep / (1 - ratio)),
    x.shape,
  );
  return [m.mul(x, scales), mask(kept)];
}
