import { describe, expect, it } from 'vitest';
import { storesDense } from '../../src/lower/lower.ts';
import { describeCompressed } from '../../src/report/compressed.ts';
import { makeReport } from '../../src/report/report.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { CompileOptions } from '../../src/pipeline.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { madeLayers } from '../../scripts/compressed/made-layers.ts';
import { graphOfCases } from '../support/cases.ts';

const board = loadBoard('mps2-an386');

// Of the first layer with such a share of zeros, or with such weights.
function reportOf(title: string, weights: number | string, options: CompileOptions = {}) {
  const layers = madeLayers(typeof weights === 'number' ? [weights] : []);
  const named = typeof weights === 'number' ? '' : weights;
  const layer = layers.find((each) => each.title === title && each.weights.startsWith(named));
  const graph = graphOfCases([layer!.made]);
  const model = { name: 'sparse', source: 'sparse', bytes: new Uint8Array(), graph };
  const program = compileModel(model, targetOf(board), options);
  const { estimate: footprint } = program;
  const report = makeReport({ program, board, basis: 'predicted', footprint, fits: true });
  return { report, code: program.library.files.get('sparse.c')! };
}

describe('weights of which most are zero', () => {
  it.each([
    ['1x1 12x12x64→64', 0.7, 'us8-near'],
    ['1x1 12x12x64→64', 0.95, 'us8'],
    ['FC 640→128', 0.85, 'us8'],
  ])(
    'are compressed where that is faster, and the report says what it gains: %s, %f',
    (title, zeros, name) => {
      const { report, code } = reportOf(title, zeros);
      const [layer] = report.layers;
      expect(layer!.encoding).toBe(name);
      expect(layer!.zeros).toBeCloseTo(zeros, 1);
      expect(layer!.dense!.cycles).toBeGreaterThan(layer!.cycles.predicted);
      expect(layer!.dense!.weightBytes).toBeGreaterThan(layer!.weightBytes);
      expect(report.saved.cycles).toBe(layer!.dense!.cycles - layer!.cycles.predicted);
      const dense = reportOf(title, zeros, { accepts: storesDense }).report;
      expect(report.saved.flash).toBe(dense.flash.total - report.flash.total);
      expect(describeCompressed(report).join()).toContain(`zeros: ${name}`);
      expect(code).toMatch(
        new RegExp(`\\d\\d % zeros: ${name}, 0\\.\\d\\d c/MAC, \\d+ B less than dense`),
      );
    },
  );

  it('are stored as they are where few are zero, and with --encoding dense', () => {
    for (const { report, code } of [
      reportOf('1x1 12x12x64→64', 0.2),
      reportOf('1x1 12x12x64→64', 0.85, { accepts: storesDense }),
    ]) {
      expect(report.layers[0]).toMatchObject({ encoding: 'pairs2', dense: null });
      expect(report.saved).toEqual({ flash: 0, cycles: 0 });
      expect(describeCompressed(report)).toEqual([]);
      expect(code).not.toContain('zeros');
    }
  });

  it('take no more flash than dense ones when flash counts most', () => {
    for (const zeros of [0, 0.3, 0.6, 0.95]) {
      const small = reportOf('FC 640→128', zeros, { optimize: 'flash' }).report;
      const dense = reportOf('FC 640→128', zeros, {
        optimize: 'flash',
        accepts: storesDense,
      }).report;
      expect(small.flash.total).toBeLessThanOrEqual(dense.flash.total);
    }
  });
});

describe('weights of few bits', () => {
  it.each([
    ['1x1 12x12x64→64', 'ternary', 'ternary4', 'speed'],
    ['3x3 16x16x32→32', 'ternary', 'ternary4', 'speed'],
    ['1x1 8x8x128→256', '4 bits', 'nibbles4', 'balanced'],
    ['FC 640→128', '4 bits', 'nibbles8', 'balanced'],
  ] as const)('are stored in them where that gains: %s, %s', (title, weights, name, optimize) => {
    const [layer] = reportOf(title, weights, { optimize }).report.layers;
    expect(layer!.encoding).toBe(name);
    const dense = reportOf(title, weights, { optimize, accepts: storesDense }).report.layers[0]!;
    expect(layer!.weightBytes).toBeLessThan(0.6 * dense.weightBytes);
  });
});
