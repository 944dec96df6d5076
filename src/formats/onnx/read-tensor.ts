import { bytesOf, halfToNumber, product } from '../../support/bytes.ts';
import { bytesPerElement } from '../../support/dtypes.ts';
import type { DType } from '../../support/dtypes.ts';
import { printable } from '../../support/printable.ts';
import { MalformedFile } from '../malformed-file.ts';
import { isAbsurd } from '../tensor-limits.ts';
import type { OnnxTensor, ReadBeside } from './records.ts';
import { typeOf } from './type-records.ts';
import type { WireTensor } from './wire.ts';

/** Types whose constants become float32: how many bytes an element has, and its value. */
const AS_FLOAT: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  float16: (view, at) => halfToNumber(view.getUint16(2 * at, true)),
  bfloat16: (view, at) => {
    const bits = new Uint32Array([view.getUint16(2 * at, true) << 16]);
    return new Float32Array(bits.buffer)[0]!;
  },
  double: (view, at) => view.getFloat64(8 * at, true),
};
const FLOAT_BYTES: Readonly<Record<string, number>> = { float16: 2, bfloat16: 2, double: 8 };

/** A constant with its elements in order. Throws MalformedFile where they are not as many as its shape says. */
export function readTensor(tensor: WireTensor, beside: ReadBeside | undefined): OnnxTensor {
  const name = tensor.name ?? '';
  const where = `the tensor "${printable(name)}"`;
  const shape = tensor.dims.map(Number);
  if (shape.some((size) => !(size >= 0)) || isAbsurd(shape))
    throw new MalformedFile(`${where} has the absurd shape [${shape.join(',')}]`);
  const { typeName, dtype } = typeOf(tensor.data_type ?? 0);
  const converts = Object.hasOwn(AS_FLOAT, typeName);
  if ((!dtype && !converts) || tensor.segment) {
    const unreadable = tensor.segment ? 'is a part of a larger one' : `has the type ${typeName}`;
    return { name, shape, dtype: 'float32', data: new Uint8Array(), unreadable };
  }
  const stored = elementsOf(tensor, typeName, dtype, where, beside);
  const width = converts ? FLOAT_BYTES[typeName]! : bytesPerElement(dtype!);
  const count = product(shape);
  if (stored.length !== count * width) {
    throw new MalformedFile(
      `${where} has ${stored.length} bytes of data, its shape [${shape.join(',')}] needs ${count * width}`,
    );
  }
  if (!converts) return { name, shape, dtype: dtype!, data: stored };
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const floats = Float32Array.from({ length: count }, (_, i) => AS_FLOAT[typeName]!(view, i));
  return { name, shape, dtype: 'float32', data: bytesOf(floats), converted: typeName };
}

// The bytes of the elements in the type that the file has.
function elementsOf(
  tensor: WireTensor,
  typeName: string,
  dtype: DType | undefined,
  where: string,
  beside: ReadBeside | undefined,
): Uint8Array {
  if (tensor.data_location === 1) return external(tensor, where, beside);
  if (tensor.raw_data !== undefined) return Uint8Array.from(tensor.raw_data);
  if (typeName === 'double') return bytesOf(Float64Array.from(tensor.double_data));
  switch (dtype) {
    case 'float32':
      return bytesOf(Float32Array.from(tensor.float_data));
    case 'int64':
      return bytesOf(BigInt64Array.from(tensor.int64_data));
    case 'int32':
      return bytesOf(Int32Array.from(tensor.int32_data));
    case 'int8':
    case 'uint8':
    case 'bool':
      return Uint8Array.from(tensor.int32_data);
    // Those of 16 bits, whatever they stand for.
    default:
      return bytesOf(Uint16Array.from(tensor.int32_data));
  }
}

function external(
  { external_data: entries }: WireTensor,
  where: string,
  beside: ReadBeside | undefined,
): Uint8Array {
  const of = (key: string) => entries.find((entry) => entry.key === key)?.value;
  const [location, offset, length] = [of('location'), of('offset') ?? '0', of('length') ?? '-1'];
  const [from, bytes] = [Number(offset), Number(length)];
  if (!location || !Number.isSafeInteger(from) || !Number.isSafeInteger(bytes) || from < 0)
    throw new MalformedFile(`${where} lies in another file, and does not say where`);
  if (!beside)
    throw new MalformedFile(
      `${where} lies in the file "${printable(location)}", which was not given`,
    );
  return beside(location, from, bytes);
}
