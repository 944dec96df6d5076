import { constantBytes } from '../estimate/estimate.ts';
import type { Estimate, Footprint } from '../estimate/estimate.ts';
import { typedNodes } from '../ir/graph.ts';
import type { Candidate } from '../lower/lower.ts';
import type { Step } from '../lower/schedule.ts';
import { opOf } from '../ops/index.ts';
import { zeroShare } from '../ops/weight-values.ts';
import type { Removal } from '../passes/shrink/removals.ts';
import type { Program } from '../pipeline.ts';
import type { Figure, Offer } from '../select/trade.ts';
import type { Board } from '../target/board.ts';
import { copyReports } from './copies.ts';
import type { CopyReport } from './copies.ts';
import { peakReport, ringOf } from './peak.ts';
import type { PeakReport } from './peak.ts';
import { memoryUse } from './footprint.ts';
import type { MemoryUse } from './footprint.ts';

/** Instructions of one inference by step, as an emulator counted them. */
export type LayerInstructions = ReadonlyMap<number, number>;

/** report.json (cli.md): fields may be added, none changed without a new schemaVersion. */
export interface Report {
  readonly schemaVersion: 1;
  readonly model: string;
  readonly board: string | null;
  readonly basis: 'predicted' | 'linked';
  readonly macs: number;
  /** With the channels that were taken out. */
  readonly modelMacs: number;
  readonly removed: readonly Removal[];
  readonly fits: boolean;
  readonly flash: Footprint['flash'] & { readonly limit: number | null };
  readonly ram: Footprint['ram'] & { readonly limit: number | null; readonly lowerBound: number };
  /** The board's memories, one by one. */
  readonly memories: readonly MemoryUse[];
  readonly instructions: number | null;
  /** The ends of the trade: what the fastest, the smallest and the least memory-hungry choice takes. */
  readonly choices: Readonly<Record<Figure, ChoiceReport>>;
  /** Plans between these ends, the one taken among them, fastest first. */
  readonly trade: readonly OfferReport[];
  /** What compressed weights save in the whole model, code included; zeros where there are none. */
  readonly saved: { readonly flash: number; readonly cycles: number };
  readonly layers: readonly LayerReport[];
  /** Layers that only bring axes into another order. */
  readonly copies: readonly CopyReport[];
  readonly peak: PeakReport;
  readonly plan: readonly PlanReport[];
  /** What lasts from one inference to the next; `copied`: its next value is not written in place. */
  readonly states: readonly StateReport[];
}

export interface StateReport {
  readonly tensor: string;
  readonly bytes: number;
  readonly copied: boolean;
}

export interface LayerReport {
  readonly index: number;
  readonly name: string;
  readonly op: string;
  readonly output: readonly number[];
  readonly macs: number;
  readonly kernel: string;
  readonly rejected: readonly string[];
  readonly encoding: string;
  /** Bytes of constants as they are stored. */
  readonly weightBytes: number;
  /** The share of weights that are zero; null where there are none. */
  readonly zeros: number | null;
  /** Where the weights are compressed: what the fastest kernel takes that stores all of them. */
  readonly dense: DenseReport | null;
  readonly scratchBytes: number;
  readonly cycles: { readonly predicted: number; readonly measured: number | null };
  readonly instructions: number | null;
}

export interface DenseReport {
  readonly kernel: string;
  readonly weightBytes: number;
  readonly cycles: number;
}

/** Predicted cycles and bytes of one way of computing the whole model. */
export interface ChoiceReport {
  readonly cycles: number;
  readonly flash: number;
  readonly ram: number;
}

/** A plan beside others: whether it fits the board, whether it was taken, and what it is best at. */
export interface OfferReport extends ChoiceReport, Pick<Offer, 'fits' | 'taken' | 'best'> {}

export interface PlanReport {
  readonly tensor: string;
  readonly region: string;
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Rows that are held at once, where they are not all. */
  readonly ring: number | null;
  /** Whether it is a kernel's working memory. */
  readonly scratch: boolean;
}

export interface ReportFacts {
  readonly program: Program;
  readonly board: Board | undefined;
  readonly basis: 'predicted' | 'linked';
  readonly footprint: Footprint;
  readonly fits: boolean;
  readonly layerInstructions?: LayerInstructions;
  readonly instructions?: number;
}

export function makeReport(facts: ReportFacts): Report {
  const { program, board, footprint } = facts;
  const { steps } = program.schedule;
  const offers = program.trade();
  const end = (figure: Figure) =>
    choiceReport(offers.find(({ best }) => best.includes(figure))!.estimate);
  return {
    schemaVersion: 1,
    model: program.name,
    board: board?.name ?? null,
    basis: facts.basis,
    macs: steps.reduce((sum, { node }) => sum + macsOf(node), 0),
    modelMacs: typedNodes(program.model).reduce((sum, node) => sum + macsOf(node), 0),
    removed: program.removed,
    fits: facts.fits,
    flash: { limit: board?.flashBytes ?? null, ...footprint.flash },
    ram: { limit: board?.ramBytes ?? null, ...footprint.ram, lowerBound: program.plan.lowerBound },
    memories: board ? memoryUse(footprint, board) : [],
    instructions: facts.instructions ?? null,
    choices: { speed: end('speed'), flash: end('flash'), ram: end('ram') },
    trade: offers.map(({ estimate, ...offer }) => ({ ...choiceReport(estimate), ...offer })),
    saved: savedBy(program),
    layers: steps
      .filter(({ cost }) => cost.calls.length > 0)
      .map((step) => layerReport(step, facts.layerInstructions)),
    copies: copyReports(
      steps.map(({ node }) => node),
      program.graph.inputs,
    ),
    peak: peakReport(program),
    plan: program.plan.placements.map((placement) => {
      const { name: tensor, region, offset, bytes, first, last } = placement;
      const ring = ringOf(program, placement);
      const scratch = placement.scratchOf !== undefined;
      return { tensor, region, offset, bytes, first, last, ring, scratch };
    }),
    states: program.plan.placements.flatMap(({ name, bytes, tensors, state }) =>
      state ? { tensor: name, bytes, copied: !tensors.includes(state.write) } : [],
    ),
  };
}

function savedBy({ dense, estimate }: Program): Report['saved'] {
  const stored = dense();
  if (!stored) return { flash: 0, cycles: 0 };
  const [before, after] = [choiceReport(stored), choiceReport(estimate)];
  return { flash: before.flash - after.flash, cycles: before.cycles - after.cycles };
}

function choiceReport({ cycles, flash, ram }: Estimate): ChoiceReport {
  return { cycles: Math.round(cycles), flash: flash.total, ram: ram.total };
}

export function macsOf(node: Step['node']): number {
  return opOf(node.op).macs?.(node) ?? 0;
}

function denseReport({ kernel, cost }: Candidate, { node }: Step): DenseReport {
  const weightBytes = constantBytes({ node, cost });
  return { kernel: kernel.name, weightBytes, cycles: Math.round(cost.cycles) };
}

function layerReport(step: Step, instructions: LayerInstructions | undefined): LayerReport {
  const weights = step.node.inputs[opOf(step.node.op).weights?.input ?? -1];
  return {
    index: step.index,
    name: step.node.origin.name,
    op: step.node.op,
    output: step.node.outputs[0]!.shape,
    macs: macsOf(step.node),
    kernel: step.kernel.name,
    rejected: step.rejected,
    encoding: step.format?.name ?? 'none',
    weightBytes: constantBytes(step),
    zeros: weights?.data ? zeroShare(weights) : null,
    dense: step.dense ? denseReport(step.dense, step) : null,
    scratchBytes: step.cost.scratchBytes,
    cycles: { predicted: Math.round(step.cost.cycles), measured: null },
    instructions: instructions?.get(step.index) ?? null,
  };
}
