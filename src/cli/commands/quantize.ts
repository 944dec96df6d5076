import { layerErrors } from '../../compress/errors.ts';
import { quantizeGraph } from '../../compress/quantize.ts';
import { writeThimble } from '../../formats/thimble/container.ts';
import { toThimble } from '../../import/from-thimble.ts';
import { runPasses } from '../../passes/index.ts';
import { VERSION } from '../../pipeline.ts';
import { formatTable } from '../../report/table.ts';
import { formatSize } from '../../support/bytes.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { loadModel } from '../../workflow/load-model.ts';
import { writeWhole } from '../../workflow/output-folder.ts';
import type { Context } from '../context.ts';
import { calibrationInputs, quantizeOptions } from '../model-options.ts';
import type { ModelOptions } from '../model-options.ts';

export interface QuantizeCommandOptions extends ModelOptions {
  readonly output: string;
}

/** `thimble quantize`: a float model to int8, in a .thimble file. */
export async function quantizeCommand(
  file: string,
  options: QuantizeCommandOptions,
  context: Context,
): Promise<void> {
  const model = await loadModel(file);
  if (options.calibrate === undefined) {
    throw new CompileError({
      code: 'no-calibration',
      message: 'quantization needs inputs to calibrate with',
      hint: 'name a folder with raw float inputs (in*.bin or *.in.bin) with --calibrate',
    });
  }
  const float = runPasses(model.graph);
  const inputs = await calibrationInputs(model, options.calibrate);
  const chosen = quantizeOptions(options);
  const quantized = quantizeGraph(float, inputs, chosen);
  // Compared on float inputs, whatever the inputs of the file become.
  const comparable =
    chosen.io === 'float' ? quantized : quantizeGraph(float, inputs, { ...chosen, io: 'float' });
  const errors = layerErrors(float, comparable, inputs.slice(0, 4));
  const bytes = writeThimble(toThimble(quantized, `thimble ${VERSION}`));
  await writeWhole(options.output, bytes);
  const rows = [
    ['layer', 'signal to noise, dB', 'largest error', 'tensor'],
    ...errors.map((e) => [
      e.op,
      e.sqnr.toFixed(1),
      e.largest.toPrecision(3),
      e.tensor.slice(0, 60),
    ]),
  ];
  const text = `${formatTable(rows)}\n\n${formatSize(model.bytes.length)} became ${formatSize(bytes.length)}, written to ${options.output}`;
  context.output.result(text, {
    model: model.name,
    inputBytes: model.bytes.length,
    outputBytes: bytes.length,
    layers: errors,
  });
}
