import { cpSync, existsSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../src/build/firmware.ts';
import { emitFirmware } from '../src/codegen/firmware.ts';
import { emitRenodeFolder } from '../src/codegen/renode-folder.ts';
import { CompileError } from '../src/support/diagnostics.ts';
import { markdownCell } from '../src/support/printable.ts';
import { loadBoard } from '../src/target/load-board.ts';
import { platformFile } from '../src/target/platform-file.ts';
import { targetOf } from '../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../src/workflow/build-model.ts';
import { execute } from '../src/workflow/execute.ts';
import { boardJson, BOARDS, boardProblems, withValue } from './support/board-json.ts';
import type { Json } from './support/board-json.ts';
import { compileGraph } from './support/compile-graph.ts';
import { SHARED } from './support/shared.ts';
import { smallNetwork } from './support/small-model.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const temporary = temporaryFolder('board');

describe('a board file is data', () => {
  it.each([
    ['two memories of one name', { memory: { 1: { name: 'flash' } } }, /two are named "flash"/],
    ['a memory inside another', { memory: { 2: { start: '0x20000100', size: '1K' } } }, /overlaps/],
    ['memory beyond 32 bits', { memory: { 2: { start: '0xfffff000' } } }, /reaches/],
    ['memory where the core is', { memory: { 2: { start: '0xe000e000' } } }, /reaches/],
    ['memory over the UART', { memory: { 2: { start: '0x40000000' } } }, /overlaps console.base/],
    [
      'memory over the last register of the UART',
      { memory: { 2: { start: '0x400047fc', size: '1K' } } },
      /overlaps console.base/,
    ],
    [
      'vectors over the last register of the UART',
      { emulators: { renode: { vectors: { start: '0x400047fc' } } } },
      /console.base overlaps/,
    ],
    ['a UART where the core is', { console: { base: '0xdffffffc' } }, /console.base reaches/],
    [
      'memory over a register',
      { memory: { 2: { start: '0x40020000' } } },
      /overlaps console.setup/,
    ],
    ['vectors in RAM', { emulators: { renode: { vectors: { start: '0x20000000' } } } }, /overlaps/],
    [
      'vectors in flash',
      { emulators: { renode: { vectors: { start: '0x07ff0000' } } } },
      /overlaps/,
    ],
    [
      'vectors beyond 32 bits',
      { emulators: { renode: { vectors: { start: '0xffff0000' } } } },
      /reaches/,
    ],
    ['vectors for nothing', { emulators: { renode: { vectors: { size: '8' } } } }, /1024 bytes/],
    [
      'vectors over the UART',
      { emulators: { renode: { vectors: { start: '0x40000000' } } } },
      /console.base overlaps/,
    ],
    [
      'flash where no vector table may lie',
      { memory: { 0: { start: '0x08000008' } } },
      /multiple of 256/,
    ],
    [
      'RAM without any clock',
      { memory: { 1: { clock: 'setup' }, 2: { clock: 'setup' } } },
      /needs a clock from reset/,
    ],
    ['no flash', { memory: { 0: { kind: 'ram' } } }, /no flash/],
    ['a divisor that is too large', { console: { baud: 300, clockHz: 4294967295 } }, /divisor/],
    ['a divisor that is too small', { console: { baud: 10000000 } }, /divisor/],
    [
      'bauds that the driver lacks',
      { console: { driver: 'nrf-uarte', baud: 9600 } },
      /115200 baud only/,
    ],
    ['a step that sets and waits', { console: { setup: { 0: { wait: '0x1' } } } }, /not both/],
    ['a double FPU on an M4', { features: { 2: 'fpu-double' } }, /fpu-double/],
    ['a feature twice', { features: { 1: 'dsp' } }, /twice/],
  ])('%s is refused', (_, changes, message) => {
    const board = boardJson('stm32f4-discovery');
    const change = (into: Json, from: Json): void => {
      for (const [key, value] of Object.entries(from))
        if (typeof value === 'object') change(into[key] as Json, value as Json);
        else into[key] = value;
    };
    change(board, changes);
    expect(boardProblems(board).join('\n')).toMatch(message);
  });

  it.each([
    'a\nb',
    '',
    '.',
    '..',
    '.hidden',
    'a  b',
    'a*b',
    'a|b',
    '| a',
    '${a}',
    'a/b',
    'x'.repeat(65),
  ])('a folder named %j is none', (name) =>
    expect(boardProblems(boardJson('mps2-an386'), name)).toHaveLength(1),
  );

  it.each(['o', 'l', 'org', 'len', 'origin', 'length'])(
    'a memory cannot have the linker’s word %s, and would not break its script',
    async (word) => {
      const json = boardJson('mps2-an386');
      expect(boardProblems(withValue(json, ['memory', '1', 'name'], word))).toHaveLength(1);
      const board = loadBoard('mps2-an386');
      const memory = board.memory.map((m) => (m.kind === 'ram' ? { ...m, name: word } : m));
      const program = compileGraph(smallNetwork(), targetOf(board));
      const named = { ...board, memory };
      const firmware = emitFirmware(
        named,
        program.library,
        firmwareOptions(program, board, 'none'),
      );
      if (word === 'len')
        expect(
          (await buildFirmware(named, sourcesOf(program, firmware))).stackBound,
        ).toBeGreaterThan(0);
      else expect(firmware.files.get('link.ld')).toContain(`"${word}" (rwx)`);
    },
  );

  it('more memory than the machine that stands for it is told, not tried', async () => {
    const folder = mkdtempSync(path.join(temporary, 'board-'));
    for (const [i, size] of [
      [0, '16M'],
      [1, '64M'],
    ] as const) {
      const json = withValue(boardJson('stm32f4-discovery'), ['memory', String(i), 'size'], size);
      writeFileSync(path.join(folder, 'board.json'), JSON.stringify(json));
      const board = loadBoard(path.join(folder, 'board.json'));
      const model = {
        name: 'small',
        source: 'small',
        bytes: new Uint8Array(),
        graph: smallNetwork(),
      };
      await expect(execute({ model, board, where: 'qemu', vectors: [] })).rejects.toThrow(
        /emulator-unavailable.*only: try --(flash|ram) 4096K/,
      );
    }
  });

  it('its title is text in the README of an exported folder', () => {
    const board = {
      ...loadBoard('mps2-an386'),
      title: '<b>|`x`</b> [y](z) ![i](j) *k* _l_ \\ # &amp;',
    };
    const program = compileGraph(smallNetwork(), targetOf(board));
    const { library } = program;
    const files = emitRenodeFolder({
      ...{ model: 'small', board, library, cycles: 1, outputs: [4], vectors: [] },
    });
    expect(files.get('README.md')).toContain(markdownCell(board.title));
    for (const [name, text] of files) expect(text, name).not.toContain(board.title);
  });

  it('its platform is a file of its folder', () => {
    const folder = mkdtempSync(path.join(temporary, 'board-'));
    cpSync(new URL('mps2-an386/board.json', BOARDS), path.join(folder, 'board.json'));
    const board = loadBoard(path.join(folder, 'board.json'));
    expect(() => platformFile(board)).toThrow(/bad-board.*ENOENT/);
    symlinkSync('/etc/passwd', path.join(folder, 'platform.repl'));
    expect(() => platformFile(board)).toThrow(/bad-board.*leads out/);
    const other = {
      ...board,
      emulators: { renode: { ...board.emulators.renode!, platform: 'real.repl' } },
    };
    writeFileSync(path.join(folder, 'real.repl'), '');
    expect(platformFile(other)).toBe(path.join(folder, 'real.repl'));
  });
});

const faults = path.join(SHARED, 'faults/boards');
it.skipIf(!existsSync(faults))('the boards that once did harm are refused', () => {
  const codes = readdirSync(faults).map((name) => {
    try {
      return loadBoard(path.join(faults, name, 'board.json')).name;
    } catch (error) {
      return (error as CompileError).diagnostics[0]!.code;
    }
  });
  expect(codes.length).toBeGreaterThan(4);
  expect(new Set(codes)).toEqual(new Set(['bad-board']));
});
