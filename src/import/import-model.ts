import { MalformedFile } from '../formats/malformed-file.ts';
import { isTflite, readTflite } from '../formats/tflite/read.ts';
import { isThimble, readThimble } from '../formats/thimble/container.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Graph } from '../ir/types.ts';
import { verifyGraph } from '../ir/verify.ts';
import { fromTflite } from './from-tflite.ts';
import { fromThimble } from './from-thimble.ts';

/**
 * Any model file as a graph. The format is told from the content, never from the name.
 * Throws CompileError, whatever the bytes are.
 */
export function importModel(bytes: Uint8Array, file: string): Graph {
  try {
    if (isThimble(bytes)) return fromThimble(readThimble(bytes));
    if (isTflite(bytes)) return verifyGraph(fromTflite(readTflite(bytes), file), 'import');
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
    throw new CompileError({
      code: 'malformed-model',
      message: error.message,
      where: file,
      hint: 'the file is damaged or cut short; export or download it again',
    });
  }
  throw new CompileError({
    code: 'unknown-format',
    message: 'the file is neither a .tflite nor a .thimble model',
    where: file,
    hint: looksLikeOnnx(bytes)
      ? 'it looks like ONNX: convert it to .tflite first'
      : 'give a model that was exported to .tflite, or a .thimble file that thimble wrote',
  });
}

// ONNX is a protobuf whose first field (ir_version) is a small varint.
function looksLikeOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1]! > 0 && bytes[1]! < 20 && bytes[2] === 0x12;
}
