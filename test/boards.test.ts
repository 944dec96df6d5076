import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardJsonSchema, parseBoard } from '../src/target/board.ts';
import { emulatedBoard } from '../src/target/emulated.ts';
import { limitBoard } from '../src/target/limits.ts';
import { boardNames, loadBoard } from '../src/target/load-board.ts';
import { CompileError } from '../src/support/diagnostics.ts';

const file = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../boards/${name}/board.json`, import.meta.url), 'utf8'),
  ) as Record<string, unknown>;

describe('boards', () => {
  it.each(boardNames())('%s loads and has a machine that stands for it', (name) => {
    const board = loadBoard(name);
    expect(board.source.length).toBeGreaterThan(10);
    const { board: emulated } = emulatedBoard(board);
    expect(emulated.emulators.qemu).toBeDefined();
    expect(emulated.memory.map((m) => m.size)).toEqual(board.memory.map((m) => m.size));
  });

  it('the published schema is the one that boards are checked with', () => {
    const published = JSON.parse(
      readFileSync(new URL('../boards/board.schema.json', import.meta.url), 'utf8'),
    ) as unknown;
    expect(published).toEqual(JSON.parse(JSON.stringify(boardJsonSchema())));
  });

  it('every problem of a board file is told at once', () => {
    const problems = parseBoard('b', '/b', {
      ...file('mps2-an386'),
      colour: 'red',
      cpu: 'cortex-m99',
      clockHz: -1,
    });
    expect(problems).toEqual([
      expect.stringContaining('cpu'),
      expect.stringContaining('clockHz'),
      expect.stringContaining('unknown key "colour"'),
    ]);
  });

  it('overlapping memories and impossible features are refused', () => {
    const memory = [
      { name: 'flash', kind: 'flash', start: '0x00000000', size: '64K' },
      { name: 'ram', kind: 'ram', start: '0x00008000', size: '64K' },
    ];
    const problems = parseBoard('b', '/b', { ...file('mps2-an386'), memory, cpu: 'cortex-m3' });
    expect(problems).toEqual([expect.stringContaining('overlaps'), expect.stringContaining('DSP')]);
  });

  it('limits shrink a board and cannot grow it', () => {
    const board = limitBoard(loadBoard('stm32f4-discovery'), { ram: 100 * 1024 });
    expect(board.memory.filter((m) => m.kind === 'ram').map((m) => m.size)).toEqual([100 * 1024]);
    expect(() => limitBoard(loadBoard('stm32f4-discovery'), { ram: 2 ** 30 })).toThrow(
      CompileError,
    );
  });

  it('a slip of the keyboard gets the name that was meant', () => {
    expect(() => loadBoard('nucleo-h735zi')).toThrow(/did you mean "nucleo-h753zi"/);
  });
});
