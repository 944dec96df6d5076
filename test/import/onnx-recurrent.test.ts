import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { floats, writeOnnx } from '../support/onnx-writer.ts';
import type { WrittenNode } from '../support/onnx-writer.ts';

const [STEPS, BATCHES, INPUTS, UNITS] = [4, 2, 3, 5];
const SEED = 20261130;

console.log(`recurrent ONNX layers: seed ${SEED}`);

const random = new Random(SEED);
const numbers = (count: number) => Array.from({ length: count }, () => random.real(-1, 1));
const x = numbers(STEPS * BATCHES * INPUTS);
const parts = { LSTM: 4, GRU: 3, RNN: 1 } as const;
type Kind = keyof typeof parts;
const kinds = Object.keys(parts) as Kind[];

/** Two directions' constants: a direction by itself is a half of them. */
const constants = Object.fromEntries(
  kinds.map((kind) => [
    kind,
    [UNITS * INPUTS, UNITS * UNITS, 2 * UNITS].map((size) =>
      [0, 1].map(() => numbers(parts[kind] * size)),
    ),
  ]),
) as Record<Kind, number[][][]>;

interface Use {
  readonly directions?: readonly (0 | 1)[];
  readonly attributes?: WrittenNode['attributes'];
  readonly lengths?: readonly number[];
  readonly shape?: readonly number[];
}

/** The outputs of a layer, one after the other. */
function run(kind: Kind, input: readonly number[], use: Use = {}): Float32Array {
  const { directions = [0], attributes = {}, lengths, shape = [STEPS, BATCHES, INPUTS] } = use;
  const [w, r, b] = constants[kind].map((all) => directions.flatMap((d) => all[d]!));
  const [d, rows] = [directions.length, parts[kind] * UNITS];
  const outputs = kind === 'LSTM' ? ['y', 'h', 'c'] : ['y', 'h'];
  const inputs = ['x', 'w', 'r', 'b', ...(lengths ? ['lengths'] : [])];
  const model = writeOnnx({
    ...{ inputs: { x: shape }, outputs },
    constants: {
      w: floats([d, rows, INPUTS], w!),
      r: floats([d, rows, UNITS], r!),
      b: floats([d, 2 * rows], b!),
      ...(lengths && { lengths: { dims: [BATCHES], data_type: 6, int32_data: lengths } }),
    },
    nodes: [{ type: kind, inputs, outputs, attributes: { hidden_size: UNITS, ...attributes } }],
  });
  const result = new Interpreter(importModel(model, 'm.onnx')).runBytes(
    bytesOf(Float32Array.from(input)),
  );
  return new Float32Array(result.slice().buffer);
}

const row = BATCHES * UNITS;
const steps = (y: Float32Array) =>
  Array.from({ length: STEPS }, (_, t) => [...y.slice(t * row, (t + 1) * row)]);
const inSteps = Array.from({ length: STEPS }, (_, t) =>
  x.slice(t * BATCHES * INPUTS, (t + 1) * BATCHES * INPUTS),
);

describe.each(kinds)('%s', (kind) => {
  const forward = run(kind, x);

  it('ends with the last step, and in reverse gives what the reversed sequence gives', () => {
    expect([...forward.slice(STEPS * row, (STEPS + 1) * row)]).toEqual(steps(forward)[STEPS - 1]);
    const back = run(kind, x, { attributes: { direction: 'reverse' } });
    const turned = run(kind, [...inSteps].reverse().flat());
    expect(steps(back).reverse()).toEqual(steps(turned));
    expect([...back.slice(STEPS * row)]).toEqual([...turned.slice(STEPS * row)]);
  });

  it('in both directions gives one beside the other', () => {
    const both = run(kind, x, {
      directions: [0, 1],
      attributes: { direction: 'bidirectional' },
    });
    const back = run(kind, x, { directions: [1], attributes: { direction: 'reverse' } });
    const found = Array.from({ length: STEPS }, (_, t) => [
      ...both.slice(2 * t * row, 2 * (t + 1) * row),
    ]);
    expect(found).toEqual(steps(forward).map((each, t) => [...each, ...steps(back)[t]!]));
  });

  it('takes batches first', () => {
    const byBatch = Array.from({ length: BATCHES }, (_, b) =>
      inSteps.map((step) => step.slice(b * INPUTS, (b + 1) * INPUTS)),
    );
    const found = run(kind, byBatch.flat(2), {
      attributes: { layout: 1 },
      shape: [BATCHES, STEPS, INPUTS],
    });
    const wanted = Array.from({ length: BATCHES }, (_, b) =>
      steps(forward).map((step) => step.slice(b * UNITS, (b + 1) * UNITS)),
    );
    expect([...found.slice(0, STEPS * row)]).toEqual(wanted.flat(2));
    expect([...found.slice(STEPS * row)]).toEqual([...forward.slice(STEPS * row)]);
  });

  it('stops a sequence at its length', () => {
    const found = run(kind, x, { lengths: [STEPS, 2] });
    const wanted = steps(forward).map((step, t) =>
      step.map((value, i) => (i >= UNITS && t >= 2 ? 0 : value)),
    );
    expect(steps(found)).toEqual(wanted);
    const last = [...found.slice(STEPS * row + UNITS, (STEPS + 1) * row)];
    expect(last).toEqual(steps(forward)[1]!.slice(UNITS));
  });

  it('has other functions for its gates, and a bound for their sums', () => {
    const functions = { LSTM: 3, GRU: 2, RNN: 1 }[kind];
    const activations = Array.from({ length: functions }, () => 'HardSigmoid');
    const found = run(kind, x, { attributes: { activations, clip: 0.125 } });
    // 0.2 x + 0.5 of what lies within an eighth.
    if (kind === 'RNN') expect(found.every((value) => value >= 0.474 && value <= 0.526)).toBe(true);
    expect([...found]).not.toEqual([...forward]);
    expect(() => run(kind, x, { attributes: { activations: ['Gelu'] } })).toThrow(CompileError);
  });
});
