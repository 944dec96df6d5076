import { typedNodes } from '../../src/ir/graph.ts';
import type { Graph, TypedNode } from '../../src/ir/types.ts';
import { elements } from '../../src/ir/types.ts';
import { waysOf } from '../../src/lower/lower.ts';
import { workOf } from '../../src/lower/cycles.ts';
import { OPS, opOf } from '../../src/ops/index.ts';
import { Unsupported } from '../../src/ops/op.ts';
import { bytesOf } from '../../src/support/bytes.ts';
import { Random } from '../../src/support/random.ts';
import type { Target } from '../../src/target/target.ts';
import { MAKERS } from '../../test/ops/makers.ts';
import { graphOfCases, int8, quantization } from '../../test/support/cases.ts';
import type { CaseTensor, OpCase } from '../../test/support/cases.ts';

/** One layer with the candidate that computes it. */
export interface Layer {
  /** Where it comes from: 'vww_96_int8 3', or 'random'. */
  readonly name: string;
  readonly made: OpCase;
  readonly candidate: string;
  readonly work: Readonly<Record<string, number>>;
}

/** Elements of all tensors, and pieces of work, of a random layer: small, so that many run quickly. */
const MOST = { elements: 8000, work: 60_000 };
const CHANNELS = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 128];
const DRAWS = 3000;
/** Layers of which a piece of work is known, at least, where the makers draw so many. */
const WITH_PIECE = 5;

/**
 * Random layers of every candidate of an operator, from its maker of test cases on tensors of sizes
 * that models have: so many for each that its coefficients are well determined.
 */
export function randomLayers(name: string, target: Target): Layer[] {
  const random = new Random(1 + OPS.findIndex((op) => op.name === name));
  const byCandidate = new Map<string, Layer[]>();
  for (let i = 0; i < DRAWS; i++) {
    const made = MAKERS[name]!(random, random.chance(0.9) ? givenTensor(random) : undefined);
    const node = nodeOf(made);
    if (!node || sizeOf(node) > MOST.elements) continue;
    for (const layer of layersOf(node, made, 'random', target)) {
      const known = byCandidate.get(layer.candidate) ?? [];
      if (Math.max(...Object.values(layer.work)) > MOST.work || !tellsMore(layer, known)) continue;
      byCandidate.set(layer.candidate, [...known, layer]);
    }
  }
  return [...byCandidate.values()].flat();
}

// Whether more layers are wanted, or more with a piece of work that few have.
function tellsMore({ work }: Layer, known: readonly Layer[]): boolean {
  const pieces = Object.keys(work);
  const having = (piece: string) => known.filter((other) => other.work[piece]! > 0).length;
  return (
    known.length < 8 + 3 * pieces.length ||
    pieces.some((piece) => work[piece]! > 0 && having(piece) < WITH_PIECE)
  );
}

/** The layers of a model's graph, each with every candidate that computes it. */
export function modelLayers(name: string, graph: Graph, target: Target): Layer[] {
  return typedNodes(graph).flatMap((node, index) =>
    layersOf(node, caseOf(node), `${name} ${index}`, target),
  );
}

/** The same layers with weights of few bits, for the candidates that take no others. */
export function narrowedLayers(name: string, graph: Graph, target: Target): Layer[] {
  return typedNodes(graph).flatMap((node, index) => {
    const place = `${name} ${index}`;
    const known = layersOf(node, caseOf(node), place, target).map(({ candidate }) => candidate);
    return NARROWED.flatMap((valueOf) => {
      const made = narrowed(caseOf(node), valueOf);
      const other = made && nodeOf(made);
      const layers = other ? layersOf(other, made, place, target) : [];
      return layers.filter(({ candidate }) => !known.includes(candidate));
    });
  });
}

/** Of four bits, and of two: about a third of them zero. */
const NARROWED = [(weight: number) => weight >> 4, (weight: number) => 9 * Math.sign(weight >> 5)];

function narrowed(made: OpCase, valueOf: (weight: number) => number): OpCase | undefined {
  const { op, inputs } = made;
  const at = opOf(op).weights?.input ?? -1;
  const weights = inputs[at];
  if (weights?.dtype !== 'int8' || !weights.data) return undefined;
  const data = bytesOf(new Int8Array(weights.data).map(valueOf));
  return { ...made, inputs: inputs.map((input, i) => (i === at ? { ...weights, data } : input)) };
}

function layersOf(node: TypedNode, made: OpCase, name: string, target: Target): Layer[] {
  return waysOf(node, target).flatMap((way) =>
    way.cost && way.cost.calls.length > 0
      ? [{ name, made, candidate: way.name, work: workOf(way.cost) }]
      : [],
  );
}

function caseOf({ op, attrs, inputs, outputs }: TypedNode): OpCase {
  return { op, attrs, inputs, outputs };
}

// The node of a case, where its operator takes it.
function nodeOf(made: OpCase): TypedNode | undefined {
  try {
    const [node] = typedNodes(graphOfCases([made]));
    return opOf(made.op).reject(node!) === undefined ? node : undefined;
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

function sizeOf({ inputs, outputs }: TypedNode): number {
  return [...inputs, ...outputs].reduce((sum, tensor) => sum + (tensor ? elements(tensor) : 0), 0);
}

function givenTensor(random: Random): CaseTensor {
  const plane = () => random.int(1, random.pick([4, 8, 16, 28]));
  const shape = random.chance(0.75)
    ? [1, plane(), plane(), random.pick(CHANNELS)]
    : [random.int(1, 6), random.int(2, random.pick([16, 64, 256, 640]))];
  const kind = random.pick(['int8', 'int8', 'int8', 'float32', 'float32', 'uint8'] as const);
  if (kind === 'int8') return int8(random, shape);
  if (kind === 'float32') return { dtype: 'float32', shape };
  return { dtype: 'uint8', shape, quant: quantization(random, random.int(0, 255)) };
}
