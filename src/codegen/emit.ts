import type { Tensor, TensorId } from '../ir/types.ts';
import { byteLength, perTensor } from '../ir/types.ts';
import { tensorOf } from '../ir/graph.ts';
import type { Schedule } from '../lower/lower.ts';
import type { Unit } from '../ops/kernel.ts';
import { placementOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { alignUp } from '../support/bytes.ts';
import { toComment } from '../support/identifiers.ts';
import { Constants } from './constants.ts';
import { layerViews } from './layers.ts';
import { arrayType, ctypeOf, floatLiteral, initialiserLines } from './literals.ts';
import { readTemplate, render } from './render.ts';

export interface EmitOptions {
  /** Prefix of every C name, and the files' name. */
  readonly name: string;
  /** The model's file and its SHA-256, for the header comment. */
  readonly source: string;
  readonly sourceHash: string;
  readonly targetLine: string;
  readonly version: string;
  /** Calls `thimble_layer` after each layer: for firmware that traces or measures. */
  readonly hooks: boolean;
}

/** Generated files by path, relative to the output folder. */
export type Files = ReadonlyMap<string, string>;

export interface Library {
  readonly files: Files;
  /** C sources to compile. */
  readonly sources: readonly string[];
  readonly units: readonly Unit[];
  readonly arenaBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
  readonly weightsCrc: string;
  readonly constants: Constants;
  /** Steps that have code, in order: the layers of the UART protocol. */
  readonly layers: readonly number[];
  /** Calls of `thimble_layer` in one inference, when there are hooks: one for each output. */
  readonly hookCalls: number;
}

/** Prints a schedule and its plan as a C library. Pure: the same input gives the same bytes. */
export function emit(schedule: Schedule, plan: MemoryPlan, options: EmitOptions): Library {
  const { name } = options;
  const { graph } = schedule;
  const constants = new Constants(name, schedule);
  const layers = layerViews(name, schedule, plan, constants);
  const units = uniqueUnits(schedule);
  const unitTexts = units.map((unit) => ({ unit, text: render(unit.template, unit.view) }));
  const arenaBytes = alignUp(
    [...plan.arenaBytes.values()].reduce((a, b) => a + b, 0),
    8,
  );
  const inputs = graph.inputs.map((id) => tensorView(tensorOf(graph, id), plan));
  const outputs = graph.outputs.map((id) => tensorView(tensorOf(graph, id), plan));
  const sum = (ids: readonly TensorId[]) =>
    ids.reduce((n, id) => n + byteLength(tensorOf(graph, id)), 0);
  const view = {
    ...options,
    source: toComment(options.source),
    macro: name.toUpperCase(),
    arenaBytes,
    inputBytes: sum(graph.inputs),
    outputBytes: sum(graph.outputs),
    weightBytes: constants.bytes,
    weightsCrc: constants.crc,
    inputs: accessors(name, 'input', inputs),
    outputs: accessors(name, 'output', outputs),
    layers,
    table: layerTable(layers),
    headers: headersOf(units).filter((header) => header !== 'nn_dsp.h' && header !== 'nn_math.h'),
    prototypes: unitTexts.map(({ text }) => prototypeOf(text)),
    constants: constants.list.map(({ name: cname, constant }) => ({
      name: cname,
      ctype: arrayType(constant.array).ctype,
      length: constant.array.length,
      encoding: constant.encoding,
      lines: initialiserLines(constant.array),
    })),
  };
  const files = new Map<string, string>([
    [`${name}.h`, render('model/model.h.ejs', view)],
    [`${name}.c`, render('model/model.c.ejs', view)],
    [`${name}_weights.h`, render('model/weights.h.ejs', view)],
    [`${name}_weights.c`, render('model/weights.c.ejs', view)],
    ['runtime/thimble.h', readTemplate('runtime/thimble.h')],
  ]);
  for (const { unit, text } of unitTexts) files.set(`runtime/${unit.file}`, text);
  for (const header of ['nn.h', ...headersOf(units)]) {
    files.set(`runtime/${header}`, readTemplate(`runtime/${header}`));
  }
  return {
    files,
    sources: [`${name}.c`, `${name}_weights.c`, ...units.map(({ file }) => `runtime/${file}`)],
    units,
    arenaBytes,
    inputBytes: view.inputBytes,
    outputBytes: view.outputBytes,
    weightBytes: constants.bytes,
    weightsCrc: constants.crc,
    constants,
    layers: layers.map(({ index }) => index),
    hookCalls: layers.reduce((sum, layer) => sum + layer.outputs.length, 0),
  };
}

function uniqueUnits({ steps }: Schedule): Unit[] {
  const byFile = new Map(steps.flatMap(({ code }) => code.units).map((unit) => [unit.file, unit]));
  return [...byFile.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

// Headers in the order in which they were written to be included.
function headersOf(units: readonly Unit[]): string[] {
  const all = [
    'nn_conv.h',
    'nn_dense.h',
    'nn_dsp.h',
    'nn_elementwise.h',
    'nn_math.h',
    'nn_shape.h',
    'nn_softmax.h',
  ];
  const used = new Set(units.flatMap(({ headers }) => headers));
  return all.filter((header) => used.has(header));
}

// A unit declares its one public function before it defines it.
function prototypeOf(text: string): string {
  return /^NN_KERNEL (void [^;{]*;)/m.exec(text)![1]!;
}

function tensorView(tensor: Tensor, plan: MemoryPlan) {
  const { scale, zeroPoint } = perTensor(tensor);
  return {
    name: toComment(tensor.name).replace(/"/g, "'"),
    ctype: ctypeOf(tensor.dtype),
    dtype: `THIMBLE_${tensor.dtype.toUpperCase()}`,
    rank: tensor.shape.length,
    shape: tensor.shape.join(', '),
    scale: floatLiteral(tensor.quant ? scale : 0),
    zeroPoint,
    bytes: byteLength(tensor),
    offset: placementOf(plan, tensor.id).offset,
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
