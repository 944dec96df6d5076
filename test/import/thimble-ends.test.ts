import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

const graph = smallNetwork();
const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
const constant = [...graph.tensors.values()].find(({ data }) => data)!.id;
const { quant: _quant, ...unquantized } = graph.tensors.get(input)!;
const channels = unquantized.shape.at(-1)!;
const PER_CHANNEL = {
  scales: Array.from({ length: channels }, (_, i) => 0.5 + i),
  zeroPoints: Array.from({ length: channels }, () => 0),
  axis: unquantized.shape.length - 1,
};

function withInput(changes: Partial<Tensor>) {
  return new Map([...graph.tensors, [input, { ...unquantized, ...changes }]]);
}

// An output that is a state which never changes.
function onlyState() {
  const state = { ...graph.tensors.get(output)!, id: 99 };
  const tensors = new Map([...graph.tensors, [state.id, state]]);
  return { tensors, states: [{ read: state.id, write: state.id }], outputs: [state.id] };
}

it.each([
  ['no outputs', { outputs: [] }, /has no outputs/],
  ['an input named twice', { inputs: [input, input] }, /is another one, too/],
  ['an output named twice', { outputs: [output, output] }, /is another one, too/],
  ['an output that is an input', { outputs: [output, input] }, /is another one, too/],
  ['an output that is a constant', { outputs: [output, constant] }, /is a constant/],
  ['an input that is a constant', { inputs: [input, constant] }, /is a constant/],
  ['nothing to compute', onlyState(), /computes nothing/],
  ['an input of no elements', { tensors: withInput({ shape: [1, 0] }) }, /is empty/],
  ['a scale per channel', { tensors: withInput({ quant: PER_CHANNEL }) }, /scale per channel/],
  ['an input of half floats', { tensors: withInput({ dtype: 'float16' }) }, /cannot be one/],
  ['no inputs', { inputs: [] }, /before it is written/],
])('a .thimble file with %s is refused', (_, ends, message) => {
  const refused = () => importModel(thimbleFile({ ...graph, ...ends }), 'm.thimble');
  expect(refused).toThrow(message);
  expect(refused).toThrow(/malformed-model/);
});
