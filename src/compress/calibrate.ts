import { Interpreter } from '../interpret/interpret.ts';
import type { Graph, TensorId } from '../ir/types.ts';
import { floats } from '../ir/values.ts';
import { Histogram } from './histogram.ts';

/** The spread of every float tensor of a graph over calibration inputs (raw bytes). */
export function calibrate(graph: Graph, inputs: readonly Uint8Array[]): Map<TensorId, Histogram> {
  const interpreter = new Interpreter(graph);
  const limits = new Map<TensorId, [number, number]>();
  observe((id, values) => {
    const [low, high] = limits.get(id) ?? [Infinity, -Infinity];
    limits.set(id, [
      values.reduce((a, b) => Math.min(a, b), low),
      values.reduce((a, b) => Math.max(a, b), high),
    ]);
  });
  const histograms = new Map(
    [...limits].map(([id, [low, high]]) => [id, new Histogram(low, high)]),
  );
  observe((id, values) => histograms.get(id)!.add(values));
  return histograms;

  function observe(take: (id: TensorId, values: Float32Array) => void): void {
    for (const input of inputs) {
      interpreter.runBytes(input, (id, value) => {
        if (value.type.dtype === 'float32') take(id, floats(value));
      });
    }
  }
}
