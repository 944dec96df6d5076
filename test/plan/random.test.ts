import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Graph, Tensor, TensorId } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Schedule, Step } from '../../src/lower/schedule.ts';
import { runPasses } from '../../src/passes/index.ts';
import { findOverlap, placementOf } from '../../src/plan/plan.ts';
import type { MemoryPlan } from '../../src/plan/plan.ts';
import { select } from '../../src/select/select.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { HOST_TARGET, targetOf } from '../../src/target/target.ts';
import type { Target } from '../../src/target/target.ts';
import { graphs, sampleGraphs } from '../support/random-graphs.ts';
import { caseCount, SEED } from '../support/seeds.ts';

const COUNT = caseCount(300);
const TARGETS = [HOST_TARGET, targetOf(loadBoard('mps2-an385'))];

console.log(`plans: seed ${SEED} (THIMBLE_SEED), ${COUNT} random graphs (THIMBLE_CASES)`);

it('no plan of a random graph overlaps, and no step reads what another wrote over', () => {
  const shared = new Set<string>();
  const check = (graph: Graph, target: Target) => {
    const { schedule, plan } = select(lower(runPasses(graph), target), target);
    expect(findOverlap(plan)).toBeUndefined();
    expect(findClobbered(schedule, plan)).toBeUndefined();
    if (plan.placements.some(({ tensors }) => tensors.length > 1)) shared.add(target.cpu);
  };
  fc.assert(
    fc.property(graphs, (graph) => {
      TARGETS.forEach((target) => check(graph, target));
    }),
    { seed: SEED, numRuns: COUNT },
  );
  expect(shared.size).toBe(TARGETS.length);
});

it('a plan that puts everything in one place is caught', () => {
  const caught = sampleGraphs(SEED, 50).filter((graph) => {
    const { schedule, plan } = select(lower(graph, HOST_TARGET), HOST_TARGET);
    const placements = plan.placements.map((placement) => ({ ...placement, offset: 0 }));
    return findClobbered(schedule, { ...plan, placements }) !== undefined;
  });
  expect(caught.length).toBeGreaterThan(25);
});

/** Runs the plan with owners for bytes: which tensor each byte of the memory holds last. */
class Memory {
  readonly #owners = new Map<string, string[]>();

  constructor(readonly plan: MemoryPlan) {}

  write(tensor: Tensor, owner: string): void {
    this.#fill(placementOf(this.plan, tensor.id), byteLength(tensor), owner);
  }

  scratch(step: number): void {
    const placement = this.plan.placements.find(({ scratchOf }) => scratchOf?.includes(step));
    if (placement) this.#fill(placement, placement.bytes, `scratch of step ${step}`);
  }

  // A state's next value where the state is, unless it was written there.
  store(placement: MemoryPlan['placements'][0], owner: string): void {
    if (!placement.tensors.includes(placement.state!.write))
      this.#fill(placement, placement.bytes, owner);
  }

  holds(tensor: Tensor, owner: string): boolean {
    return this.holdsAt({ ...placementOf(this.plan, tensor.id), bytes: byteLength(tensor) }, owner);
  }

  holdsAt({ region, offset, bytes }: MemoryPlan['placements'][0], owner: string): boolean {
    const owners = this.#of(region);
    return Array.from({ length: bytes }, (_, i) => owners[offset + i]).every(
      (holder) => holder === owner,
    );
  }

  #fill({ region, offset }: MemoryPlan['placements'][0], bytes: number, owner: string): void {
    const owners = this.#of(region);
    for (let i = 0; i < bytes; i++) owners[offset + i] = owner;
  }

  #of(region: string): string[] {
    const owners = this.#owners.get(region) ?? [];
    this.#owners.set(region, owners);
    return owners;
  }
}

/** The first tensor that is not whole when a step, or the caller at the end, reads it. */
function findClobbered(schedule: Schedule, plan: MemoryPlan): string | undefined {
  const { graph, steps } = schedule;
  const memory = new Memory(plan);
  // A tensor that an alias gave another shape is still the same bytes.
  const ownerOf = new Map<TensorId, string>();
  const owner = ({ id }: Tensor) => ownerOf.get(id) ?? `%${id}`;
  const isLost = (tensor: Tensor | undefined) =>
    tensor && !tensor.data && !memory.holds(tensor, owner(tensor));
  for (const id of graph.inputs) memory.write(graph.tensors.get(id)!, `%${id}`);
  const states = plan.placements.filter(({ state }) => state);
  for (const { state } of states) memory.write(graph.tensors.get(state!.read)!, `%${state!.read}`);
  for (const step of steps) {
    const { node, kernel, index } = step;
    if (kernel.alias) {
      ownerOf.set(node.outputs[0]!.id, owner(node.inputs[0]!));
      continue;
    }
    const read = node.inputs.filter((tensor) => tensor !== undefined && !tensor.data) as Tensor[];
    memory.scratch(index);
    // Outputs are written while inputs are read: only kernels that say so may do that in one place.
    for (const output of node.outputs) memory.write(output, owner(output));
    const lost = read.find((tensor) => !isOverwritten(step, tensor, plan) && isLost(tensor));
    if (lost) return `step ${index} (${kernel.name}) reads %${lost.id}, which is not whole`;
  }
  const lost = graph.outputs.map((id) => graph.tensors.get(id)!).find(isLost);
  if (lost) return `the output %${lost.id} is not whole at the end`;
  const stray = states.find(({ state }) => isLost(graph.tensors.get(state!.write)));
  if (stray) return `the state %${stray.state!.read} has lost its next value`;
  for (const placement of states)
    memory.store(placement, owner(graph.tensors.get(placement.state!.write)!));
  const wrong = states.find(
    (placement) => !memory.holdsAt(placement, owner(graph.tensors.get(placement.state!.write)!)),
  );
  if (wrong) return `the state %${wrong.state!.read} is not what it should be next`;
  const late = graph.outputs.map((id) => graph.tensors.get(id)!).find(isLost);
  return late && `the output %${late.id} is lost when states are stored`;
}

// Whether a kernel may write an output over an input, byte for byte, and does.
function isOverwritten({ node, kernel }: Step, tensor: Tensor, plan: MemoryPlan): boolean {
  const { inPlace = [], updates = [] } = kernel;
  return [...inPlace.map((input) => ({ input, output: 0 })), ...updates].some((pair) => {
    const output = node.outputs[pair.output]!;
    const [from, to] = [placementOf(plan, tensor.id), placementOf(plan, output.id)];
    return (
      node.inputs[pair.input]?.id === tensor.id &&
      from.region === to.region &&
      from.offset === to.offset &&
      byteLength(tensor) === byteLength(output)
    );
  });
}
