import { bytesPerElement } from '../support/dtypes.ts';
import type { PicturePlan } from '../preprocess/picture-plan.ts';
import { VERSION } from '../support/version.ts';
import type { Files } from './emit.ts';
import { ctypeOf, initialiserLines } from './literals.ts';
import { readTemplate, render } from './render.ts';

/**
 * C that makes a model's input of a camera's frame, byte for byte as pictureTensor does of the same
 * picture: two files beside the library of `name`, and a header of what frames are.
 */
export function emitPreprocess(name: string, plan: PicturePlan): Files {
  const { tables, channels } = plan;
  const first = tables[0]!;
  const alike = tables.every((table) => table.every((value, level) => value === first[level]));
  const offset = alike ? offsetOf(plan, first) : undefined;
  const view = {
    ...plan,
    ...{ name, offset, macro: name.toUpperCase(), version: VERSION },
    ctype: ctypeOf(plan.dtype),
    count: tables.length,
    order: channels === 'bgr' ? [2, 1, 0] : [0, 1, 2],
    tables: (alike ? [first] : tables).map((table) => initialiserLines(typed(plan, table))),
  };
  return new Map([
    [`${name}_preprocess.h`, render('preprocess/preprocess.h.ejs', view)],
    [`${name}_preprocess.c`, render('preprocess/preprocess.c.ejs', view)],
    ['runtime/thimble_frame.h', readTemplate('preprocess/thimble_frame.h')],
  ]);
}

// What is added to a level where that makes its value: no table is needed then.
function offsetOf({ dtype }: PicturePlan, table: readonly number[]): number | undefined {
  const offset = table[0]!;
  const isSum = table.every((value, level) => value === level + offset);
  return bytesPerElement(dtype) === 1 && isSum ? offset : undefined;
}

function typed({ dtype }: PicturePlan, table: readonly number[]) {
  if (dtype === 'float32') return Float32Array.from(table);
  return dtype === 'uint8' ? Uint8Array.from(table) : Int8Array.from(table);
}
