import { tensorOf } from '../ir/graph.ts';
import type { Graph } from '../ir/types.ts';
import { byteLength } from '../ir/types.ts';
import { floats, valueFromBytes } from '../ir/values.ts';
import { CompileError, throwIfAny } from '../support/diagnostics.ts';

/** A real input of the float model (raw bytes), and the file it came from. */
export interface CalibrationInput {
  readonly name: string;
  readonly input: Uint8Array;
}

/** Fewer inputs than this all calibrate: none can be spared to judge the result. */
const ENOUGH = 8;
const MOST_HELD_OUT = 16;

export interface Divided {
  readonly calibrating: readonly CalibrationInput[];
  /** What the result is measured on; the calibrating ones again where there are too few. */
  readonly measuring: readonly CalibrationInput[];
  readonly heldOut: boolean;
}

/** A quarter of the inputs, spread evenly, is held out to measure what the others calibrated. */
export function divide(inputs: readonly CalibrationInput[]): Divided {
  if (inputs.length < ENOUGH) return { calibrating: inputs, measuring: inputs, heldOut: false };
  const count = Math.min(MOST_HELD_OUT, Math.floor(inputs.length / 4));
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * inputs.length) / count)),
  );
  return {
    calibrating: inputs.filter((_, i) => !chosen.has(i)),
    measuring: inputs.filter((_, i) => chosen.has(i)),
    heldOut: true,
  };
}

/** Throws when there is no input, or where one holds a NaN or an infinity: every such file at once. */
export function checkInputs(graph: Graph, inputs: readonly CalibrationInput[]): void {
  if (inputs.length === 0) {
    throw new CompileError({
      code: 'no-calibration',
      message: 'there is no calibration input',
      hint: 'name a folder with raw float inputs (in*.bin or *.in.bin) with --calibrate',
    });
  }
  throwIfAny(
    inputs.flatMap(({ name, input }) => {
      const bad = notFinite(graph, input);
      if (!bad) return [];
      return {
        code: 'bad-calibration',
        message: `it holds ${bad.count} values that are not finite, the first (${bad.value}) at byte ${bad.byte}`,
        where: name,
        hint: 'a range cannot hold NaN or infinity: write the file again, or take it away',
      };
    }),
  );
}

function notFinite(graph: Graph, input: Uint8Array) {
  let [start, count] = [0, 0];
  let first: { readonly value: number; readonly byte: number } | undefined;
  for (const id of graph.inputs) {
    const tensor = tensorOf(graph, id);
    const bytes = input.subarray(start, start + byteLength(tensor));
    if (tensor.dtype === 'float32') {
      floats(valueFromBytes(tensor, bytes)).forEach((value, i) => {
        if (Number.isFinite(value)) return;
        first ??= { value, byte: start + 4 * i };
        count += 1;
      });
    }
    start += bytes.length;
  }
  return first && { ...first, count };
}
