import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { symbolAt } from '../../src/build/elf.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { renode } from '../../src/emulate/renode.ts';
import { compileModel } from '../../src/pipeline.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { execute } from '../../src/workflow/execute.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { modelledBoards, realRenode } from '../support/real-renode.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';
import { WIDE, wideModel } from '../support/wide-model.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const small = {
  name: 'small',
  source: 'small.thimble',
  bytes: new Uint8Array(),
  graph: smallNetwork(),
};
const vectors = makeVectors(small.graph, 3, 4);

const cli = path.join(root, 'dist/cli/main.js');

describe.skipIf(!realRenode)('on the real Renode', () => {
  it.each(modelledBoards)('%s gives the reference’s bytes', async (name) => {
    const result = await testModel({
      model: small,
      board: loadBoard(name),
      where: 'renode',
      vectors,
      timeoutMs: 60_000,
    });
    expect(result.verdicts.filter(({ difference }) => difference)).toEqual([]);
    expect(result.verdicts).toHaveLength(vectors.length);
  });

  it.each(WIDE)('%s computes in several memories', async (name, side, channels) => {
    const model = wideModel(side, channels);
    const result = await testModel({
      model,
      board: loadBoard(name),
      where: 'renode',
      vectors: makeVectors(model.graph, 1, 1),
      timeoutMs: 120_000,
    });
    expect(result.execution!.program.library.arenas.length).toBeGreaterThan(1);
    expect([result.passed, result.verdicts.length]).toEqual([true, 1]);
  });

  it('counts the instructions that QEMU counts, within 1 %, for one ELF', async () => {
    const board = loadBoard('mps2-an386');
    const request = {
      model: small,
      board,
      vectors: vectors.map(({ input }) => input),
      exactTime: true,
    };
    const [inQemu, inRenode] = [
      await execute({ ...request, where: 'qemu' }),
      await execute({ ...request, where: 'renode' }),
    ];
    const [a, b] = [inQemu.outcome.instructions!, inRenode.outcome.instructions!];
    expect(a).toBeGreaterThan(100_000);
    expect(Math.abs(a / b - 1)).toBeLessThan(0.01);
    expect(inRenode.outcome.outputs).toEqual(inQemu.outcome.outputs);
  });

  it.each([
    [
      'a write to memory that is not there',
      '*(volatile int *)0x70000000 = 1;',
      /renode-warning[^]*0x70000000[^]*in (run|main)/,
    ],
    [
      'an undefined instruction',
      '__asm__ volatile("udf #0");',
      /firmware-fault[^]*usagefault|hardfault/,
    ],
    [
      'a jump to nowhere',
      '((void (*)(void))0x70000001)();',
      /renode-warning[^]*(CPU abort|non existing)/,
    ],
    ['an endless loop', 'for (;;) { __asm__ volatile("nop"); }', /firmware-hang/],
  ])('%s ends with a message that says so', async (_, code, message) => {
    const board = loadBoard('stm32f4-discovery');
    const program = compileModel(small, targetOf(board));
    const sources = sourcesOf(
      program,
      emitFirmware(board, program.library, firmwareOptions(program, board, 'none')),
    );
    const broken = sources.files.get('main.c')!.replace('tested->invoke();', code);
    const built = await buildFirmware(board, {
      ...sources,
      files: new Map([...sources.files, ['main.c', broken]]),
    });
    const job = {
      board,
      program: built.elf,
      vectors: [vectors[0]!.input],
      outputBytes: 4,
      timeoutMs: 8000,
      startMs: 120_000,
      exactTime: false,
    };
    await expect(
      renode.run({ ...job, symbolAt: (pc) => symbolAt(built.facts, pc) }),
    ).rejects.toThrow(message);
  });

  it('profiles each layer within 1 % of QEMU’s exact counts', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'thimble-bench-'));
    writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(small.graph));
    const bench = async (where: string, extra: string[] = []) => {
      const args = [
        cli,
        'bench',
        'small.thimble',
        '-b',
        'mps2-an386',
        '--on',
        where,
        '--json',
        ...extra,
      ];
      return JSON.parse((await execa('node', args, { cwd: folder })).stdout) as {
        layers: { instructions: number }[];
      };
    };
    const [exact, profiled] = [
      await bench('qemu'),
      await bench('renode', ['--flame', 'flame.svg']),
    ];
    exact.layers.forEach(({ instructions }, i) => {
      expect(Math.abs(profiled.layers[i]!.instructions - instructions)).toBeLessThan(
        0.01 * instructions + 30,
      );
    });
    expect(readFileSync(path.join(folder, 'flame.svg'), 'utf8')).toMatch(
      /<svg[^]*conv2d_0: \d+ instructions/,
    );
  });
});
