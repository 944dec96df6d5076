/**
 * The benchmark tables: thimble's own figures beside those recorded for its peers. Prints them and
 * writes BENCHMARKS.md. Needs the published models (../shared/models) and QEMU.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Interpreter } from '../src/interpret/interpret.ts';
import { linkedFootprint } from '../src/report/footprint.ts';
import { makeReport } from '../src/report/report.ts';
import { formatCount } from '../src/report/table.ts';
import { compileModel } from '../src/pipeline.ts';
import { targetOf } from '../src/target/target.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { emulatedBoard } from '../src/target/emulated.ts';
import { loadModel } from '../src/workflow/load-model.ts';
import type { LoadedModel } from '../src/workflow/load-model.ts';
import { makeVectors } from '../src/workflow/vectors.ts';
import { execute } from '../src/workflow/execute.ts';
import { estimatedCycles, SHARED } from './estimated-cycles.ts';

interface Peer {
  readonly instructions: number;
  readonly cycles: number;
  readonly m7: number;
  readonly flash: number;
  readonly ram: number;
}

/** TensorFlow Lite Micro 90b983c2 with CMSIS-NN 4ab83cc3, -O2, measured in the same way. */
const PEERS: Record<string, Peer> = {
  vww_96_int8: {
    instructions: 24101476,
    cycles: 29021152,
    m7: 24025091,
    flash: 391116,
    ram: 102256,
  },
  kws_ref_model: { instructions: 7696719, cycles: 9169563, m7: 7642474, flash: 111764, ram: 24368 },
  pretrainedResnet_quant: {
    instructions: 29863853,
    cycles: 36528284,
    m7: 30026982,
    flash: 154096,
    ram: 56544,
  },
  ad01_int8: { instructions: 582860, cycles: 723805, m7: 583154, flash: 308044, ram: 3300 },
  person_detect: {
    instructions: 22927985,
    cycles: 27365022,
    m7: 22715412,
    flash: 348332,
    ram: 83820,
  },
  micro_speech_quantized: {
    instructions: 1495345,
    cycles: 2032872,
    m7: 1489417,
    flash: 67272,
    ram: 8312,
  },
};

/**
 * Cycles of other peers: X-CUBE-AI 9.0 on an STM32L4R5 at 120 MHz (MLPerf Tiny v1.2, milliseconds
 * times the clock, flash wait states included), TinyEngine 47bb283 estimated as ours are.
 */
const OTHER_CYCLES: Record<string, { readonly xcubeai?: number; readonly tinyengine?: number }> = {
  vww_96_int8: { xcubeai: 88.9 * 120_000 },
  kws_ref_model: { xcubeai: 43.2 * 120_000 },
  pretrainedResnet_quant: { xcubeai: 165.1 * 120_000 },
  ad01_int8: { xcubeai: 5.26 * 120_000, tinyengine: 1_046_000 },
};

if (!existsSync(path.join(SHARED, 'models'))) {
  console.log(`skipped: the published models are not at ${SHARED}`);
  process.exit(0);
}

const rows: string[] = [];
const others: string[] = [];
for (const [name, peer] of Object.entries(PEERS)) {
  const model = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
  const m4 = await measure(name, 'mps2-an386');
  const m7 = await measure(name, 'mps2-an500');
  const { report } = m4;
  const versus = (own: number, other: number) =>
    `${formatCount(own)} (${((100 * own) / other).toFixed(0)} %)`;
  const m4Board = loadBoard('mps2-an386');
  const cycles = await estimatedCycles(compileModel(model, targetOf(m4Board)), m4Board);
  rows.push(
    `| ${name} | ${formatCount(report.macs)} | ${versus(m4.instructions, peer.instructions)} | ${cycles ? versus(cycles, peer.cycles) : '–'} | ${versus(m7.instructions, peer.m7)} | ${versus(report.flash.total, peer.flash)} | ${versus(report.ram.arena + report.ram.other, peer.ram)} | ${report.ram.stack} | ${referenceSpeed(model, report.macs)} |`,
  );
  console.log(rows.at(-1));
  const other = OTHER_CYCLES[name];
  const of = (count: number | undefined) => (count === undefined ? '–' : formatCount(count));
  const predicted = report.layers.reduce((sum, layer) => sum + layer.cycles.predicted, 0);
  others.push(
    `| ${name} | ${formatCount(predicted)} | ${of(cycles)} | ${of(peer.cycles)} | ${of(other?.tinyengine)} | ${of(other?.xcubeai)} |`,
  );
}

const page = [
  '# Benchmarks',
  '',
  'Written by `npm run bench`. One inference each; in brackets, the percentage of what TensorFlow Lite Micro with CMSIS-NN takes',
  'for the same model (90b983c2 with 4ab83cc3, -O2, smallest arena that works; its recorded figures are in scripts/bench.ts).',
  '',
  'Instructions are exact (QEMU with -icount, on mps2-an386 for M4 and mps2-an500 for M7; test firmware’s marks not counted).',
  'Cycles are estimated from the Cortex-M4 timing table with zero-wait memory, by an outside tool where it is present.',
  'Flash and RAM are of the linked test firmware; RAM is the arena, .data and .bss; stack is measured by painting.',
  'The last column is the reference interpreter, on the machine that ran this.',
  '',
  '| model | MACs | M4 instructions | M4 cycles, estimated | M7 instructions | flash | RAM | stack | reference, M MAC/s |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows,
  '',
  '## Cortex-M4 cycles',
  'Predicted before any compiler runs, and estimated from what the firmware executes, beside other peers. X-CUBE-AI’s are',
  'published, on silicon (STM32L4R5, 120 MHz, flash wait states included): the nearest there is, not the same measure.',
  '',
  '| model | predicted | estimated | TFLite Micro | TinyEngine | X-CUBE-AI 9.0, silicon |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
  ...others,
  '',
].join('\n');
const file = new URL('../BENCHMARKS.md', import.meta.url);
// What scripts/bench-compressed.ts wrote below stays.
const [, compressed] = readFileSync(file, 'utf8').split(/^(?=## Compressed weights$)/m);
writeFileSync(file, compressed === undefined ? page : `${page}\n${compressed}`);

async function measure(name: string, boardName: string) {
  const board = loadBoard(boardName);
  const model = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
  const vectors = makeVectors(model.graph, 1, 1).map(({ input }) => input);
  const { program, outcome, built } = await execute({
    model,
    board,
    where: 'qemu',
    vectors,
    instrument: 'bench',
  });
  const plain = await execute({ model, board, where: 'qemu', vectors });
  const footprint = linkedFootprint(plain.program, plain.built!, plain.outcome.stackBytes);
  const rate = emulatedBoard(board).board.emulators.qemu!.ticksPerInstruction;
  const instructions = outcome.layers[0]!.reduce((sum, { ticks }) => sum + ticks / rate, 0);
  const report = makeReport({
    program,
    board,
    basis: 'linked',
    footprint,
    fits: built !== undefined,
  });
  return { report, instructions: Math.round(instructions) };
}

function referenceSpeed(model: LoadedModel, macs: number): string {
  const interpreter = new Interpreter(model.graph);
  const [vector] = makeVectors(model.graph, 1, 1);
  interpreter.runBytes(vector!.input);
  const started = performance.now();
  let runs = 0;
  for (; performance.now() - started < 1000; runs++) interpreter.runBytes(vector!.input);
  const seconds = (performance.now() - started) / 1000 / runs;
  return (macs / seconds / 1e6).toFixed(0);
}
