import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../src/build/firmware.ts';
import { emitFirmware } from '../src/codegen/firmware.ts';
import { CompileError } from '../src/support/diagnostics.ts';
import { parseBoard } from '../src/target/board.ts';
import { boardNames, loadBoard } from '../src/target/load-board.ts';
import { platformFile } from '../src/target/platform-file.ts';
import { targetOf } from '../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../src/workflow/build-model.ts';
import { execute } from '../src/workflow/execute.ts';
import { compileGraph } from './support/compile-graph.ts';
import { smallNetwork } from './support/small-model.ts';
import { SHARED } from './support/shared.ts';

type Json = Record<string, unknown>;

const BOARDS = new URL('../boards/', import.meta.url);
const file = (name: string) =>
  JSON.parse(readFileSync(new URL(`${name}/board.json`, BOARDS), 'utf8')) as Json;

/** The paths of all values in a JSON document, keys joined by dots. */
function leaves(json: unknown, at: string[] = []): string[][] {
  if (typeof json !== 'object' || json === null) return [at];
  return Object.entries(json).flatMap(([key, value]) => leaves(value, [...at, key]));
}

function withValue(json: unknown, at: readonly string[], value: unknown): unknown {
  const copy = structuredClone(json) as Json;
  let inside = copy;
  for (const key of at.slice(0, -1)) inside = inside[key] as Json;
  inside[at.at(-1)!] = value;
  return copy;
}

const problemsOf = (json: unknown, name = 'b') => {
  const parsed = parseBoard(name, '/b', json);
  return Array.isArray(parsed) ? parsed : [];
};

/** Texts that would end a line, a comment, a string or a word somewhere that a board's values go. */
const HOSTILE_LINES = ['a\nb', 'a\r\nb', 'a\u2028b', 'a\0b', '\x1b[31ma', 'a\u202eb', '', ' '];
const HOSTILE_TEXTS = [
  ...HOSTILE_LINES,
  ...['x */ #error y /* ', '// x \\', 'a"b', "a'b", 'a`b', '$(x)', '${x}', 'a b', 'a  b', 'a;b'],
  ...['a,b=c', '@x', '../x', '../../etc/passwd', '/etc/passwd', 'a/../../b', '.', '..', '~', '-x'],
  ...['%n', '<b>', '|', '#x', 'x'.repeat(2000), 'ü', '٣', '__proto__ x'],
];
const NO_TEXTS = [null, true, [], {}, ['a'], NaN];
const EXTREMES = [
  ...[0, -0, -1, 0.5, 1e-300, 2 ** 53 - 1, 2 ** 53, 1e21, 1e300, -1e300, Infinity, -Infinity, NaN],
  ...['1', '0x10', null, true, [], {}],
];
const BAD_PLACES = [
  '0x1',
  '0x100000000',
  '0x2000000g',
  '20000000',
  '0x20000001',
  '-0x2000000',
  '0x20000000 ',
];
const BAD_SIZES = [
  '0',
  '-1K',
  '1e9',
  '4096M',
  '4294967296',
  '99999999M',
  '1'.repeat(400),
  '4095.99999M',
  '7',
  '1G',
  'K',
];

describe('a board file is data', () => {
  it.each(boardNames())(
    '%s: no value of it can be replaced by code, nonsense or extremes',
    (name) => {
      const board = file(name);
      expect(problemsOf(board)).toEqual([]);
      const accepted = leaves(board).flatMap((at) => {
        const key = at.at(-1)!;
        const old = at.reduce<unknown>((json, each) => (json as Json)[each], board);
        const sentence = ['title', 'source', '$schema'].includes(at[0]!);
        const values =
          typeof old === 'number'
            ? EXTREMES
            : [
                ...(sentence ? HOSTILE_LINES : HOSTILE_TEXTS),
                ...NO_TEXTS,
                ...(['start', 'base', 'address', 'timer'].includes(key) ? BAD_PLACES : []),
                ...(key === 'size' ? BAD_SIZES : []),
              ];
        return values
          .filter((value) => problemsOf(withValue(board, at, value)).length === 0)
          .map((value) => [at.join('.'), value]);
      });
      // Half an instruction for each tick is a rate like others.
      const rate = (at: unknown) => at === 'emulators.qemu.ticksPerInstruction';
      expect(accepted.filter(([at, value]) => !(rate(at) && value === 0.5))).toEqual([]);
    },
  );

  it('no part of it may be missing, and none may be added', () => {
    const board = file('stm32f4-discovery');
    const optional = ['$schema', 'set', 'clear', 'setup', 'speed', 'clock'];
    for (const at of leaves(board).filter((each) => !optional.includes(each.at(-1)!)))
      expect(problemsOf(withValue(board, at, undefined)), at.join('.')).not.toEqual([]);
    for (const at of [[], ['console'], ['memory', '0'], ['emulators'], ['emulators', 'renode']])
      for (const key of ['extra', '__proto__', 'constructor', 'x\n::error::y']) {
        const text = JSON.stringify(withValue(board, [...at, 'KEY'], { a: 1 }));
        const json = JSON.parse(text.replace('"KEY"', JSON.stringify(key))) as unknown;
        expect(problemsOf(json), `${at.join('.')} ${key}`).not.toEqual([]);
      }
  });

  it.each([
    ['two memories of one name', { memory: { 1: { name: 'flash' } } }, /two are named "flash"/],
    ['a memory inside another', { memory: { 2: { start: '0x20000100', size: '1K' } } }, /overlaps/],
    ['memory beyond 32 bits', { memory: { 2: { start: '0xfffff000' } } }, /reaches/],
    ['memory where the core is', { memory: { 2: { start: '0xe000e000' } } }, /reaches/],
    ['memory over the UART', { memory: { 2: { start: '0x40000000' } } }, /overlaps console.base/],
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
      /overlaps console/,
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
    const board = file('stm32f4-discovery');
    const change = (into: Json, from: Json): void => {
      for (const [key, value] of Object.entries(from))
        if (typeof value === 'object') change(into[key] as Json, value as Json);
        else into[key] = value;
    };
    change(board, changes);
    expect(problemsOf(board).join('\n')).toMatch(message);
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
    expect(problemsOf(file('mps2-an386'), name)).toHaveLength(1),
  );

  it.each(['o', 'l', 'org', 'len', 'origin', 'length'])(
    'a memory cannot have the linker’s word %s, and would not break its script',
    async (word) => {
      const json = file('mps2-an386');
      expect(problemsOf(withValue(json, ['memory', '1', 'name'], word))).toHaveLength(1);
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
    const folder = mkdtempSync(path.join(tmpdir(), 'thimble-board-'));
    for (const [i, size] of [
      [0, '16M'],
      [1, '64M'],
    ] as const) {
      const json = withValue(file('stm32f4-discovery'), ['memory', String(i), 'size'], size);
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

  it('its platform is a file of its folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'thimble-board-'));
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
