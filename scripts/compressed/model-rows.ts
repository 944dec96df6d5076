import path from 'node:path';
import { storesDense } from '../../src/lower/lower.ts';
import { compileModel } from '../../src/pipeline.ts';
import type { CompileOptions } from '../../src/pipeline.ts';
import { formatCount } from '../../src/report/table.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { estimatedCycles, SHARED } from '../estimated-cycles.ts';
import type { Block } from './made-layers.ts';
import { maskWeights } from './masked-models.ts';

/** Models with the masks that are put on their weights. */
const MODELS: readonly (readonly [string, number, Block])[] = [
  ['kws_ref_model', 0.8, [1, 1]],
  ['kws_ref_model', 0.8, [4, 2]],
  ['vww_96_int8', 0.8, [4, 2]],
  ['ad01_int8', 0.9, [1, 1]],
  ['ad01_int8', 0.8, [8, 1]],
];

/** A row for each model: its cycles and the bytes of its constants, dense, compressed, and for the least flash. */
export async function modelRows(board: Board): Promise<string[]> {
  const rows: string[] = [];
  for (const [name, zeros, block] of MODELS) {
    const loaded = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
    const model = { ...loaded, graph: maskWeights(loaded.graph, zeros, block) };
    const compiled = (options: CompileOptions) =>
      compileModel(model, targetOf(board), { shrink: false, ...options });
    const [dense, fast] = [compiled({ accepts: storesDense }), compiled({})];
    const small = compiled({ optimize: 'flash' });
    const [before, after] = [
      await estimatedCycles(dense, board),
      await estimatedCycles(fast, board),
    ];
    const share = (own: number, other: number) =>
      `${formatCount(own)} (${((100 * own) / other).toFixed(0)} %)`;
    const weights = dense.estimate.flash.weights;
    rows.push(
      `| ${name} | ${100 * zeros} %, ${block.join('x')} | ${formatCount(before!)} | ${share(after!, before!)} | ${formatCount(weights)} | ${share(fast.estimate.flash.weights, weights)} | ${share(small.estimate.flash.weights, weights)} |`,
    );
    console.log(rows.at(-1));
  }
  return rows;
}
