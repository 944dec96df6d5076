/**
 * Measures the code and stack of every unit of the runtime with arm-none-eabi-gcc, for every core,
 * and writes codegen-templates/code-sizes.json, from which footprints are predicted. Units whose
 * text has not changed keep their figures. With models as arguments, what a linked firmware has
 * beyond its units, weights and structs is fitted anew.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { membersFor, readArchive } from './archive-members.ts';
import { compileSources, writeFiles } from '../src/build/compile-sources.ts';
import { runTool } from '../src/build/run-tool.ts';
import { parseSections } from '../src/build/elf.ts';
import { deepestStack } from '../src/build/stack.ts';
import { COMMON, coreFlags } from '../src/build/flags.ts';
import { contentsOf, fileOf, filesOf, kernelsView } from '../src/codegen/units.ts';
import { readTemplate, render } from '../src/codegen/render.ts';
import { codeBytes, libraryBytes, SIZES, stackBytes } from '../src/estimate/code-sizes.ts';
import type { CoreSizes, SizeTable, UnitSizes } from '../src/estimate/code-sizes.ts';
import { structBytes } from '../src/estimate/estimate.ts';
import { allUnits } from '../src/ops/index.ts';
import type { Struct } from '../src/ops/struct.ts';
import type { Unit } from '../src/ops/unit.ts';
import { requireTool, TOOLS } from '../src/support/tools.ts';
import type { Cpu } from '../src/target/board.ts';
import { boardNames, loadBoard } from '../src/target/load-board.ts';
import { compileForBoard, firmwareOptions, withFirmware } from '../src/workflow/build-model.ts';
import { loadModel } from '../src/workflow/load-model.ts';
import { linkedFootprint } from '../src/report/footprint.ts';

const OUTPUT = new URL('../codegen-templates/code-sizes.json', import.meta.url);
const BOARDS: Readonly<Record<Cpu, string>> = {
  'cortex-m0plus': 'rp2040-pico',
  'cortex-m3': 'mps2-an385',
  'cortex-m4': 'mps2-an386',
  'cortex-m7': 'mps2-an500',
  'cortex-m33': 'mps2-an505',
};
const CPUS = Object.keys(BOARDS) as Cpu[];
const UNITS = allUnits();
const gcc = requireTool(TOOLS.armGcc);

/** Units that a core can run: those of the DSP extension need it. */
function usable(unit: Unit, cpu: Cpu): boolean {
  return loadBoard(BOARDS[cpu]).features.includes('dsp') || !unit.name.includes('_dsp');
}

/** Bytes of each member of the compiler's library. */
type Members = Readonly<Record<string, number>>;

async function measure(units: readonly Unit[], cpu: Cpu) {
  const folder = mkdtempSync(path.join(tmpdir(), 'thimble-sizes-'));
  const mine = units.filter((unit) => usable(unit, cpu));
  const headers = new Set(['nn.h', ...UNITS.flatMap((unit) => unit.headers)]);
  await writeFiles(
    folder,
    new Map([
      ...[...headers].map((h): [string, string] => [`runtime/${h}`, readTemplate(`runtime/${h}`)]),
      ['runtime/nn_kernels.h', render('model/nn_kernels.h.ejs', kernelsView(UNITS))],
      ['runtime/nn_names.h', ''],
      ...mine.flatMap(filesOf),
    ]),
  );
  const flags = [...coreFlags(loadBoard(BOARDS[cpu])), ...COMMON, '-fcallgraph-info=su'];
  await compileSources(gcc, folder, mine.map(fileOf), flags);
  const archive = await readArchive(gcc, coreFlags(loadBoard(BOARDS[cpu])));
  const sizes = new Map<string, { code: number; stack: number; library: Members }>();
  for (const unit of mine) {
    const object = fileOf(unit).replace(/\.[cS]$/, '.o');
    const sections = parseSections(
      await runTool(gcc.replace(/gcc$/, 'size'), ['-A', '-d', object], folder),
    );
    const code = sections
      .filter(({ name }) => /^\.(text|rodata)/.test(name))
      .reduce((sum, section) => sum + section.size, 0);
    const undefinedSymbols = (await runTool(gcc.replace(/gcc$/, 'nm'), ['-u', object], folder))
      .split('\n')
      .map((line) => line.trim().replace(/^U /, ''));
    const members = membersFor(archive, undefinedSymbols);
    const library = Object.fromEntries(members.map((m) => [m, archive.bytes.get(m) ?? 0]));
    sizes.set(unit.name, { code, stack: stackOf(unit, folder), library });
  }
  rmSync(folder, { recursive: true });
  return sizes;
}

function stackOf(unit: Unit, folder: string): number {
  if (unit.stackBytes !== undefined) return unit.stackBytes;
  const graph = readFileSync(path.join(folder, fileOf(unit).replace(/\.c$/, '.ci')), 'utf8');
  return deepestStack([graph], unit.name);
}

/**
 * What firmware has beyond its parts, over all boards of a core: a fixed share, and one for each layer.
 * By least squares of what the prediction is off relative to the image, as small ones count as much.
 */
async function fitCore(cpu: Cpu, models: readonly string[]): Promise<CoreSizes> {
  const points: Point[] = [];
  let [stack, other] = [0, 0];
  const archive = await readArchive(gcc, coreFlags(loadBoard(BOARDS[cpu])));
  const replaced = Object.fromEntries(archive.replaced);
  Object.assign(SIZES.cores[cpu], { replaced });
  const boards = boardNames().map((name) => loadBoard(name));
  for (const board of boards.filter((each) => each.cpu === cpu))
    for (const file of models) {
      const compiled = compileForBoard(await loadModel(file), board);
      const options = firmwareOptions(compiled.program, board, 'none');
      // As thimble build links it.
      const firmware = { ...options, vectors: 'none' as const };
      await withFirmware(compiled, { board, firmware, limits: {} }, ({ program, built }) => {
        const { flash, ram } = linkedFootprint(program, built);
        const { units, steps } = program.library;
        const calls = steps.flatMap((step) => step.calls);
        const known =
          units.reduce((sum, unit) => sum + codeBytes(unit, cpu), 0) +
          libraryBytes(units, cpu) +
          calls.reduce((sum, { unit }) => sum + structBytes(unit.struct as Struct), 0);
        points.push({ layers: calls.length, beyond: flash.code - known, image: flash.total });
        const deepest = Math.max(...calls.map(({ unit }) => stackBytes(unit, cpu)));
        stack = Math.max(stack, built.stackBound - deepest);
        other = Math.max(other, ram.other);
        return Promise.resolve();
      });
    }
  const fit = { ...fitLine(points), other, stack };
  console.log(cpu, points, fit);
  return { firmware: fit.firmware, other, stack, layer: fit.layer, replaced };
}

interface Point {
  readonly layers: number;
  /** Bytes of code beyond units, library and structs. */
  readonly beyond: number;
  readonly image: number;
}

function fitLine(points: readonly Point[]): Pick<CoreSizes, 'firmware' | 'layer'> {
  const sum = (of: (point: Point) => number) =>
    points.reduce((total, point) => total + of(point) / point.image ** 2, 0);
  const weight = sum(() => 1);
  const [x, y] = [sum(({ layers }) => layers) / weight, sum(({ beyond }) => beyond) / weight];
  const slope =
    sum(({ layers, beyond }) => (layers - x) * (beyond - y)) /
    sum(({ layers }) => (layers - x) ** 2);
  return { firmware: Math.round(y - slope * x), layer: Math.round(slope) };
}

async function measureUnits(): Promise<SizeTable['units']> {
  const contents = new Map(UNITS.map((unit) => [unit.name, contentsOf(unit)]));
  const stale = UNITS.filter(
    ({ name }) => SIZES.units[name]?.contents !== contents.get(name) || !SIZES.units[name]?.library,
  );
  const known = new Map<string, UnitSizes>(
    UNITS.filter((unit) => !stale.includes(unit)).map(({ name }) => [name, SIZES.units[name]!]),
  );
  console.log(`${stale.length} of ${UNITS.length} units to measure`);
  const measured = new Map<Cpu, Awaited<ReturnType<typeof measure>>>();
  if (stale.length > 0) for (const cpu of CPUS) measured.set(cpu, await measure(stale, cpu));
  const pick = (name: string, what: 'code' | 'stack' | 'library') =>
    Object.fromEntries(
      CPUS.flatMap((cpu) => {
        const sizes = measured.get(cpu)!.get(name);
        return sizes ? [[cpu, sizes[what]]] : [];
      }),
    );
  for (const { name } of stale)
    known.set(name, {
      contents: contents.get(name)!,
      code: pick(name, 'code'),
      stack: pick(name, 'stack'),
      library: pick(name, 'library'),
    });
  return Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const units = await measureUnits();
Object.assign(SIZES.units, units);
const models = process.argv.slice(2);
const cores = { ...SIZES.cores };
if (models.length > 0) for (const cpu of CPUS) cores[cpu] = await fitCore(cpu, models);
writeFileSync(OUTPUT, `${JSON.stringify({ cores, units }, null, 1)}\n`);
