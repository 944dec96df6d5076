import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { buildFirmware } from '../../src/build/firmware.ts';
import type { Built } from '../../src/build/firmware.ts';
import { emit } from '../../src/codegen/emit.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import type { Instrument } from '../../src/codegen/firmware.ts';
import { layerName } from '../../src/codegen/layers.ts';
import { qemu } from '../../src/emulate/qemu.ts';
import { typedNodes } from '../../src/ir/graph.ts';
import type { Graph } from '../../src/ir/types.ts';
import { byteLength } from '../../src/ir/types.ts';
import { waysOf } from '../../src/lower/lower.ts';
import type { Schedule } from '../../src/lower/schedule.ts';
import { planMemory } from '../../src/plan/plan.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { framesOf } from '../../src/workflow/build-model.ts';
import { graphOfCases } from '../../test/support/cases.ts';
import type { OpCase } from '../../test/support/cases.ts';
import type { Layer } from './layers.ts';

export interface Measured extends Layer {
  readonly instructions: number;
  /** Where a tool estimates them. */
  readonly cycles?: number;
}

/** What one firmware holds, at most: it and its memory stay small, and a run of it short. */
const MOST = { layers: 80, bytes: 2_500_000, work: 10_000_000 };
const AT_ONCE = 4;
/** Room for the firmware's stack and code: the machines have plenty. */
const STACK_BYTES = 2 ** 15;
const WORK_BYTES = STACK_BYTES + 2 ** 12;
const CODE_BYTES = 2 ** 18;

/**
 * Measures layers on a board that QEMU has: side by side in one firmware, on pseudo-random inputs.
 * `mcycles` is a program that estimates the cycles between two functions of a firmware.
 */
export async function measureLayers(
  layers: readonly Layer[],
  board: Board,
  mcycles: string | undefined,
): Promise<Measured[]> {
  const chunks = divide(layers);
  const measured: Measured[][] = [];
  for (const [i, chunk] of chunks.entries()) {
    console.log(`${board.cpu}: firmware ${i + 1} of ${chunks.length}, ${chunk.length} layers`);
    const run = mcycles === undefined ? countInstructions : countCycles(mcycles);
    measured.push(await run(chunk, board));
  }
  return measured.flat();
}

// Floats and integers apart: a firmware fills its inputs with one or the other.
function divide(layers: readonly Layer[]): Layer[][] {
  const isFloat = ({ made }: Layer) => made.inputs[0]!.dtype === 'float32';
  const chunks: Layer[][] = [];
  for (const kind of [layers.filter((l) => !isFloat(l)), layers.filter(isFloat)]) {
    let chunk: Layer[] = [];
    for (const layer of kind) {
      if (chunk.length === 0 || isFull([...chunk, layer])) chunks.push((chunk = []));
      chunk.push(layer);
    }
  }
  return chunks;
}

function isFull(layers: readonly Layer[]): boolean {
  const sum = (of: (layer: Layer) => number) => layers.reduce((all, layer) => all + of(layer), 0);
  return (
    layers.length > MOST.layers ||
    sum(({ made }) => bytesOf(made)) > MOST.bytes ||
    sum(({ work }) => Math.max(...Object.values(work))) > MOST.work
  );
}

function bytesOf({ inputs }: OpCase): number {
  return inputs.reduce((sum, tensor) => sum + (tensor ? byteLength(tensor) : 0), 0);
}

async function countInstructions(layers: readonly Layer[], board: Board): Promise<Measured[]> {
  return withFirmware(layers, board, 'bench', async ({ elf }, steps) => {
    const { layers: marks } = await qemu.run({
      ...{ board, program: elf, vectors: [], outputBytes: 0 },
      ...{ timeoutMs: 600_000, exactTime: true },
    });
    const rate = board.emulators.qemu!.ticksPerInstruction;
    return layers.map((layer, i) => {
      const own = marks[0]!.filter((mark) => mark.layer === steps[i]!.index);
      const ticks = own.reduce((sum, mark) => sum + mark.ticks, 0);
      return { ...layer, instructions: Math.round(ticks / rate) };
    });
  });
}

function countCycles(mcycles: string) {
  return (layers: readonly Layer[], board: Board): Promise<Measured[]> =>
    withFirmware(layers, board, 'none', async ({ elf, facts }, steps) => {
      const symbols = [...facts.symbols.keys()];
      // The compiler may make a function for its constant arguments: conv2d_3.constprop.0.
      const marks = [...steps.map(layerName), 'thimble_bench_end'].map((name) =>
        symbols.find((symbol) => symbol === name || symbol.startsWith(`${name}.`))!,
      );
      const machine = ['--machine', board.emulators.qemu!.machine];
      const measured: Measured[] = [];
      let next = 0;
      const worker = async () => {
        for (let i = next++; i < layers.length; i = next++) {
          const between = ['--start', marks[i]!, '--stop', marks[i + 1]!];
          const until = ['--until', '^thimble done', '--json'];
          const { stdout } = await run(mcycles, [elf, ...machine, ...between, ...until]);
          const { insns, cycles } = JSON.parse(stdout) as { insns: number; cycles: number };
          measured[i] = { ...layers[i]!, instructions: insns, cycles };
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return measured;
    });
}

const run = promisify(execFile);

async function withFirmware<T>(
  layers: readonly Layer[],
  board: Board,
  instrument: Instrument,
  use: (built: Built, steps: Schedule['steps']) => Promise<T>,
): Promise<T> {
  const { built, steps } = await build(layers, board, instrument);
  try {
    return await use(built, steps);
  } finally {
    await rm(built.folder, { recursive: true });
  }
}

async function build(layers: readonly Layer[], board: Board, instrument: Instrument) {
  const target = targetOf(board);
  const graph = lastOutputOnly(graphOfCases(layers.map(({ made }) => made)));
  const steps = typedNodes(graph).map((node, index) => {
    const way = waysOf(node, target).find(({ name }) => name === layers[index]!.candidate)!;
    return { ...way, cost: { ...way.cost!, cycles: 0 }, index, node, rejected: [] };
  });
  const schedule: Schedule = { graph, steps };
  const hooks = instrument === 'bench';
  const library = emit(
    schedule,
    planMemory(schedule, { memories: target.ram!, workBytes: WORK_BYTES }),
    {
      ...{ name: 'costs', source: 'costs', sourceHash: '', target, version: '', hooks },
    },
  );
  const firmware = emitFirmware(board, library, {
    ...{ name: 'costs', instrument, vectors: 'none', stackBytes: STACK_BYTES },
    codeBytes: CODE_BYTES,
    timer: board.emulators.qemu!.timer,
    floatInput: layers[0]!.made.inputs[0]!.dtype === 'float32',
  });
  const built = await buildFirmware(board, {
    files: new Map([...library.files, ...firmware.files]),
    library: library.sources,
    firmware: firmware.sources,
    defines: firmware.defines,
    entry: 'costs_invoke',
    usesFloat: true,
    frames: framesOf({ name: 'costs', library }),
  });
  return { built, steps };
}

// Printing an output takes longer than computing it: one is enough.
function lastOutputOnly(graph: Graph): Graph {
  return { ...graph, outputs: graph.outputs.slice(-1) };
}
