import { toObject } from 'flatbuffers/js/flexbuffers.js';
import type { TfliteOperator } from '../formats/tflite/records.ts';
import { Unsupported } from './op.ts';

/** The options of a custom operator, a map of a FlexBuffer, by name. */
export interface CustomOptions {
  /** A number; `otherwise`, where it may be left out. */
  number(name: string, otherwise?: number): number;
  /** A truth value; false where it is left out. */
  flag(name: string): boolean;
}

/** Throws Unsupported where the options cannot be read, or one of them is of another type. */
export function customOptions({ custom }: TfliteOperator): CustomOptions {
  const options = readMap(custom ?? new Uint8Array());
  const named = (name: string) =>
    new Unsupported(`its option ${name} is ${name in options ? String(options[name]) : 'missing'}`);
  return {
    number(name, otherwise) {
      const found = options[name] ?? otherwise;
      if (typeof found !== 'number' || !Number.isFinite(found)) throw named(name);
      return found;
    },
    flag(name) {
      const found = options[name] ?? false;
      if (typeof found !== 'boolean' && typeof found !== 'number') throw named(name);
      return Boolean(found);
    },
  };
}

function readMap(bytes: Uint8Array): Record<string, unknown> {
  try {
    const map = toObject(Uint8Array.from(bytes).buffer);
    if (typeof map === 'object' && map !== null) return map as Record<string, unknown>;
  } catch {
    // The library has errors of its own for what is no FlexBuffer.
  }
  throw new Unsupported('its options cannot be read');
}
