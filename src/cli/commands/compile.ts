import path from 'node:path';

import { cp, rm, writeFile } from 'node:fs/promises';
import { buildFirmware, convertImages } from '../../build/firmware.ts';
import { writeFiles } from '../../build/compile-sources.ts';
import { emitFirmware } from '../../codegen/firmware.ts';
import { compile } from '../../pipeline.ts';
import type { Program } from '../../pipeline.ts';
import { fitsBoard, linkedFootprint } from '../../report/footprint.ts';
import { makeReport } from '../../report/report.ts';
import type { Report } from '../../report/report.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import { formatSize } from '../../support/bytes.ts';
import type { Board } from '../../target/board.ts';
import { targetOf } from '../../target/target.ts';
import { firmwareOptions, sourcesOf } from '../../workflow/execute.ts';
import { writeFolder } from '../../workflow/output-folder.ts';
import { DoesNotFit, requireFit } from '../../workflow/require-fit.ts';
import { choiceOption } from '../context.ts';
import type { Context } from '../context.ts';
import { openModel } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';

export interface CompileCommandOptions extends ModelOptions {
  readonly board?: string;
  readonly output: string;
  readonly vectors?: string;
}

/** `thimble compile`: the C library and its predicted footprint; no C compiler needed. */
export async function compileCommand(
  file: string,
  options: CompileCommandOptions,
  context: Context,
): Promise<void> {
  const board = context.requireBoard(options.board);
  const { program, report } = await prepare(file, options, board);
  await writeFolder(options.output, async (folder) => {
    await writeFiles(folder, program.library.files);
    await writeReport(folder, report);
  });
  context.output.result(`${summary(report)}\nwritten to ${options.output}`, report);
}

/** `thimble build`: compile, then firmware.elf, .bin, .hex and .map. */
export async function buildCommand(
  file: string,
  options: CompileCommandOptions,
  context: Context,
): Promise<void> {
  const board = context.requireBoard(options.board);
  const { program } = await prepare(file, options, board);
  const firmware = emitFirmware(board, program.library, {
    ...firmwareOptions(program, undefined, 'none'),
    vectors: choiceOption('--vectors', options.vectors ?? 'none', ['none', 'uart']),
  });
  const built = await buildFirmware(board, sourcesOf(program, firmware));
  try {
    const footprint = linkedFootprint(program, built);
    const fits = fitsBoard(footprint, board);
    const report = makeReport({ program, board, basis: 'linked', footprint, fits });
    if (!fits) throw new DoesNotFit(report, board);
    await convertImages(built.folder);
    await writeFolder(options.output, async (folder) => {
      await writeFiles(folder, new Map([...program.library.files, ...firmware.files]));
      for (const image of ['elf', 'bin', 'hex', 'map']) {
        await cp(
          path.join(built.folder, `firmware.${image}`),
          path.join(folder, `firmware.${image}`),
        );
      }
      await writeReport(folder, report);
    });
    context.output.result(`${summary(report)}\nwritten to ${options.output}`, report);
  } finally {
    await rm(built.folder, { recursive: true, force: true });
  }
}

// Compiles; what does not fit is refused here, before any C compiler runs, with its report printed.
async function prepare(
  file: string,
  options: ModelOptions,
  board: Board,
): Promise<{ program: Program; report: Report }> {
  const model = await openModel(file, options);
  const program = compile(model.graph, model.bytes, targetOf(board), {
    name: model.name,
    source: model.source,
  });
  return { program, report: requireFit(program, board) };
}

function writeReport(folder: string, report: Report): Promise<void> {
  return writeFile(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** The report as people read it. */
export function summary(report: Report): string {
  const { flash, ram } = report;
  const of = (used: number, limit: number | null) =>
    limit === null
      ? formatSize(used)
      : `${formatSize(used)} of ${formatSize(limit)} (${((100 * used) / limit).toFixed(1)}%)`;
  const rows = [
    ['#', 'layer', 'output', 'kernel', 'MACs', 'weights', 'cycles'],
    ...report.layers.map((l) => [
      ...[String(l.index), l.op, l.output.join('x'), l.kernel],
      ...[formatCount(l.macs), formatCount(l.weightBytes), formatCount(l.cycles.predicted)],
    ]),
  ];
  return [
    formatTable(rows),
    '',
    `${report.model} on ${report.board ?? 'any target'}: ${report.fits ? 'fits' : 'does not fit'} (${report.basis})`,
    `flash ${of(flash.total, flash.limit)}: weights ${formatSize(flash.weights)}, code ${formatSize(flash.code)}`,
    `RAM   ${of(ram.total, ram.limit)}: arena ${formatSize(ram.arena)} (lower bound ${formatSize(ram.lowerBound)}), other ${formatSize(ram.other)}, stack ${formatSize(ram.stack)}`,
  ].join('\n');
}
