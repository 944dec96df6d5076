import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReader, OnnxReaders } from './call.ts';
import { naturalOrder } from './value.ts';
import type { OnnxValue } from './value.ts';

type Formula = (m: Algebra, x: OnnxValue, axes: readonly number[]) => OnnxValue;

const sum: Formula = (m, x, axes) => m.reduce('sum', x, axes);

/** As ONNX defines them, of values along axes that stay with the size 1. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  ReduceSum: sum,
  ReduceMean: (m, x, axes) => m.reduce('mean', x, axes),
  ReduceMax: (m, x, axes) => extreme(m, 'reduce_max', x, axes),
  ReduceMin: (m, x, axes) => extreme(m, 'reduce_min', x, axes),
  ReduceProd: (m, x, axes) => m.reduce('reduce_prod', x, axes),
  ReduceL1: (m, x, axes) => sum(m, m.map('abs', x), axes),
  ReduceL2: (m, x, axes) => m.sqrt(sum(m, m.square(x), axes)),
  ReduceSumSquare: (m, x, axes) => sum(m, m.square(x), axes),
  ReduceLogSum: (m, x, axes) => m.log(sum(m, x, axes)),
  ReduceLogSumExp: (m, x, axes) => {
    const most = m.reduce('reduce_max', x, axes);
    return m.add(most, m.log(sum(m, m.exp(m.sub(x, most)), axes)));
  },
};

export const REDUCE_READERS: OnnxReaders = Object.fromEntries(
  Object.entries(FORMULAS).map(([type, formula]) => [type, reader(formula)]),
);

function reader(formula: Formula): OnnxReader {
  return (call) => {
    const x = call.input(0);
    const m = new Algebra(call.emitter);
    const axes = reducedAxes(call, x.rank);
    const keepDims = call.number('keepdims', 1) !== 0;
    const kept = formula(m, x, axes);
    if (keepDims) return [kept];
    return [kept.reshaped(x.shape.filter((_, axis) => !axes.includes(axis)))];
  };
}

// Truth values are ordered as whole numbers.
function extreme(m: Algebra, name: string, x: OnnxValue, axes: readonly number[]): OnnxValue {
  const narrow = x.dtype === 'bool' || x.dtype === 'uint8';
  return m.cast(m.reduce(name, narrow ? m.cast(x, 'int32') : x, axes), x.dtype);
}

/** Axes are an attribute, or an input; none means all, unless the model says that it means none. */
function reducedAxes(call: OnnxCall, rank: number): number[] {
  const axes = call.listOrInput('axes', 1, 'axes') ?? [];
  const noop = call.number('noop_with_empty_axes', 0) !== 0;
  if (axes.length === 0) return noop ? [] : naturalOrder(rank);
  return [...new Set(axes.map((axis) => call.axis(axis, rank)))].sort((a, b) => a - b);
}
