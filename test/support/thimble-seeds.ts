import type { ThimbleModel } from '../../src/formats/thimble/records.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { importModel } from '../../src/import/import-model.ts';
import type { Random } from '../../src/support/random.ts';
import { seedModel } from './file-seeds.ts';
import { ONNX_SEEDS } from './onnx-seeds.ts';
import { writeOnnx } from './onnx-writer.ts';
import { writeTflite } from './tflite-writer.ts';

/** What mutations of .thimble files start from: what other files are imported as. */
export function thimbleSeed(random: Random): ThimbleModel {
  const file = random.chance(0.3)
    ? writeOnnx(random.pick(ONNX_SEEDS))
    : writeTflite(seedModel(random));
  return toThimble(importModel(file, 'seed'), 'thimble');
}
