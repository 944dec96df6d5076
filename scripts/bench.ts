/**
 * The benchmark tables: thimble's own figures beside those recorded for its peers. Prints them and
 * writes BENCHMARKS.md. Needs the published models (../shared/models) and QEMU.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatCount } from '../src/report/table.ts';
import { compileModel } from '../src/pipeline.ts';
import { targetOf } from '../src/target/target.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { loadModel } from '../src/workflow/load-model.ts';
import { counted, measure, referenceSpeed } from './bench/measure.ts';
import { OTHER_CYCLES, PEERS, PORTABLE } from './bench/peers.ts';
import { estimatedCycles, SHARED } from './estimated-cycles.ts';

if (!existsSync(path.join(SHARED, 'models'))) {
  console.log(`skipped: the published models are not at ${SHARED}`);
  process.exit(0);
}

const rows: string[] = [];
const others: string[] = [];
const portable: string[] = [];
const layers: string[] = [];
for (const [name, peer] of Object.entries(PEERS)) {
  const model = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
  const m4 = await measure(model, 'mps2-an386');
  const m7 = await counted(model, 'mps2-an500');
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
  const [m3, m0plus] = [await counted(model, 'mps2-an385'), await counted(model, 'rp2040-pico')];
  const [ofM3, ofM0plus] = PORTABLE[name]!;
  portable.push(
    `| ${name} | ${versus(m3.instructions, ofM3)} | ${versus(m0plus.instructions, ofM0plus)} |`,
  );
  if (name === 'vww_96_int8') layers.push(...layerRows(m4));
}

const page = [
  '# Benchmarks',
  '',
  'Written by `npm run bench`. One inference each; in brackets, the percentage of what TensorFlow Lite Micro with CMSIS-NN takes',
  'for the same model (90b983c2 with 4ab83cc3, -O2, smallest arena that works; its recorded figures are in scripts/bench/peers.ts).',
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
  '## Cores without DSP',
  'Instructions on mps2-an385; in brackets, the percentage of CMSIS-NN’s portable kernels alone (99f736a6, -O2, counted in the same way).',
  '',
  '| model | Cortex-M3 | Cortex-M0+ |',
  '| --- | ---: | ---: |',
  ...portable,
  '',
  '## vww_96_int8 on a Cortex-M4, layer by layer',
  'Instructions as counted, cycles as predicted.',
  '',
  '| # | layer | kernel | MACs | instructions | cycles | cycles a MAC |',
  '| ---: | --- | --- | ---: | ---: | ---: | ---: |',
  ...layers,
  '',
].join('\n');
const file = new URL('../BENCHMARKS.md', import.meta.url);
// What scripts/bench-compressed.ts wrote below stays.
const [, compressed] = readFileSync(file, 'utf8').split(/^(?=## Compressed weights$)/m);
writeFileSync(file, compressed === undefined ? page : `${page}\n${compressed}`);

function layerRows({ report, layers }: Awaited<ReturnType<typeof measure>>): string[] {
  return report.layers.map(({ index, op, kernel, macs, cycles: { predicted } }) => {
    const own = layers.filter(({ layer }) => layer === index);
    const instructions = own.reduce((sum, each) => sum + each.instructions, 0);
    const perMac = macs > 0 ? (predicted / macs).toFixed(2) : '–';
    return `| ${index} | ${op} | ${kernel} | ${formatCount(macs)} | ${formatCount(Math.round(instructions))} | ${formatCount(predicted)} | ${perMac} |`;
  });
}
