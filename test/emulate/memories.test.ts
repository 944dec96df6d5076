import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buildFirmware } from '../../src/build/firmware.ts';
import { emitFirmware } from '../../src/codegen/firmware.ts';
import { fitsBoard, linkedFootprint } from '../../src/report/footprint.ts';
import { makeReport } from '../../src/report/report.ts';
import { loadBoard } from '../../src/target/load-board.ts';
import { targetOf } from '../../src/target/target.ts';
import { firmwareOptions, sourcesOf } from '../../src/workflow/build-model.ts';
import { testModel } from '../../src/workflow/test-model.ts';
import { makeVectors } from '../../src/workflow/vectors.ts';
import { compileGraph } from '../support/compile-graph.ts';
import { WIDE, wideModel } from '../support/wide-model.ts';

describe.each(WIDE)('a model that no one memory of %s can hold', (name, side, channels) => {
  const board = loadBoard(name);
  const model = wideModel(side, channels);
  const program = compileGraph(model.graph, targetOf(board), 'wide');

  it('lies in several, each arena within its own, and links as reported', async () => {
    const { arenas } = program.library;
    expect(arenas.length).toBeGreaterThan(1);
    const largest = Math.max(...board.memory.filter((m) => m.kind === 'ram').map((m) => m.size));
    expect(program.plan.lowerBound).toBeGreaterThan(largest);
    const firmware = emitFirmware(board, program.library, firmwareOptions(program, board, 'none'));
    const built = await buildFirmware(board, sourcesOf(program, firmware));
    await rm(built.folder, { recursive: true });
    for (const { memory, bytes, name: section } of arenas) {
      const { start, size } = board.memory.find((m) => m.name === memory)!;
      const found = built.facts.sections.find((s) => s.name === `.${section}`)!;
      expect(found.size).toBe(bytes);
      expect(found.address).toBeGreaterThanOrEqual(start);
      expect(found.address + found.size).toBeLessThanOrEqual(start + size);
    }
    const footprint = linkedFootprint(program, built);
    expect(fitsBoard(footprint, board)).toBe(true);
    const facts = { program, board, basis: 'linked', footprint, fits: true } as const;
    const { memories, ram, flash } = makeReport(facts);
    const used = (kind: string) =>
      memories.reduce((sum, m) => sum + (m.kind === kind ? m.used : 0), 0);
    expect([used('ram'), used('flash')]).toEqual([ram.total, flash.total]);
    expect(memories.every((m) => m.used <= m.limit)).toBe(true);
  });

  it('gives the reference’s bytes in QEMU', async () => {
    const vectors = makeVectors(model.graph, 1, 2);
    const { passed, verdicts } = await testModel({ model, board, where: 'qemu', vectors });
    expect([passed, verdicts.length]).toEqual([true, 2]);
  });
});
