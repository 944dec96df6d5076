import type { Random } from '../../src/support/random.ts';
import type { FileModel, FileOperator, FileTensor } from './tflite-writer.ts';

const SIZES = [0, 1, 2, 3, 4, 5, 7, 64, 4096, 32768, -1];
const SCALES = [0, -0, -1, 1e-38, 1e-20, 0.003, 0.5, 1, 3, 1e20, 1e38, NaN, Infinity];
const ZEROS = [-128, -129, -1, 0, 3, 127, 128, 255, 256, 2 ** 31];
const NUMBERS = [-2147483648, -4096, -2, -1, 0, 1, 2, 3, 5, 127, 4096, 32768, 2147483647];
const REALS = [NaN, Infinity, -Infinity, -0, 0, 1e-45, 3e38, -1.5, 1];
const TYPES = [0, 1, 2, 3, 4, 5, 6, 7, 9, 17];

/** The model with a few of its fields changed: what a careless exporter could have written. */
export function mutate(model: FileModel, random: Random): FileModel {
  let changed = model;
  for (let n = random.int(1, 3); n > 0; n--) {
    const index = random.int(0, model.tensors.length - 1);
    changed = random.chance(0.65)
      ? { ...changed, tensors: replaced(changed.tensors, index, (t) => changeTensor(t, random)) }
      : changeGraph(changed, random);
  }
  return changed;
}

function changeTensor(tensor: FileTensor, random: Random): FileTensor {
  const { shape, data, scales = [0.5], zeroPoints = [0] } = tensor;
  const axis = random.int(0, Math.max(0, shape.length - 1));
  const channels = Math.min(64, Math.max(1, shape[axis] ?? 1));
  const changes: (() => Partial<FileTensor>)[] = [
    () => ({ shape: replaced(shape, axis, () => random.pick(SIZES)) }),
    () => ({ shape: random.chance(0.5) ? shape.slice(1) : [1, ...shape] }),
    () => ({ type: random.pick(TYPES) }),
    () => ({ scales: replaced(scales, 0, () => random.pick(SCALES)) }),
    () => ({ zeroPoints: replaced(zeroPoints, 0, () => random.pick(ZEROS)) }),
    () => ({
      axis,
      scales: Array.from({ length: channels }, () => random.real(0.01, 0.2)),
      zeroPoints: Array.from({ length: channels }, () => (random.chance(0.2) ? 1 : 0)),
    }),
    () => ({ variable: true }),
    () =>
      data ? { data: data.map((byte) => (random.chance(0.2) ? random.int(0, 255) : byte)) } : {},
    () => (data ? { data: new Uint8Array() } : {}),
    () => (data?.length === 4 ? { data: bytesOf(random) } : {}),
  ];
  return { ...tensor, ...random.pick(changes)() };
}

function bytesOf(random: Random): Uint8Array {
  const array = random.chance(0.5)
    ? Int32Array.of(random.pick(NUMBERS))
    : Float32Array.of(random.pick(REALS));
  return new Uint8Array(array.buffer);
}

function changeGraph(model: FileModel, random: Random): FileModel {
  const index = random.int(0, model.operators.length - 1);
  const tensor = () => random.int(0, model.tensors.length - 1);
  const operator = (change: (old: FileOperator) => Partial<FileOperator>): FileModel => ({
    ...model,
    operators: replaced(model.operators, index, (old) => ({ ...old, ...change(old) })),
  });
  const changes: (() => FileModel)[] = [
    () => operator(({ inputs }) => ({ inputs: replaced(inputs, 0, tensor) })),
    () => operator(({ inputs }) => ({ inputs: inputs.slice(0, -1) })),
    () => operator(({ inputs }) => ({ inputs: [...inputs, random.chance(0.5) ? -1 : tensor()] })),
    () => operator(({ outputs }) => ({ outputs: [...outputs, tensor()] })),
    () =>
      operator(({ options = [] }) => ({
        optionsType: 1,
        options: [...options, [random.int(0, 8), 'int', random.pick(NUMBERS)]],
      })),
    () =>
      operator(({ options = [] }) => ({
        options: options.map((option) => {
          const [field, kind] = option;
          if (kind === 'ints') return [field, kind, [random.pick(NUMBERS)]] as const;
          const value = random.pick(kind === 'float' ? REALS : NUMBERS);
          return [field, kind, kind === 'byte' ? value & 127 : value] as const;
        }),
      })),
    () => ({ ...model, outputs: [...model.outputs, tensor()] }),
    () => ({ ...model, inputs: [...model.inputs, tensor()] }),
  ];
  return random.pick(changes)();
}

function replaced<T>(list: readonly T[], index: number, change: (old: T) => T): T[] {
  return list.map((item, i) => (i === Math.min(index, list.length - 1) ? change(item) : item));
}
