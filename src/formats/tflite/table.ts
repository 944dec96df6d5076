import * as flatbuffers from 'flatbuffers';
import { MalformedFile } from '../malformed-file.ts';
import { printable } from '../../support/printable.ts';
import type { TfliteOptions } from './records.ts';

/** How many more elements of vectors are read from a file. */
interface Budget {
  left: number;
}

/** A FlatBuffers table, read by field number, with every offset checked against the buffer. */
export class Table implements TfliteOptions {
  readonly #buffer: flatbuffers.ByteBuffer;
  readonly #start: number;
  readonly #budget: Budget;

  constructor(buffer: flatbuffers.ByteBuffer, start: number, budget: Budget) {
    this.#buffer = buffer;
    this.#start = start;
    this.#budget = budget;
    check(buffer, start, 4);
    const vtable = start - buffer.readInt32(start);
    check(buffer, vtable, 4);
    check(buffer, vtable, buffer.readUint16(vtable));
  }

  /** The root table of a whole buffer. */
  static root(bytes: Uint8Array): Table {
    const buffer = new flatbuffers.ByteBuffer(bytes);
    check(buffer, 0, 8);
    return new Table(buffer, buffer.readUint32(0), { left: 4 * bytes.length + 2 ** 20 });
  }

  byte(field: number, fallback = 0): number {
    const at = this.#field(field, 1);
    return at ? this.#buffer.readInt8(at) : fallback;
  }

  int(field: number, fallback = 0): number {
    const at = this.#field(field, 4);
    return at ? this.#buffer.readInt32(at) : fallback;
  }

  float(field: number, fallback = 0): number {
    const at = this.#field(field, 4);
    return at ? this.#buffer.readFloat32(at) : fallback;
  }

  bool(field: number): boolean {
    return this.byte(field) !== 0;
  }

  /** Numbers of the fields that are there and have a byte that is not zero, up to the next field. */
  fieldsSet(): number[] {
    const vtable = this.#start - this.#buffer.readInt32(this.#start);
    const slots = (this.#buffer.readUint16(vtable) - 4) >> 1;
    const size = this.#buffer.readUint16(vtable + 2);
    check(this.#buffer, this.#start, size);
    const offsets = Array.from({ length: Math.max(0, slots) }, (_, i) =>
      this.#buffer.readUint16(vtable + 4 + 2 * i),
    );
    const ends = [...offsets, size].sort((a, b) => a - b);
    return offsets.flatMap((offset, field) => {
      const end = ends.find((next) => next > offset) ?? offset;
      const bytes = this.#bytes({ start: this.#start + offset, length: end - offset });
      return offset > 0 && bytes.some((byte) => byte !== 0) ? [field] : [];
    });
  }

  string(field: number): string | undefined {
    const vector = this.#vector(field, 1);
    if (vector) this.#spend(vector.length);
    return vector && printable(new TextDecoder().decode(this.#bytes(vector)));
  }

  bytes(field: number): Uint8Array | undefined {
    const vector = this.#vector(field, 1);
    return vector && this.#bytes(vector);
  }

  ints(field: number): number[] {
    return this.#map(field, 4, (at) => this.#buffer.readInt32(at));
  }

  shorts(field: number): number[] {
    return this.#map(field, 2, (at) => this.#buffer.readUint16(at));
  }

  floats(field: number): number[] {
    return this.#map(field, 4, (at) => this.#buffer.readFloat32(at));
  }

  longs(field: number): number[] {
    return this.#map(field, 8, (at) => Number(this.#buffer.readInt64(at)));
  }

  table(field: number): Table | undefined {
    const at = this.#field(field, 4);
    return at ? this.#tableAt(at) : undefined;
  }

  tables(field: number): Table[] {
    return this.#map(field, 4, (at) => this.#tableAt(at));
  }

  // Position of a field's value, 0 when the table leaves it out.
  #field(field: number, bytes: number): number {
    const vtable = this.#start - this.#buffer.readInt32(this.#start);
    const slot = 4 + 2 * field;
    if (slot + 2 > this.#buffer.readUint16(vtable)) return 0;
    const offset = this.#buffer.readUint16(vtable + slot);
    if (offset === 0) return 0;
    check(this.#buffer, this.#start + offset, bytes);
    return this.#start + offset;
  }

  #vector(field: number, bytesEach: number): { start: number; length: number } | undefined {
    const at = this.#field(field, 4);
    if (!at) return undefined;
    const start = at + this.#buffer.readUint32(at);
    check(this.#buffer, start, 4);
    const length = this.#buffer.readUint32(start);
    check(this.#buffer, start + 4, length * bytesEach);
    return { start: start + 4, length };
  }

  #map<T>(field: number, bytesEach: number, read: (at: number) => T): T[] {
    const vector = this.#vector(field, bytesEach);
    if (!vector) return [];
    this.#spend(vector.length);
    return Array.from({ length: vector.length }, (_, i) => read(vector.start + i * bytesEach));
  }

  #tableAt(at: number): Table {
    return new Table(this.#buffer, at + this.#buffer.readUint32(at), this.#budget);
  }

  // Vectors may be named more than once: a small file could hold billions of elements.
  #spend(elements: number): void {
    this.#budget.left -= elements;
    if (this.#budget.left < 0) {
      throw new MalformedFile('it names its vectors so often that it holds more than its bytes');
    }
  }

  #bytes({ start, length }: { start: number; length: number }): Uint8Array {
    return this.#buffer.bytes().subarray(start, start + length);
  }
}

function check(buffer: flatbuffers.ByteBuffer, start: number, bytes: number): void {
  if (start < 0 || start + bytes > buffer.capacity()) {
    throw new MalformedFile(
      `${bytes} bytes at offset ${start} lie outside the ${buffer.capacity()} bytes of the file`,
    );
  }
}
