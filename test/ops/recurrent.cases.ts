import type { DType } from '../../src/ir/types.ts';
import { GATE_FUNCTIONS, SIGMOID, TANH } from '../../src/ops/recurrent/gates.ts';
import type { GateFunction } from '../../src/ops/recurrent/gates.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import type { Random } from '../../src/support/random.ts';
import { bias, float32, floatWeights, int8, takes } from '../support/cases.ts';
import type { CaseMaker, CaseTensor } from '../support/cases.ts';

interface Drawn {
  readonly x: CaseTensor;
  readonly sequence: {
    readonly timeMajor: boolean;
    readonly reverse: boolean;
    readonly clip: number;
  };
  readonly batches: number;
  readonly inputs: number;
  readonly units: number;
}

function draw(random: Random, given: CaseTensor | undefined, dtype: DType): Drawn {
  const timeMajor = random.chance(0.5);
  const shape = [random.int(1, timeMajor ? 5 : 2), random.int(1, timeMajor ? 2 : 5)];
  const made = dtype === 'int8' ? int8 : (_: Random, s: number[]) => float32(s);
  const x = takes(given, 3, [dtype]) ?? made(random, [...shape, random.int(1, 11)]);
  const integer = dtype === 'int8';
  return {
    x,
    sequence: {
      timeMajor,
      reverse: !integer && random.chance(0.3),
      clip: !integer && random.chance(0.3) ? 1.5 : 0,
    },
    batches: x.shape[timeMajor ? 1 : 0]!,
    inputs: x.shape[2]!,
    units: random.pick([random.int(1, 10), random.int(1, 10), 12, 20]),
  };
}

function gateFunctions(random: Random, usual: readonly GateFunction[]): GateFunction[] {
  if (random.chance(0.6)) return [...usual];
  const value = () => random.int(1, 12) / 8;
  return usual.map(() => ({ name: random.pick(GATE_FUNCTIONS), alpha: value(), beta: value() }));
}

function lengths(random: Random, batches: number): CaseTensor | undefined {
  if (random.chance(0.7)) return undefined;
  const data = Int32Array.from({ length: batches }, () => random.int(0, 5));
  return { dtype: 'int32', shape: [batches], data: bytesOf(data) };
}

// Constants, or now and then inputs, where they are few: all cases share one memory.
function floatWeightsOf(random: Random, units: number): (shape: number[]) => CaseTensor {
  const variable = units <= 5 && random.chance(0.4);
  return variable ? float32 : (shape) => floatWeights(random, shape);
}

export const lstm: CaseMaker = (random, given) =>
  random.chance(0.5) ? lstmS8(random, given) : lstmF32(random, given);

const lstmS8: CaseMaker = (random, given) => {
  const { x, sequence, batches, inputs, units } = draw(random, given, 'int8');
  const rows = 4 * units;
  const hidden = int8(random, [batches, units]);
  // Seldom scales that shift to the left, which DSP kernels do not take.
  const most = random.chance(0.15) ? 20 : 0.95;
  const matrix = (columns: number, { quant }: CaseTensor): CaseTensor => ({
    dtype: 'int8',
    shape: [rows, columns],
    quant: {
      scales: [0, 1, 2, 3].flatMap(() =>
        Array<number>(units).fill(
          Math.fround(random.real(0.02, most) / (4096 * quant!.scales[0]!)),
        ),
      ),
      zeroPoints: Array<number>(rows).fill(0),
      axis: 0,
    },
    data: bytesOf(Int8Array.from({ length: rows * columns }, () => random.int(-128, 127))),
  });
  const scale = random.chance(0.2) ? 0.0003 : 2 ** -random.int(9, 14);
  const cellQuant = { scales: [Math.fround(scale)], zeroPoints: [0], axis: 0 };
  const cell: CaseTensor = { dtype: 'int16', shape: [batches, units], quant: cellQuant };
  const kept = { dtype: 'int8', quant: hidden.quant! } as const;
  return {
    op: 'lstm',
    attrs: {
      ...sequence,
      inputForget: false,
      cellClip: random.chance(0.4) ? random.real(0.1, 4) : 0,
      functions: [SIGMOID, TANH, TANH],
    },
    inputs: [x, matrix(inputs, x), matrix(units, hidden), bias(random, rows, 20000), hidden, cell],
    outputs: [kept, kept, { dtype: 'int16', quant: cellQuant }],
  };
};

const lstmF32: CaseMaker = (random, given) => {
  const { x, sequence, batches, inputs, units } = draw(random, given, 'float32');
  const state = float32([batches, units]);
  const weights = floatWeightsOf(random, units);
  return {
    op: 'lstm',
    attrs: {
      ...sequence,
      inputForget: random.chance(0.2),
      cellClip: random.chance(0.3) ? 0.75 : 0,
      functions: gateFunctions(random, [SIGMOID, TANH, TANH]),
    },
    inputs: [
      x,
      weights([4 * units, inputs]),
      weights([4 * units, units]),
      weights([4 * units]),
      state,
      state,
      random.chance(0.3) ? floatWeights(random, [3 * units]) : undefined,
      lengths(random, batches),
    ],
    outputs: [{ dtype: 'float32' }, { dtype: 'float32' }, { dtype: 'float32' }],
  };
};

// Layers that are there in float alone: `biases` vectors of a bias for each gate's row.
function floatLayer(
  op: 'gru' | 'rnn',
  gates: number,
  {
    usual,
    biases,
    more,
  }: {
    usual: readonly GateFunction[];
    biases: number;
    more: (random: Random) => object;
  },
): CaseMaker {
  return (random, given) => {
    const { x, sequence, batches, inputs, units } = draw(random, given, 'float32');
    const weights = floatWeightsOf(random, units);
    return {
      op,
      attrs: { ...sequence, ...more(random), functions: gateFunctions(random, usual) },
      inputs: [
        ...[x, weights([gates * units, inputs]), weights([gates * units, units])],
        ...[weights([biases * gates * units]), float32([batches, units]), lengths(random, batches)],
      ],
      outputs: [{ dtype: 'float32' }, { dtype: 'float32' }],
    };
  };
}

export const gru = floatLayer('gru', 3, {
  usual: [SIGMOID, TANH],
  biases: 2,
  more: (random) => ({ linearBeforeReset: random.chance(0.5) }),
});
export const rnn = floatLayer('rnn', 1, { usual: [TANH], biases: 1, more: () => ({}) });

export const svdf: CaseMaker = (random, given) => {
  const float = given ? given.dtype === 'float32' : random.chance(0.3);
  const x =
    takes(given, 2, [float ? 'float32' : 'int8']) ??
    (float ? float32 : (shape: number[]) => int8(random, shape))([
      random.int(1, 3),
      random.int(1, random.pick([5, 40])),
    ]);
  const [batches = 1, inputs = 1] = x.shape;
  const [rank, units, memory] = [random.int(1, 3), random.int(1, 9), random.int(1, 10)];
  const filters = rank * units;
  const kept = [batches, filters * memory];
  if (float) {
    const constants = [[filters, inputs], [filters, memory], [units]].map((shape) =>
      floatWeights(random, shape),
    );
    const activation = random.pick(['none', 'relu', 'relu6'] as const);
    return {
      ...{ op: 'svdf', attrs: { rank, activation }, inputs: [x, ...constants, float32(kept)] },
      outputs: [{ dtype: 'float32' }, { dtype: 'float32' }],
    };
  }
  const dtype = random.pick(['int8', 'int16'] as const);
  const scaled = (shape: number[], scale: number, type: 'int8' | 'int16') => ({
    ...{ dtype: type, shape },
    quant: { scales: [Math.fround(scale)], zeroPoints: [0], axis: 0 },
  });
  const constant = (type: ReturnType<typeof scaled>): CaseTensor => ({
    ...type,
    data: Uint8Array.from(
      { length: type.shape[0]! * type.shape[1]! * (type.dtype === 'int8' ? 1 : 2) },
      () => random.int(0, 255),
    ),
  });
  const small = dtype === 'int16' ? 0.0003 : 0.05;
  const plain = scaled(kept, random.real(small, 4 * small), dtype);
  const zeroPoints = [dtype === 'int8' && random.chance(0.5) ? random.int(-20, 20) : 0];
  const state = { ...plain, quant: { ...plain.quant, zeroPoints } };
  const { quant } = int8(random, [1]);
  return {
    ...{ op: 'svdf', attrs: { rank, activation: 'none' } },
    inputs: [
      x,
      constant(scaled([filters, inputs], random.real(0.001, 0.02), 'int8')),
      constant(scaled([filters, memory], random.real(0.0001, 0.01), dtype)),
      random.chance(0.2) ? undefined : bias(random, units, 20000),
      state,
    ],
    outputs: [
      { dtype: 'int8', quant: quant! },
      { dtype, quant: state.quant },
    ],
  };
};
