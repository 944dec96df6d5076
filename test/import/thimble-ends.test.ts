import { expect, it } from 'vitest';
import { importModel } from '../../src/import/import-model.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';

const graph = smallNetwork();
const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
const constant = [...graph.tensors.values()].find(({ data }) => data)!.id;

it.each([
  ['no outputs', { outputs: [] }, /has no outputs/],
  ['an input named twice', { inputs: [input, input] }, /is another one, too/],
  ['an output named twice', { outputs: [output, output] }, /is another one, too/],
  ['an output that is an input', { outputs: [output, input] }, /is another one, too/],
  ['an output that is a constant', { outputs: [output, constant] }, /is a constant/],
  ['an input that is a constant', { inputs: [input, constant] }, /is a constant/],
  ['no inputs', { inputs: [] }, /before it is written/],
])('a .thimble file with %s is refused', (_, ends, message) => {
  const refused = () => importModel(thimbleFile({ ...graph, ...ends }), 'm.thimble');
  expect(refused).toThrow(message);
  expect(refused).toThrow(/malformed-model/);
});
