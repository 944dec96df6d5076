import { opOf } from '../../src/ops/index.ts';
import type { Random } from '../../src/support/random.ts';
import { MAKERS } from '../ops/makers.ts';
import { graphOfCases } from './cases.ts';
import type { OpCase } from './cases.ts';

/** A random case of an operator that it accepts: makers may ask for more than it offers. */
export function acceptedCase(name: string, random: Random): OpCase {
  for (;;) {
    const made = MAKERS[name]!(random);
    const one = graphOfCases([made]);
    const node = {
      ...one.nodes[0]!,
      inputs: made.inputs.map((t, i) => t && { id: i, name: '', ...t }),
    };
    const outputs = node.outputs.map((id) => one.tensors.get(id)!);
    if (opOf(name).reject({ ...node, outputs }) === undefined) return made;
  }
}
