import type { OnnxModel } from '../../formats/onnx/records.ts';
import { CompileError } from '../../support/diagnostics.ts';

/** Versions of ONNX's operators that are read. */
const [OLDEST, NEWEST] = [1, 27];

/** The version of ONNX's own operators that a model asks for. Throws CompileError where it is not read. */
export function readableOpset({ opsets }: OnnxModel, file: string): number {
  const version = opsets.get('') ?? 1;
  if (version >= OLDEST && version <= NEWEST) return version;
  throw new CompileError({
    code: 'unsupported-operator',
    message: `the model is in operator set ${version}; thimble reads ${OLDEST} to ${NEWEST}`,
    where: file,
    hint:
      version < OLDEST
        ? 'convert it with onnx.version_converter, or export it again'
        : 'export it with an older operator set (opset_version=17)',
  });
}
