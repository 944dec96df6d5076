import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { symbolAt } from '../../src/build/elf.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { renode } from '../../src/emulate/renode.ts';
import { compile } from '../../src/pipeline.ts';
import { findTool, TOOLS } from '../../src/support/tools.ts';
import { boardNames, loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { execute, firmwareOptions, sourcesOf } from '../../src/workflow/execute.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors, readVectors } from '../../src/workflow/vectors.ts';
import { smallNetwork, thimbleFile } from '../support/small-model.ts';
import { goldenFolder, hasShared, INT8_MODELS, modelFile } from '../support/shared.ts';

const found = findTool(TOOLS.renode);
if (!found)
  console.warn(`skipping tests on the real Renode: it was not found; ${TOOLS.renode.install}`);

const root = fileURLToPath(new URL('../../', import.meta.url));
const modelled = boardNames().filter((name) => loadBoard(name).emulators.renode);
const small = {
  name: 'small',
  source: 'small.thimble',
  bytes: new Uint8Array(),
  graph: smallNetwork(),
};
const vectors = makeVectors(small.graph, 3, 4);

describe.skipIf(!found)('on the real Renode', () => {
  it.each(modelled)('%s gives the reference’s bytes', async (name) => {
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
    const program = compile(small.graph, small.bytes, targetOf(board), {
      name: 'small',
      source: 'small',
    });
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
      exactTime: false,
    };
    await expect(
      renode.run({ ...job, symbolAt: (pc) => symbolAt(built.facts, pc) }),
    ).rejects.toThrow(message);
  });

  it('profiles each layer within 1 % of QEMU’s exact counts', async () => {
    const cli = path.join(root, 'dist/cli/main.js');
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

  describe('the exported folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'thimble-export-'));
    const renodeTest = (suite: string) =>
      execa('renode-test', ['-r', path.join(folder, 'results'), suite], {
        cwd: folder,
        reject: false,
        all: true,
        timeout: 120_000,
      });

    beforeAll(async () => {
      await execa('npm', ['run', 'build'], { cwd: root });
      writeFileSync(path.join(folder, 'small.thimble'), thimbleFile(small.graph));
      const cli = path.join(root, 'dist/cli/main.js');
      await execa(
        'node',
        [cli, 'renode', 'small.thimble', '-b', 'stm32f4-discovery', '-o', 'good', '--count', '3'],
        { cwd: folder },
      );
    });

    it('holds all that stock Renode needs', () => {
      for (const file of [
        'firmware.elf',
        'platform.repl',
        'machine.resc',
        'vectors.bin',
        'suite.robot',
        'README.md',
        'renode-ci.yml',
      ]) {
        expect(existsSync(path.join(folder, 'good', file)), file).toBe(true);
      }
    });

    it('passes renode-test as it stands, and fails with one expected byte changed, naming the vector', async (context) => {
      if (findTool({ command: 'renode-test', purpose: '', install: '' }) === undefined)
        context.skip('renode-test was not found');
      const good = await renodeTest('good/suite.robot');
      expect(good.exitCode, good.all).toBe(0);
      cpSync(path.join(folder, 'good'), path.join(folder, 'bad'), { recursive: true });
      const suite = path.join(folder, 'bad/suite.robot');
      const flip = (line: string, hex: string) => line + (hex === '80' ? '7f' : '80');
      writeFileSync(
        suite,
        readFileSync(suite, 'utf8').replace(
          /(seed1_1 {4}1 0 {4})(..)/,
          (_, line: string, hex: string) => flip(line, hex),
        ),
      );
      const bad = await renodeTest('bad/suite.robot');
      expect(bad.exitCode).not.toBe(0);
      expect(bad.all).toMatch(/vector seed1_1 differs/);
    });

    it('fails renode-test when the firmware reaches what the board does not have, though its bytes are right', async (context) => {
      if (findTool({ command: 'renode-test', purpose: '', install: '' }) === undefined)
        context.skip('renode-test was not found');
      cpSync(path.join(folder, 'good'), path.join(folder, 'astray'), { recursive: true });
      const platform = path.join(folder, 'astray/platform.repl');
      const whole = readFileSync(platform, 'utf8');
      const without = whole.replace(/dwt: .*\n.*\n/, '');
      expect(without).not.toBe(whole);
      writeFileSync(platform, without);
      const astray = await renodeTest('astray/suite.robot');
      expect(astray.exitCode).not.toBe(0);
      expect(astray.all).toMatch(/non existing peripheral/);
    });
  });
});

describe.skipIf(!found || !hasShared)('published models on the real Renode', () => {
  it.each(modelled.filter((name) => name !== 'stm32f103-bluepill'))(
    'all golden models on %s',
    async (name) => {
      const board = loadBoard(name);
      for (const model of INT8_MODELS) {
        const loaded = await loadModel(modelFile(model));
        const program = compile(loaded.graph, loaded.bytes, targetOf(board), {
          name: loaded.name,
          source: loaded.source,
        });
        const given = await readVectors(
          goldenFolder(model),
          program.library.inputBytes,
          program.library.outputBytes,
        );
        const result = await testModel({
          model: loaded,
          board,
          where: 'renode',
          vectors: given.slice(0, 4),
          timeoutMs: 120_000,
        });
        expect(
          result.verdicts.filter(({ difference }) => difference),
          model,
        ).toEqual([]);
        expect(result.verdicts.some(({ against }) => against === 'file')).toBe(true);
      }
    },
  );

  it('micro_speech fits the Blue Pill, and runs there', async () => {
    const loaded = await loadModel(modelFile('micro_speech_quantized'));
    const given = await readVectors(goldenFolder('micro_speech_quantized'), 1960, 4);
    const result = await testModel({
      model: loaded,
      board: loadBoard('stm32f103-bluepill'),
      where: 'renode',
      vectors: given,
      timeoutMs: 60_000,
    });
    expect([result.passed, result.verdicts.length]).toEqual([true, 8]);
  });
});
