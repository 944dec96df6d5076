import path from 'node:path';
import { storesDense } from '../../src/lower/lower.ts';
import { compileModel } from '../../src/pipeline.ts';
import { formatCount } from '../../src/report/table.ts';
import type { Board } from '../../src/target/board.ts';
import { targetOf } from '../../src/target/target.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { SHARED } from '../estimated-cycles.ts';

const MODELS = [
  ...['vww_96_int8', 'kws_ref_model', 'pretrainedResnet_quant', 'ad01_int8'],
  ...['person_detect', 'micro_speech_quantized'],
];

/** A row for each model as it is published: the least flash that it takes, with weights as they are and without. */
export async function flashRows(board: Board): Promise<string[]> {
  const rows: string[] = [];
  for (const name of MODELS) {
    const model = await loadModel(path.join(SHARED, 'models', `${name}.tflite`));
    const [dense, coded] = [storesDense, undefined].map((accepts) => {
      const options = { optimize: 'flash', ...(accepts && { accepts }) } as const;
      return compileModel(model, targetOf(board), options).estimate;
    });
    const share = (100 * coded!.flash.total) / dense!.flash.total;
    rows.push(
      `| ${name} | ${formatCount(dense!.flash.total)} | ${formatCount(coded!.flash.total)} (${share.toFixed(0)} %) |`,
    );
    console.log(rows.at(-1));
  }
  return rows;
}
