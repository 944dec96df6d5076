import type { Tensor, TensorId } from '../ir/types.ts';
import { byteLength, elements, perTensor } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import { distinctUnits } from '../estimate/code-sizes.ts';
import type { Schedule } from '../lower/schedule.ts';
import type { Unit } from '../ops/unit.ts';
import { arenaBytesOf, placementOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { toComment } from '../support/identifiers.ts';
import type { Target } from '../target/target.ts';
import { addressOf, arenasOf, pointerTo } from './arenas.ts';
import type { Arena } from './arenas.ts';
import { codeSteps } from './code-steps.ts';
import type { CodedStep } from './code-steps.ts';
import { Constants } from './constants.ts';
import { layerViews } from './layers.ts';
import { arrayType, ctypeOf, floatLiteral, initialiserLines } from './literals.ts';
import { readTemplate, render } from './render.ts';
import { poisoningOf } from './poison.ts';
import { sequenceOf } from './sequence.ts';
import type { SequenceItem } from './sequence.ts';
import { fedView } from './fed.ts';
import { stateViews } from './states.ts';
import { filesOf, kernelsView } from './units.ts';

export interface EmitOptions {
  /** Prefix of every C name, and the files' name. */
  readonly name: string;
  /** The model's file and its SHA-256, for the header comment. */
  readonly source: string;
  readonly sourceHash: string;
  readonly target: Target;
  readonly version: string;
  /** Calls `thimble_layer` after each layer: for firmware that traces or measures. */
  readonly hooks: boolean;
  /** Fills memory that nobody uses between layers, and traps where one has written there: for tests. */
  readonly poison?: boolean;
}

/** Generated files by path, relative to the output folder. */
export type Files = ReadonlyMap<string, string>;

export interface Library {
  readonly files: Files;
  /** C sources to compile. */
  readonly sources: readonly string[];
  readonly units: readonly Unit[];
  /** Of each memory, fastest first. */
  readonly arenas: readonly Arena[];
  readonly arenaBytes: number;
  /** What lasts from one inference to the next. */
  readonly stateBytes: number;
  /** Whether the input comes row by row. */
  readonly fed: boolean;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
  readonly weightsCrc: string;
  readonly constants: Constants;
  readonly steps: readonly CodedStep[];
  /** Steps that have code, in order: the layers of the UART protocol. */
  readonly layers: readonly number[];
  /** Calls of `thimble_layer` in one inference, when there are hooks: one for each output that is whole. */
  readonly hookCalls: number;
}

/** Prints a schedule and its plan as a C library. Pure: the same input gives the same bytes. */
export function emit(schedule: Schedule, plan: MemoryPlan, options: EmitOptions): Library {
  const { name } = options;
  const { graph } = schedule;
  const steps = codeSteps(schedule, plan, options.target);
  const constants = new Constants(name, steps);
  const layers = layerViews(steps, plan, constants);
  const { items, runs } = sequenceOf(plan, layers);
  const units = distinctUnits(steps.flatMap(({ calls }) => calls.map(({ unit }) => unit)));
  const arenas = arenasOf(plan);
  const arenaBytes = arenaBytesOf(plan);
  const inputs = graph.inputs.map((id) => tensorView(tensorOf(graph, id), plan));
  const outputs = graph.outputs.map((id) => tensorView(tensorOf(graph, id), plan));
  const fed = fedView(plan);
  const sum = (ids: readonly TensorId[]) =>
    ids.reduce((n, id) => n + byteLength(tensorOf(graph, id)), 0);
  const view = {
    ...options,
    targetLine: describeTarget(options.target),
    source: toComment(options.source),
    macro: name.toUpperCase(),
    arenas: arenas.map((arena) => ({
      ...arena,
      size: `${name}_${arena.name}_BYTES`.toUpperCase(),
    })),
    arenaBytes,
    stateBytes: plan.stateBytes,
    states: stateViews(graph, plan, constants),
    inputBytes: sum(graph.inputs),
    outputBytes: sum(graph.outputs),
    weightBytes: constants.bytes,
    weightsCrc: constants.crc,
    inputs: accessors(name, 'input', inputs),
    outputs: accessors(name, 'output', outputs),
    layers,
    ...(options.poison ? poisonView(plan, items) : { poison: undefined, sequence: items }),
    runs,
    fed,
    table: layerTable(layers),
    constants: constants.list.map(({ name: cname, constant }) => ({
      name: cname,
      ctype: arrayType(constant.array).ctype,
      length: constant.array.length,
      // Words at least, as kernels read them.
      alignment: Math.max(4, constant.array.BYTES_PER_ELEMENT),
      encoding: constant.encoding,
      lines: initialiserLines(constant.array),
    })),
  };
  const files = filesWith(name, view, units);
  return {
    files,
    sources: [`${name}.c`, `${name}_weights.c`, ...[...files.keys()].filter(isUnitSource)],
    units,
    arenas,
    arenaBytes,
    stateBytes: plan.stateBytes,
    fed: fed !== undefined,
    inputBytes: view.inputBytes,
    outputBytes: view.outputBytes,
    weightBytes: constants.bytes,
    weightsCrc: constants.crc,
    constants,
    steps,
    layers: layers.map(({ index }) => index),
    hookCalls: items.reduce(
      (sum, { reports }) => sum + reports.reduce((n, layer) => n + layer.outputs.length, 0),
      0,
    ),
  };
}

// The calls with what to check and to fill after each.
function poisonView(plan: MemoryPlan, items: readonly SequenceItem[]) {
  const { start, after } = poisoningOf(plan);
  const sequence = items.map((item, i) => ({
    ...item,
    poison: after(i === 0 ? 0 : items[i - 1]!.last + 1, item.last),
  }));
  return { poison: start, sequence };
}

function filesWith(name: string, view: object, units: readonly Unit[]): Map<string, string> {
  const files = new Map<string, string>([
    [`${name}.h`, render('model/model.h.ejs', view)],
    [`${name}.c`, render('model/model.c.ejs', view)],
    [`${name}_weights.h`, render('model/weights.h.ejs', view)],
    [`${name}_weights.c`, render('model/weights.c.ejs', view)],
    ['runtime/thimble.h', readTemplate('runtime/thimble.h')],
    ['runtime/nn_kernels.h', render('model/nn_kernels.h.ejs', kernelsView(units))],
    [
      'runtime/nn_names.h',
      render('model/nn_names.h.ejs', { prefix: name, names: units.map((unit) => unit.name) }),
    ],
  ]);
  for (const [file, text] of units.flatMap(filesOf)) files.set(file, text);
  for (const header of new Set(['nn.h', ...units.flatMap(({ headers }) => headers)])) {
    files.set(`runtime/${header}`, readTemplate(`runtime/${header}`));
  }
  return files;
}

function isUnitSource(file: string): boolean {
  return /^runtime\/.*\.[cS]$/.test(file);
}

function describeTarget({ cpu, dsp, fpu }: Target): string {
  const features = [...(dsp ? ['dsp'] : []), ...(fpu ? ['fpu'] : [])].join(', ');
  return cpu === 'host' ? 'For any target' : `For ${cpu}${features && ` (${features})`}`;
}

function tensorView(tensor: Tensor, plan: MemoryPlan) {
  const { scale, zeroPoint } = perTensor(tensor);
  const address = addressOf(arenasOf(plan), placementOf(plan, tensor.id));
  const ctype = ctypeOf(tensor.dtype);
  return {
    name: toComment(tensor.name).replace(/"/g, "'"),
    ...{ ctype, address },
    pointer: pointerTo(ctype, address, false),
    constantPointer: pointerTo(ctype, address, true),
    dtype: `THIMBLE_${tensor.dtype.toUpperCase()}`,
    rank: tensor.shape.length,
    shape: tensor.shape.join(', '),
    elements: elements(tensor),
    scale: floatLiteral(tensor.quant ? scale : 0),
    zeroPoint,
    bytes: byteLength(tensor),
  };
}

function accessors<T extends object>(name: string, side: string, tensors: readonly T[]) {
  return tensors.map((tensor, i) => ({
    ...tensor,
    accessor: tensors.length === 1 ? `${name}_${side}` : `${name}_${side}_${i}`,
  }));
}

function layerTable(layers: ReturnType<typeof layerViews>): string[] {
  const rows = [
    ['#', 'layer', 'kernel', 'output', 'arena bytes'],
    ...layers.map((l) => [String(l.index), l.name, l.kernel, l.output, l.place]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
