import { MalformedFile } from '../formats/malformed-file.ts';
import { isOnnx, readOnnx } from '../formats/onnx/read.ts';
import { isTflite, readTflite } from '../formats/tflite/read.ts';
import { isThimble, readThimble } from '../formats/thimble/container.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { bindStates } from './bind-states.ts';
import { fromOnnx } from './from-onnx.ts';
import { fromTflite } from './from-tflite.ts';
import type { ImportOptions } from './open-shapes.ts';
import { fromThimble } from './from-thimble.ts';

/**
 * Any model file as a graph. The format is told from the content, never from the name.
 * Throws CompileError, whatever the bytes are.
 */
export function importModel(bytes: Uint8Array, file: string, options: ImportOptions = {}): Graph {
  // A copy, so that the graph is the caller's bytes as they were, whatever kind of array holds them.
  const own = Uint8Array.from(bytes);
  const bound = (graph: Graph) => bindStates(graph, file, options.states);
  try {
    if (isThimble(own)) return bound(fromThimble(readThimble(own)));
    if (isTflite(own))
      return verifyGraph(bound(fromTflite(readTflite(own), file, options)), 'import');
    if (isOnnx(own)) {
      const model = readOnnx(own, options.beside);
      return verifyGraph(bound(fromOnnx(model, file, options)), 'import');
    }
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
    throw new CompileError({ ...error.diagnostics[0]!, where: file });
  }
  throw new CompileError({
    code: 'unknown-format',
    message: 'the file is no .tflite, .onnx or .thimble model',
    where: file,
    hint: 'give a model that was exported to .tflite or .onnx, or a .thimble file that thimble wrote',
  });
}
