import { Interpreter } from '../interpret/interpret.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import { floats } from '../ir/values.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { throwIfAny } from '../support/diagnostics.ts';
import { poolingBorders } from './borders.ts';
import type { CalibrationInput } from './calibration-inputs.ts';
import { Histogram } from './histogram.ts';
import { limitsOf } from './range.ts';
import type { Range } from './range.ts';

/** What the calibration inputs say about a float graph. */
export interface Calibration {
  /** The spread of every float tensor that is computed or given. */
  readonly histograms: ReadonlyMap<TensorId, Histogram>;
  /** Borders below all data that only maximum pooling sees; they are in no histogram. */
  readonly borders: ReadonlyMap<TensorId, number>;
}

/** Runs a float graph on calibration inputs, twice: for the limits of each tensor, then its spread. */
export function calibrate(graph: Graph, inputs: readonly CalibrationInput[]): Calibration {
  const interpreter = new Interpreter(graph);
  const borders = poolingBorders(graph);
  const limits = new Map<TensorId, Range>();
  const culprits = new Map<TensorId, string>();
  observe((id, values, name) => {
    const found = limitsOf(values, borders.get(id), limits.get(id));
    limits.set(id, found);
    const empty = found.low > found.high;
    if (!empty && !Number.isFinite(found.high - found.low) && !culprits.has(id))
      culprits.set(id, name);
  });
  throwIfAny(describeNotFinite(graph, culprits));
  for (const [id, border] of borders) {
    const { low, high } = limits.get(id) ?? { low: Infinity, high: border };
    // A border among the data is data.
    if (border > low) {
      limits.set(id, { low, high: Math.max(high, border) });
      borders.delete(id);
    }
  }
  const histograms = new Map(
    [...limits].map(([id, { low, high }]) => [
      id,
      low > high ? new Histogram(0, 0) : new Histogram(low, high),
    ]),
  );
  observe((id, values) => histograms.get(id)!.add(values, borders.get(id)));
  return { histograms, borders };

  function observe(take: (id: TensorId, values: Float32Array, name: string) => void): void {
    for (const { name, input } of inputs) {
      interpreter.runBytes(input, (id, value) => {
        if (value.type.dtype === 'float32') take(id, floats(value), name);
      });
    }
  }
}

// Only where it begins: what reads a NaN makes another.
function describeNotFinite(graph: Graph, culprits: ReadonlyMap<TensorId, string>): Diagnostic[] {
  return graph.nodes.flatMap(({ op, inputs, outputs }) => {
    const id = outputs.find((output) => culprits.has(output));
    if (id === undefined || inputs.some((input) => culprits.has(input!))) return [];
    return {
      code: 'not-finite',
      message: `"${graph.tensors.get(id)!.name}" (${op}) becomes NaN or infinite in the float model itself`,
      where: culprits.get(id)!,
      hint: 'no range of int8 can hold that; check the model, and that the inputs are scaled as it expects',
    };
  });
}
