import { expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import { typedNode } from '../../src/ir/graph.ts';
import { rejectNode } from '../../src/ops/check-node.ts';
import { OPS } from '../../src/ops/index.ts';
import { Unsupported } from '../../src/ops/op.ts';
import { compileModel } from '../../src/pipeline.ts';
import { Random } from '../../src/support/random.ts';
import { HOST_TARGET } from '../../src/target/target.ts';
import { compareOutput } from '../../src/verify/compare.ts';
import { execute } from '../../src/workflow/execute.ts';
import { acceptedCase } from '../support/accepted-case.ts';
import { caseAt, graphOfCases, inputBytes } from '../support/cases.ts';
import type { OpCase } from '../support/cases.ts';
import { SEED } from '../support/seeds.ts';

/** Numbers that an attribute of a .thimble file may have, and that few importers would put there. */
const ODD = [0.25, -1, -0, 3, 2 ** 31, 1e300, 1e-300, 3.4028235677973366e38];
const CASES = 6;

console.log(`odd attributes: seed ${SEED} (THIMBLE_SEED), ${CASES} cases of each operator`);

type Attributes = Record<string, unknown>;

/** Attributes with one number replaced by an odd one, and which. */
function* mutants(attrs: Attributes, path = ''): Generator<[string, Attributes]> {
  for (const [name, value] of Object.entries(attrs)) {
    const put = (inner: unknown) =>
      (Array.isArray(attrs)
        ? Object.assign([...(attrs as unknown[])], { [name]: inner })
        : { ...attrs, [name]: inner }) as Attributes;
    if (typeof value === 'number')
      for (const odd of ODD) yield [`${path}${name} = ${odd}`, put(odd)];
    else if (typeof value === 'object' && value !== null)
      for (const [what, inner] of mutants(value as Attributes, `${path}${name}.`))
        yield [what, put(inner)];
  }
}

// A case that its operator accepts is lowered without a fault of ours.
function isAccepted(made: OpCase): boolean {
  try {
    const graph = graphOfCases([made]);
    if (rejectNode(typedNode(graph, graph.nodes[0]!)) !== undefined) return false;
    compileModel({ name: 'odd', source: 'odd', bytes: new Uint8Array(), graph }, HOST_TARGET);
    return true;
  } catch (error) {
    if (error instanceof Unsupported) return false;
    throw new Error(`${made.op} ${JSON.stringify(made.attrs)}`, { cause: error });
  }
}

it('odd attributes are refused, or the reference and the C agree on them', async () => {
  const accepted = new Map<string, OpCase>();
  for (const [i, { name }] of OPS.entries()) {
    const random = new Random(SEED + i);
    for (let n = 0; n < CASES; n++) {
      const made = acceptedCase(name, random);
      for (const [what, attrs] of mutants(made.attrs as Attributes)) {
        const key = `${name}: ${what}`;
        if (!accepted.has(key) && isAccepted({ ...made, attrs }))
          accepted.set(key, { ...made, attrs });
      }
    }
  }
  expect(accepted.size).toBeGreaterThan(200);
  const cases = [...accepted.values()];
  const graph = graphOfCases(cases);
  const model = { name: 'odd', source: 'odd', bytes: new Uint8Array(), graph };
  const input = inputBytes(graph, new Random(SEED), 'random');
  const request = { model, options: { shrink: false }, where: 'host', vectors: [input] } as const;
  const { outcome } = await execute(request);
  const expected = new Interpreter(graph).runBytes(input);
  const { difference } = compareOutput(graph, 'odd', 'reference', outcome.outputs[0]!, expected);
  if (difference) {
    const wrong = caseAt(graph, cases, difference.byte);
    expect.fail([...accepted].find(([, each]) => each === wrong)![0]);
  }
});
