import { dtypeOfCode } from '../../formats/onnx/type-records.ts';
import { Unsupported } from '../op.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { constantValueOf } from './integers.ts';
import type { OnnxValue } from './value.ts';

/** Tables of signal processing: sizes are known when the model is read, and so are they. */
export const WINDOW_READERS: OnnxReaders = {
  HannWindow: cosineWindow([0.5, 0.5]),
  HammingWindow: cosineWindow([25 / 46, 21 / 46]),
  BlackmanWindow: cosineWindow([0.42, 0.5, 0.08]),
  MelWeightMatrix: readMel,
};

/** a0 - a1 cos(t) + a2 cos(2 t) over a turn, or up to its end where the window is symmetric. Source: onnx/defs/math/defs.cc. */
function cosineWindow(terms: readonly number[]): OnnxReader {
  return (call) => {
    const size = one(call, 0, 'size');
    const periodic = call.number('periodic', 1) !== 0;
    const turn = periodic ? size : size - 1;
    if (!(turn >= 1)) throw new Unsupported(`its window of ${size} elements has no shape`);
    const numbers = Array.from({ length: call.emitter.reserve(size) }, (_, at) =>
      terms.reduce((sum, term, k) => {
        const part = term * Math.cos((2 * Math.PI * k * at) / turn);
        return k % 2 === 0 ? sum + part : sum - part;
      }, 0),
    );
    return [constantOfType(call, numbers, [size])];
  };
}

/** Triangles over the bins of a spectrum, evenly spaced in mel. Source: onnx/reference/ops/op_mel_weight_matrix.py. */
function readMel(call: OnnxCall): readonly OnnxValue[] {
  const names = [
    'num_mel_bins',
    'dft_length',
    'sample_rate',
    'lower_edge_hertz',
    'upper_edge_hertz',
  ];
  const [bands, length, rate, low, high] = names.map((name, i) => one(call, i, name)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (!(length >= 1 && bands >= 1 && rate > 0))
    throw new Unsupported(`it has ${bands} bands of a spectrum of ${length} at ${rate} Hz`);
  const bins = Math.floor(length / 2) + 1;
  const numbers = Array<number>(call.emitter.reserve(bins * bands)).fill(0);
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const step = (mel(high) - mel(low)) / (bands + 2);
  const binOf = (edge: number) => {
    const hertz = 700 * (10 ** ((mel(low) + edge * step) / 2595) - 1);
    return Math.floor(((length + 1) * hertz) / rate);
  };
  for (let band = 0; band < bands; band++) {
    const [lower, centre, upper] = [binOf(band), binOf(band + 1), binOf(band + 2)];
    const put = (bin: number, value: number) => {
      if (bin >= 0 && bin < bins) numbers[bin * bands + band] = value;
    };
    if (lower === centre) put(centre, 1);
    for (let bin = Math.max(lower, 0); bin <= Math.min(centre, bins) && lower < centre; bin++)
      put(bin, (bin - lower) / (centre - lower));
    for (let bin = Math.max(centre, 0); bin < Math.min(upper, bins); bin++)
      put(bin, (upper - bin) / (upper - centre));
  }
  return [constantOfType(call, numbers, [bins, bands])];
}

function one(call: OnnxCall, position: number, what: string): number {
  const [value = NaN, ...others] = call.numbers(position, what) ?? [];
  if (others.length > 0 || !Number.isFinite(value))
    throw new Unsupported(`its ${what} is not one number`);
  return value;
}

function constantOfType(
  call: OnnxCall,
  numbers: readonly number[],
  shape: readonly number[],
): OnnxValue {
  const dtype = dtypeOfCode(call.number('output_datatype', 1));
  if (!dtype) throw new Unsupported('it makes a type that thimble does not have');
  return constantValueOf(call, numbers, shape, dtype);
}
