import { product } from '../../support/bytes.ts';
import { bytesOfNumbers } from '../constant-op.ts';
import { Unsupported } from '../op.ts';
import type { OnnxTensor } from '../../formats/onnx/records.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { OnnxValue } from './value.ts';

/** Operators that give the same elements another shape, and those that compute on shapes. */
export const SHAPE_READERS: OnnxReaders = {
  Reshape: readReshape,
  Flatten: readFlatten,
  Squeeze: readSqueeze,
  Unsqueeze: readUnsqueeze,
  Transpose: readTranspose,
  Constant: readConstant,
  ConstantOfShape: readConstantOfShape,
  Shape: readShape,
  Size: (call) => [int64s(call, [product(call.input(0).shape)], [])],
};

/** 0 keeps a size, unless `allowzero` says that it means none; one -1 is what is left over. */
function readReshape(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const wanted = call.listOrInput('shape', 1, 'shape');
  if (!wanted) throw new Unsupported('it has no shape');
  const keeps = call.number('allowzero', 0) === 0;
  const sizes = wanted.map((size, axis) => (size === 0 && keeps ? (x.shape[axis] ?? 0) : size));
  const count = product(x.shape);
  const known = product(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? (known === 0 ? 0 : count / known) : size));
  if (product(shape) !== count || sizes.filter((size) => size === -1).length > 1)
    throw new Unsupported(`[${x.shape.join(',')}] cannot become [${wanted.join(',')}]`);
  return [x.reshaped(shape)];
}

function readFlatten(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const axis = call.axisOrEnd(call.number('axis', 1), x.rank);
  return [x.reshaped([product(x.shape.slice(0, axis)), product(x.shape.slice(axis))])];
}

function readSqueeze(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const axes = call.listOrInput('axes', 1, 'axes')?.map((axis) => call.axis(axis, x.rank));
  const wrong = axes?.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined)
    throw new Unsupported(`axis ${wrong} of [${x.shape.join(',')}] does not have the size 1`);
  return [x.reshaped(x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)))];
}

function readUnsqueeze(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const given = call.listOrInput('axes', 1, 'axes') ?? [];
  const rank = x.rank + given.length;
  const axes = given.map((axis) => call.axis(axis, rank));
  if (new Set(axes).size < axes.length) throw new Unsupported('it adds an axis twice');
  const sizes = [...x.shape];
  return [
    x.reshaped(
      Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.shift()!)),
    ),
  ];
}

function readTranspose(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const permutation = call.list('perm') ?? x.shape.map((_, axis) => x.rank - 1 - axis);
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== x.rank || sorted.some((axis, i) => axis !== i))
    throw new Unsupported(`[${permutation.join(',')}] is no order of ${x.rank} axes`);
  return [x.transposed(permutation)];
}

function readConstant(call: OnnxCall): readonly OnnxValue[] {
  const { emitter, node } = call;
  const name = node.outputs[0] ?? 'constant';
  const tensor = call.constant('value');
  if (tensor) return [constantOf(call, tensor, name)];
  for (const each of ['value_float', 'value_floats', 'value_int', 'value_ints']) {
    if (!node.attributes.has(each)) continue;
    const list = each.endsWith('s') ? call.list(each)! : [call.number(each, 0)];
    const type = {
      dtype: each.includes('float') ? 'float32' : 'int64',
      shape: each.endsWith('s') ? [list.length] : [],
    } as const;
    return [OnnxValue.natural(emitter, emitter.constant(name, type, bytesOfNumbers(type, list)))];
  }
  throw new Unsupported('it holds text, or a sparse tensor');
}

/** A constant of the file as a value. */
export function constantOf(
  { emitter }: Pick<OnnxCall, 'emitter'>,
  { shape, dtype, data }: OnnxTensor,
  name: string,
): OnnxValue {
  return OnnxValue.natural(emitter, emitter.constant(name, { dtype, shape }, data));
}

function readConstantOfShape(call: OnnxCall): readonly OnnxValue[] {
  const shape = call.numbers(0, 'shape') ?? [];
  if (shape.some((size) => size < 0)) throw new Unsupported(`its shape is [${shape.join(',')}]`);
  const value = call.constant('value');
  const element = value?.data ?? new Uint8Array(4);
  if (value && product(value.shape) !== 1) throw new Unsupported('its value is not one number');
  const count = call.emitter.reserve(product(shape));
  const data = new Uint8Array(count * element.length);
  for (let i = 0; i < count; i++) data.set(element, i * element.length);
  const type = { dtype: value?.dtype ?? 'float32', shape } as const;
  const name = call.node.outputs[0] ?? 'filled';
  return [OnnxValue.natural(call.emitter, call.emitter.constant(name, type, data))];
}

/** All sizes are known when the model is read; `start` and `end` pick some of them. */
function readShape(call: OnnxCall): readonly OnnxValue[] {
  const { shape, rank } = call.input(0);
  const bound = (name: string, otherwise: number) => {
    const given = call.number(name, otherwise);
    return Math.min(Math.max(given < 0 ? given + rank : given, 0), rank);
  };
  const sizes = shape.slice(bound('start', 0), bound('end', rank));
  return [int64s(call, sizes, [sizes.length])];
}

function int64s(call: OnnxCall, numbers: readonly number[], shape: readonly number[]): OnnxValue {
  const type = { dtype: 'int64', shape } as const;
  const name = call.node.outputs[0] ?? 'sizes';
  return OnnxValue.natural(
    call.emitter,
    call.emitter.constant(name, type, bytesOfNumbers(type, numbers)),
  );
}
