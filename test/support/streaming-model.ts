import { Random } from '../../src/support/random.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { bias, int8, weights } from './cases.ts';
import type { CaseTensor } from './cases.ts';
import type { FileGraph, FileModel, FileOperator, FileTensor } from './tflite-writer.ts';

const [INT32, INT8, RESOURCE] = [2, 9, 13];
const [ADD, CONCATENATION, CONV_2D, SLICE] = [0, 2, 3, 65];
const [CALL_ONCE, VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE] = [129, 142, 143, 144];

/** Numbers of the streaming model's tensors. */
export const T = {
  ...{ frame: 0, ringHandle: 1, ring: 2, joined: 3, weights: 4, bias: 5, convolved: 6, begin: 7 },
  ...{ size: 8, ringNext: 9, sumHandle: 10, sum: 11, sumNext: 12, sumAgain: 13, output: 14 },
};

/**
 * A convolution over the last four frames, three of which a variable keeps, and its sum over time,
 * which begins with other numbers than zero. The sum is read, assigned, and read again.
 */
export function streamingModel(seed = 1): FileModel {
  const { tensors, constants } = makeTensors(seed);
  const operators = [
    handle('ring', T.ringHandle),
    handle('sum', T.sumHandle),
    { code: CALL_ONCE, optionsType: 103, options: [[0, 'int', 1]], inputs: [], outputs: [] },
    read(T.ringHandle, T.ring),
    ...compute().slice(0, 2),
    assign(T.ringHandle, T.ringNext),
    compute()[2]!,
    read(T.sumHandle, T.sum),
    compute()[3]!,
    assign(T.sumHandle, T.sumNext),
    read(T.sumHandle, T.sumAgain),
    operator(ADD, 11, [T.sumAgain, T.convolved], T.output),
  ] satisfies FileOperator[];
  const setUp: FileGraph = {
    tensors: [resource, constants.ring, resource, constants.sum],
    operators: [handle('ring', 0), assign(0, 1), handle('sum', 2), assign(2, 3)],
    ...{ inputs: [], outputs: [] },
  };
  return { tensors, operators, inputs: [T.frame], outputs: [T.output], others: [setUp] };
}

/** The same network without variables: ring and sum are inputs, and outputs with their next values. */
export function unrolledModel(seed = 1): FileModel & { readonly initial: Uint8Array } {
  const { tensors, constants } = makeTensors(seed);
  return {
    tensors,
    operators: [...compute(), operator(ADD, 11, [T.sumNext, T.convolved], T.output)],
    inputs: [T.frame, T.ring, T.sum],
    outputs: [T.output, T.ringNext, T.sumNext],
    initial: new Uint8Array([...constants.ring.data, ...constants.sum.data]),
  };
}

const resource: FileTensor = { type: RESOURCE, shape: [] };

function makeTensors(seed: number) {
  const random = new Random(seed);
  const frames = int8(random, [1, 1, 1, 4]);
  const sums = int8(random, [1, 1, 1, 5]);
  const kept = { ...frames, shape: [1, 3, 1, 4] };
  const numbers = (...values: number[]): FileTensor => ({
    ...{ type: INT32, shape: [values.length], data: bytesOf(Int32Array.from(values)) },
  });
  const tensors = [
    ...[file(frames), resource, file(kept), file({ ...frames, shape: [1, 4, 1, 4] })],
    ...[file(weights(random, [5, 4, 1, 4], 0)), file(bias(random, 5, 999))],
    ...[file(int8(random, [1, 1, 1, 5])), numbers(0, 1, 0, 0), numbers(1, 3, 1, 4), file(kept)],
    ...[resource, file(sums), file(sums), file(sums), file(int8(random, [1, 1, 1, 5]))],
  ];
  const zero = new Uint8Array(12).fill(frames.quant!.zeroPoints[0]!);
  const begin = Uint8Array.of(10, 250, 30, 200, 5);
  const constants = { ring: { ...file(kept), data: zero }, sum: { ...file(sums), data: begin } };
  return { tensors, constants };
}

// Join, cut, convolve, add.
function compute(): FileOperator[] {
  const convolution = [
    ...[[0, 'byte', 1] as const],
    ...[1, 2, 4, 5].map((field) => [field, 'int', 1] as const),
  ];
  return [
    { ...operator(CONCATENATION, 10, [T.ring, T.frame], T.joined), options: [[0, 'int', 1]] },
    { code: SLICE, inputs: [T.joined, T.begin, T.size], outputs: [T.ringNext] },
    { ...operator(CONV_2D, 1, [T.joined, T.weights, T.bias], T.convolved), options: convolution },
    operator(ADD, 11, [T.sum, T.convolved], T.sumNext),
  ];
}

function file({ shape, quant, data, dtype }: CaseTensor): FileTensor {
  return {
    type: dtype === 'int32' ? INT32 : INT8,
    shape,
    ...(quant && { scales: quant.scales, zeroPoints: quant.zeroPoints, axis: quant.axis }),
    ...(data && { data }),
  };
}

function operator(code: number, optionsType: number, inputs: number[], output: number) {
  return { code, optionsType, options: [], inputs, outputs: [output] };
}

export function handle(name: string, tensor: number): FileOperator {
  const options = [[1, 'string', name]] as const;
  return { code: VAR_HANDLE, optionsType: 111, options, inputs: [], outputs: [tensor] };
}

export function read(variable: number, tensor: number): FileOperator {
  return { code: READ_VARIABLE, inputs: [variable], outputs: [tensor] };
}

export function assign(variable: number, tensor: number): FileOperator {
  return { code: ASSIGN_VARIABLE, inputs: [variable, tensor], outputs: [] };
}
