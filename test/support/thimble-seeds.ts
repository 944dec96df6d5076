import type { ThimbleModel } from '../../src/formats/thimble/records.ts';
import { toThimble } from '../../src/import/from-thimble.ts';
import { importModel } from '../../src/import/import-model.ts';
import type { Graph } from '../../src/ir/types.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { Random } from '../../src/support/random.ts';
import { seedModel } from './file-seeds.ts';
import { ONNX_SEEDS } from './onnx-seeds.ts';
import { writeOnnx } from './onnx-writer.ts';
import { sparseNetwork } from './sparse-network.ts';
import { smallNetwork } from './small-model.ts';
import { writeTflite } from './tflite-writer.ts';

// Constants that are long enough to be worth encoding.
const networks = [smallNetwork(), sparseNetwork()];

/** What mutations of .thimble files start from: what other files are imported as. */
export function thimbleSeed(random: Random): ThimbleModel {
  return toThimble(seedGraph(random), 'thimble');
}

function seedGraph(random: Random): Graph {
  if (random.chance(0.2)) return random.pick(networks);
  const file = random.chance(0.3)
    ? writeOnnx(random.pick(ONNX_SEEDS))
    : writeTflite(seedModel(random));
  try {
    return importModel(file, 'seed');
  } catch (error) {
    // A few seeds are refused: what is right of their mutations is the refusal.
    if (error instanceof CompileError) return seedGraph(random);
    throw error;
  }
}
