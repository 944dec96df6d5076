import { formatOutputs } from '../../report/accuracy.ts';
import { formatErrors } from '../../report/quantization.ts';
import { formatSize } from '../../support/bytes.ts';
import { CompileError } from '../../support/diagnostics.ts';
import { loadModel } from '../../workflow/load-model.ts';
import { accuracyOfQuantized, quantizeFile } from '../../workflow/quantize-file.ts';
import { writeWhole } from '../../workflow/write-file.ts';
import type { Context } from '../context.ts';
import {
  calibrateFrom,
  importOptions,
  noteWarnings,
  quantizeOptions,
  refuseCollapsed,
} from '../open-model.ts';
import type { ModelOptions } from '../model-options.ts';

export interface QuantizeCommandOptions extends ModelOptions {
  readonly output: string;
}

/** `thimble quantize`: a float model to int8, in a .thimble file, and how far it is from the float one. */
export async function quantizeCommand(
  file: string,
  options: QuantizeCommandOptions,
  context: Context,
): Promise<void> {
  const model = await loadModel(file, undefined, await importOptions(options, context.output));
  if (options.calibrate === undefined) {
    throw new CompileError({
      code: 'no-calibration',
      message: 'quantization needs inputs to calibrate with',
      hint: 'name a folder with raw float inputs (in*.bin or *.in.bin) with --calibrate',
    });
  }
  const quantized = await quantizeFile(
    model,
    calibrateFrom(options.calibrate, context),
    quantizeOptions(options),
  );
  const { bytes, method, methods, layers, calibrated, measured, heldOut } = quantized;
  const { warnings, collapsed } = quantized;
  const refused = collapsed.length > 0 && !options.force;
  if (!refused) await writeWhole(options.output, bytes, { signal: context.signal });
  const sizes = `${formatSize(model.bytes.length)} became ${formatSize(bytes.length)}`;
  const written = refused ? 'nothing was written' : `written to ${options.output}`;
  const accuracy = await accuracyOfQuantized(model, quantized, context.signal);
  const text = [...formatErrors(quantized), ...formatOutputs(accuracy)];
  const { agreeing, outputs, worst } = accuracy;
  context.output.result([...text, '', `${sizes}, ${written}`], {
    model: model.name,
    inputBytes: model.bytes.length,
    outputBytes: bytes.length,
    ...{ method, methods, calibrated, measured, heldOut },
    ...{ layers, warnings, collapsed },
    accuracy: { agreeing, outputs, worst },
  });
  noteWarnings(quantized, context.output);
  refuseCollapsed(quantized, options);
}
