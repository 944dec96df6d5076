import type { Step } from '../lower/lower.ts';
import { opOf } from '../ops/index.ts';
import { isConstantArray } from '../ops/kernel.ts';
import type { Program } from '../pipeline.ts';
import type { Board } from '../target/board.ts';

/** Bytes of flash and RAM that firmware takes for a model. */
export interface Footprint {
  readonly flash: { readonly weights: number; readonly code: number; readonly total: number };
  readonly ram: {
    readonly arena: number;
    readonly other: number;
    readonly stack: number;
    readonly total: number;
  };
}

/** Instructions of one inference by step, as an emulator counted them. */
export type LayerInstructions = ReadonlyMap<number, number>;

/** report.json (cli.md): fields may be added, none changed without a new schemaVersion. */
export interface Report {
  readonly schemaVersion: 1;
  readonly model: string;
  readonly board: string | null;
  readonly basis: 'predicted' | 'linked';
  readonly macs: number;
  readonly fits: boolean;
  readonly flash: Footprint['flash'] & { readonly limit: number | null };
  readonly ram: Footprint['ram'] & { readonly limit: number | null; readonly lowerBound: number };
  readonly instructions: number | null;
  readonly layers: readonly LayerReport[];
  readonly plan: readonly PlanReport[];
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
  readonly weightBytes: number;
  readonly scratchBytes: number;
  readonly cycles: { readonly predicted: number; readonly measured: number | null };
  readonly instructions: number | null;
}

export interface PlanReport {
  readonly tensor: string;
  readonly region: string;
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
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
  return {
    schemaVersion: 1,
    model: program.name,
    board: board?.name ?? null,
    basis: facts.basis,
    macs: steps.reduce((sum, { node }) => sum + macsOf(node), 0),
    fits: facts.fits,
    flash: { limit: board?.flashBytes ?? null, ...footprint.flash },
    ram: { limit: board?.ramBytes ?? null, ...footprint.ram, lowerBound: program.plan.lowerBound },
    instructions: facts.instructions ?? null,
    layers: steps
      .filter(({ code }) => code.calls.length > 0)
      .map((step) => layerReport(step, facts.layerInstructions)),
    plan: program.plan.placements.map(({ name, region, offset, bytes, first, last }) => ({
      tensor: name,
      region,
      offset,
      bytes,
      first,
      last,
    })),
  };
}

export function macsOf(node: Step['node']): number {
  return opOf(node.op).macs?.(node) ?? 0;
}

function layerReport(step: Step, instructions: LayerInstructions | undefined): LayerReport {
  const constants = step.code.calls.flatMap(({ fields }) =>
    Object.values(fields).filter(isConstantArray),
  );
  return {
    index: step.index,
    name: step.node.origin.name,
    op: step.node.op,
    output: step.node.outputs[0]!.shape,
    macs: macsOf(step.node),
    kernel: step.kernel.name,
    rejected: step.rejected,
    encoding: constants.find(({ role }) => role === 'weights')?.encoding ?? 'none',
    weightBytes: constants.reduce((sum, { array }) => sum + array.byteLength, 0),
    scratchBytes: step.code.scratchBytes,
    cycles: { predicted: Math.round(step.cost.cycles), measured: null },
    instructions: instructions?.get(step.index) ?? null,
  };
}
