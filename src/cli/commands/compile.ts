import path from 'node:path';

import { cp, writeFile } from 'node:fs/promises';
import { convertImages } from '../../build/firmware.ts';
import { writeFiles } from '../../build/compile-sources.ts';
import type { Files } from '../../codegen/emit.ts';
import { emitPreprocess } from '../../codegen/preprocess.ts';
import type { FormatName } from '../../codegen/project/format-names.ts';
import { emitSoundPreprocess } from '../../codegen/preprocess-sound.ts';
import type { Program } from '../../pipeline.ts';
import { planPicture } from '../../preprocess/picture-plan.ts';
import { planSound } from '../../preprocess/sound-plan.ts';
import type { Report } from '../../report/report.ts';
import { htmlPage } from '../../report/html/page.ts';
import { describeCopies } from '../../report/copies.ts';
import { describeCompressed } from '../../report/compressed.ts';
import { describeMemory } from '../../report/memory.ts';
import { drawMemory } from '../../report/memory-picture.ts';
import { describeRemoved } from '../../report/removed.ts';
import { describeTrade } from '../../report/trade.ts';
import { formatCount, formatTable } from '../../report/table.ts';
import { formatSize } from '../../support/bytes.ts';
import type { Board } from '../../target/board.ts';
import {
  compileForBoard,
  firmwareOptions,
  refuseSerialRows,
  withFirmware,
} from '../../workflow/build-model.ts';
import type { Compiled } from '../../workflow/build-model.ts';
import { DoesNotFit } from '../../workflow/does-not-fit.ts';
import { projectFiles } from '../../workflow/project-files.ts';
import { writeFolder } from '../../workflow/output-folder.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import { compileOptions, openModel } from '../open-model.ts';
import type { CompilingOptions } from '../model-options.ts';

export interface CompileCommandOptions extends CompilingOptions {
  readonly board?: string;
  readonly output: string;
  readonly vectors?: 'none' | 'uart';
  /** The build system that the library is a project of; files alone when left out. */
  readonly format?: FormatName;
  /** Where to write the report as a page. */
  readonly html?: string;
}

/** `thimble compile`: the C library and its predicted footprint; no C compiler needed. */
export async function compileCommand(
  file: string,
  options: CompileCommandOptions,
  context: Context,
): Promise<void> {
  const board = context.requireBoard(options.board);
  const { program, report, source } = await prepare(file, options, board, context);
  const library = new Map([...program.library.files, ...preprocessFiles(program, context)]);
  const made = { name: program.name, source, board, files: library, folder: options.output };
  const { files, use } =
    options.format === undefined
      ? { files: library, use: undefined }
      : projectFiles(made, options.format);
  await writeFolder(options.output, async (folder) => {
    await writeFiles(folder, files);
    await writeReport(folder, report);
  });
  await writePage(report, options, context);
  const written = `written to ${options.output}${use === undefined ? '' : `; ${use}`}`;
  context.output.result([...summary(report), written], report);
}

/** `thimble build`: compile, then firmware.elf, .bin, .hex and .map. */
export async function buildCommand(
  file: string,
  options: CompileCommandOptions,
  context: Context,
): Promise<void> {
  const board = context.requireBoard(options.board);
  if (options.vectors === 'uart') refuseSerialRows(compileOptions(options));
  const compiled = await prepare(file, options, board, context);
  const wanted = {
    ...firmwareOptions(compiled.program, undefined, 'none'),
    vectors: options.vectors ?? 'none',
  };
  const limits = { signal: context.signal, timeoutMs: context.timeoutMs() };
  await withFirmware(compiled, { board, firmware: wanted, limits }, async (made) => {
    const { program, report, firmware, built } = made;
    const preprocess = preprocessFiles(program, context);
    await convertImages(built.folder, limits);
    await writeFolder(options.output, async (folder) => {
      await writeFiles(
        folder,
        new Map([...program.library.files, ...firmware.files, ...preprocess]),
      );
      for (const image of ['elf', 'bin', 'hex', 'map']) {
        const file = `firmware.${image}`;
        await cp(path.join(built.folder, file), path.join(folder, file));
      }
      await writeReport(folder, report);
    });
    await writePage(report, options, context);
    context.output.result([...summary(report), `written to ${options.output}`], report);
  });
}

// Compiles; what does not fit is refused here, before any C compiler runs, with its report printed.
async function prepare(
  file: string,
  options: CompileCommandOptions,
  board: Board,
  context: Context,
): Promise<Compiled & { readonly source: string }> {
  const model = await openModel(file, options, context);
  try {
    return { ...compileForBoard(model, board, compileOptions(options)), source: model.source };
  } catch (error) {
    if (error instanceof DoesNotFit) await writePage(error.report, options, context);
    throw error;
  }
}

// For the application's own main.c, where the configuration says how pictures or sounds become inputs.
function preprocessFiles({ name, model }: Program, context: Context): Files {
  const settings = context.preprocess();
  if (!settings) return new Map<string, string>();
  return settings.sound
    ? emitSoundPreprocess(name, planSound(model, settings.sound))
    : emitPreprocess(name, planPicture(model, settings));
}

async function writeReport(folder: string, report: Report): Promise<void> {
  await writeFile(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(path.join(folder, 'memory.svg'), drawMemory(report));
}

async function writePage(
  report: Report,
  { html }: CompileCommandOptions,
  { signal }: Context,
): Promise<void> {
  if (html !== undefined) await writeWhole(html, htmlPage(report), { signal });
}

/** The report as people read it. */
export function summary(report: Report): string[] {
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
    ...formatTable(rows),
    '',
    ...describeCopies(report.copies),
    ...describeRemoved(report),
    ...describeCompressed(report),
    ...describeTrade(report),
    `${report.model} on ${report.board ?? 'any target'}: ${report.fits ? 'fits' : 'does not fit'} (${report.basis})`,
    `flash ${of(flash.total, flash.limit)}: weights ${formatSize(flash.weights)}, code ${formatSize(flash.code)}`,
    `RAM   ${of(ram.total, ram.limit)}: arena ${formatSize(ram.arena)} (lower bound ${formatSize(ram.lowerBound)}), ${ram.state > 0 ? `states ${formatSize(ram.state)}, ` : ''}other ${formatSize(ram.other)}, stack ${formatSize(ram.stack)}`,
    ...severalMemories(report).map((m) => `      ${m.name}: ${of(m.used, m.limit)}`),
    ...describeMemory(report),
  ];
}

// Memories of a kind of which the board has more than one.
function severalMemories({ memories }: Report) {
  return memories.filter(({ kind }) => memories.filter((m) => m.kind === kind).length > 1);
}
