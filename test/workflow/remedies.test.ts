import { describe, expect, it } from 'vitest';
import { smallerSizes, withSmallerInput } from '../../src/compress/smaller-input.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import { storesDense } from '../../src/lower/lower.ts';
import type { CompileOptions } from '../../src/pipeline.ts';
import { planModel } from '../../src/pipeline.ts';
import { limitBoard } from '../../src/target/limits.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import type { Board } from '../../src/target/board.ts';
import { compileForBoard } from '../../src/workflow/build-model.ts';
import { DoesNotFit } from '../../src/workflow/does-not-fit.ts';
import { imageNetwork } from '../support/image-network.ts';
import { smallNetwork } from '../support/small-model.ts';

const graph = imageNetwork(32);
const model = { name: 'image', source: 'image', bytes: new Uint8Array(), graph };
const pico = loadBoard('rp2040-pico');

function misfit(board: Board, options: CompileOptions = {}): DoesNotFit {
  try {
    compileForBoard(model, board, options);
  } catch (error) {
    if (error instanceof DoesNotFit) return error;
    throw error;
  }
  return expect.fail('it fits');
}

const ramOf = (options: CompileOptions, of = graph) =>
  planModel(of, targetOf(pico), { optimize: 'ram', ...options }).selection.estimate.ram.total;

describe('a model that does not fit', () => {
  // Between what it takes with a whole input and row by row.
  const ram = (ramOf({}) + ramOf({ fed: true })) >> 1;
  const tight = limitBoard(pico, { ram });
  const error = misfit(tight);

  it('says by how much, where, and what would help', () => {
    expect(error.message).toMatch(
      /takes [\d.]+ K?B of RAM \(arena [\d.]+ K?B\), [\d.]+ K?B too much: rp2040-pico has/,
    );
    expect(error.message).toMatch(/note: the arena is fullest at layers? \d+/);
    expect(error.message).toMatch(/note: alive at the peak: "image" [\d.]+ K?B/);
    expect(error.message).toMatch(
      /hint: it would fit with --input rows \(flash [^)]+\), or with an input of \d+x\d+, trained for that \(flash [^)]+\), or with -b stm32f103-bluepill or -b \S+ or -b \S+$/m,
    );
  });

  it('fits with each of these, in truth', () => {
    const { remedies } = error.report;
    expect(remedies.map(({ change }) => change)).toEqual(
      expect.arrayContaining(['option', 'input', 'board']),
    );
    for (const { change, name, ram: bytes } of remedies) {
      const board = change === 'board' ? loadBoard(name) : tight;
      const size = change === 'input' ? (name.split('x').map(Number) as [number, number]) : [];
      const smaller = size.length === 2 ? withSmallerInput(graph, [size[0], size[1]])! : graph;
      const options = change === 'option' ? { fed: true } : {};
      const { program } = compileForBoard({ ...model, graph: smaller }, board, options);
      expect(program.estimate.ram.total).toBe(bytes);
    }
  });

  it('is not told what would not help', () => {
    const { remedies } = misfit(limitBoard(pico, { ram: ramOf({ fed: true }) >> 2 })).report;
    expect(remedies.filter(({ change }) => change === 'option')).toEqual([]);
    const fed = misfit(limitBoard(pico, { ram: 700 }), { fed: true }).report.remedies;
    expect(fed.filter(({ name }) => name === '--input rows')).toEqual([]);
  });

  it('is told of weights that could be compressed', () => {
    const least = (options: CompileOptions) =>
      planModel(graph, targetOf(pico), { optimize: 'flash', ...options }).selection.estimate.flash;
    const [packed, dense] = [least({}).total, least({ accepts: storesDense }).total];
    expect(packed).toBeLessThan(dense);
    const board = limitBoard(pico, { flash: packed });
    const { message, report } = misfit(board, { accepts: storesDense });
    expect(report.remedies[0]).toMatchObject({ change: 'option', name: '--encoding auto' });
    expect(message).toMatch(/of flash, [\d.]+ K?B too much: rp2040-pico has/);
  });
});

describe('a smaller image', () => {
  it('is one at which every layer halves as it did', () => {
    expect(smallerSizes(graph)).toEqual([
      [24, 24],
      [16, 16],
      [8, 8],
    ]);
    const smaller = withSmallerInput(graph, [24, 24])!;
    const shapes = smaller.nodes.map(({ outputs }) => tensorOf(smaller, outputs[0]!).shape);
    expect(shapes).toEqual([
      [1, 12, 12, 16],
      [1, 6, 6, 16],
      [1, 3, 3, 16],
      [1, 1, 1, 16],
      [1, 16],
      [1, 4],
    ]);
  });

  it('is none where a layer hangs on the size', () => {
    const small = smallNetwork();
    expect(smallerSizes(small).map((size) => withSmallerInput(small, size))).toEqual(
      smallerSizes(small).map(() => undefined),
    );
    expect(smallerSizes(small).length).toBeGreaterThan(0);
  });
});
