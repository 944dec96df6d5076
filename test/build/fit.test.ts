import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { fitsBoard, linkedFootprint } from '../../src/report/footprint.ts';
import type { Board, Memory } from '../../src/target/board.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { compileForBoard, firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { DoesNotFit } from '../../src/workflow/does-not-fit.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { smallFloatNetwork, smallNetwork } from '../support/small-model.ts';

const machine = loadBoard('mps2-an386');
const model = { name: 'small', source: 'small', bytes: new Uint8Array(), graph: smallNetwork() };
const programFor = (board: Board) => compileGraph(smallNetwork(), targetOf(board));
const { code, weights } = programFor(machine).estimate.flash;
/** What the smallest choice of kernels takes. */
const least = programFor(machine)
  .trade()
  .find(({ best }) => best.includes('flash'))!.estimate.flash;

/** The machine with its flash in two pieces of so many bytes, whole multiples of 8. */
function split(first: number, second: number): Board {
  const [flash, ram] = machine.memory as [Memory, Memory];
  const up = (bytes: number) => Math.ceil(bytes / 8) * 8;
  const memory = [
    { ...flash, size: up(first) },
    { ...flash, name: 'more', start: flash.start + up(first), size: up(second) },
    ram,
  ];
  return { ...machine, memory, flashBytes: up(first) + up(second) };
}

async function linked(board: Board) {
  const program = programFor(board);
  const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
  const built = await buildFirmware(board, sourcesOf(program, firmware));
  await rm(built.folder, { recursive: true });
  return { built, footprint: linkedFootprint(program, built) };
}

describe('flash in two memories', () => {
  it('takes the weights into the second where the first is too small for both', async () => {
    const board = split(code + 800, weights);
    compileForBoard(model, board);
    const { built, footprint } = await linked(board);
    expect(fitsBoard(footprint, board)).toBe(true);
    const found = built.facts.sections.find(({ name }) => name === '.weights')!;
    expect(found.address).toBe(board.memory[1]!.start);
    // Arrays start at multiples of 4.
    expect(found.size - footprint.flash.weights).toBeLessThan(16);
    expect(found.size).toBeGreaterThanOrEqual(footprint.flash.weights);
    const vectors = makeVectors(model.graph, 1, 2);
    const result = await testModel({ model, board, where: 'qemu', vectors });
    expect([result.passed, result.verdicts.length]).toEqual([true, 2]);
  });

  it.each([
    ['code', least.code - 100, 10 * least.code],
    ['weights', least.code + least.weights / 2, least.weights / 2 + 100],
  ])('does not add up for %s that no one of them holds', (_, first, second) => {
    const board = split(first, second);
    expect(least.total).toBeLessThan(board.flashBytes);
    expect(() => compileForBoard(model, board)).toThrow(/does-not-fit-flash.*in several memories/);
  });
});

const NETWORKS = { float: smallFloatNetwork, int8: smallNetwork };

// As thimble build links it. The code alone: the larger the weights, the less it shows.
it.each(
  ['rp2040-pico', 'stm32f103-bluepill', 'nrf52840-dk', 'mps2-an500', 'mps2-an505'].flatMap((name) =>
    (['float', 'int8'] as const).map((kind) => [name, kind] as const),
  ),
)('%s, %s: what is predicted is what is linked, within 3 %', async (name, kind) => {
  const board = loadBoard(name);
  const program = compileGraph(NETWORKS[kind](), targetOf(board));
  const options = { ...firmwareOptions(program, board, 'none'), vectors: 'none' as const };
  const firmware = emitFirmware(board, program.library, options);
  const built = await buildFirmware(board, sourcesOf(program, firmware));
  await rm(built.folder, { recursive: true });
  const { flash } = linkedFootprint(program, built);
  expect(Math.abs(program.estimate.flash.code / flash.code - 1)).toBeLessThan(0.03);
});

describe('what overflows only at the link', () => {
  it.each([
    ['flash', { flash: 4096 }, /does-not-fit-flash.*takes \d+ B more than the memory "flash"/],
  ] as const)('%s: does not fit, exit code 1', async (_, limits, message) => {
    const program = programFor(machine);
    const board = limitBoard(machine, limits);
    const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
    const building = buildFirmware(board, sourcesOf(program, firmware));
    await expect(building).rejects.toThrow(message);
    await expect(building).rejects.toMatchObject({ failure: 'answer-is-no' });
  });
});

it('RAM in several memories is refused with the memories that would overflow', () => {
  const board = limitBoard(loadBoard('nucleo-h753zi'), { ram: 800 });
  const memory = [
    ...board.memory,
    { ...board.memory.at(-1)!, name: 'tiny', start: 0x38000000, size: 64 },
  ];
  const small = { ...board, memory, ramBytes: 864 };
  try {
    compileForBoard(model, small);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(DoesNotFit);
    expect((error as DoesNotFit).message).toMatch(
      /does-not-fit-ram.*in several memories[^]*would hold/,
    );
  }
});
