import type { OnnxGraph, OnnxTensor, OnnxValueInfo } from '../../formats/onnx/records.ts';
import type { DType } from '../../support/dtypes.ts';
import { bytesPerElement } from '../../support/dtypes.ts';
import { isAbsurd } from '../../formats/tensor-limits.ts';
import { product } from '../../support/bytes.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { shorten } from '../../support/identifiers.ts';
import type { ImportOptions } from '../open-shapes.ts';

/** An input of the model, with a shape of numbers. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a graph's inputs are: those that the user gives (--freeze), and those without elements, are constants. */
export interface ModelInputs {
  readonly inputs: readonly ModelInput[];
  readonly frozen: readonly OnnxTensor[];
}

/**
 * The inputs that are no initializers. Sizes that the file leaves open are given by --shape; the first
 * of an input, the batch, is 1 otherwise. Throws CompileError with every input that cannot be.
 */
export function modelInputs(graph: OnnxGraph, file: string, options: ImportOptions): ModelInputs {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const declared = graph.inputs.filter(({ name }) => !constants.has(name));
  checkNames(declared, file, options);
  const problems: Diagnostic[] = [];
  const inputs: ModelInput[] = [];
  const frozen: OnnxTensor[] = [];
  for (const input of declared) {
    const result = resolve(input, options);
    if ('message' in result)
      problems.push({ code: 'unsupported-operator', where: file, ...result });
    else if ('data' in result) frozen.push(result);
    else if (product(result.shape) === 0) frozen.push({ ...result, data: new Uint8Array() });
    else inputs.push(result);
  }
  if (problems.length > 0) throw new CompileError(problems);
  const [empty] = frozen.filter(({ name }) => !options.freeze?.has(name));
  if (inputs.length === 0 && empty && !options.allowVacuous)
    throw new CompileError({ ...shapeProblem(empty), code: 'unsupported-operator', where: file });
  if (inputs.length === 0 && !options.allowVacuous)
    throw new CompileError({
      code: 'malformed-model',
      message: 'the model has no inputs',
      where: file,
      hint: 'export the model again; an input that --freeze gives is none',
    });
  return { inputs, frozen };
}

function resolve(
  input: OnnxValueInfo,
  options: ImportOptions,
): ModelInput | OnnxTensor | { message: string; hint: string } {
  const { name, dtype, typeName } = input;
  const shown = `its input "${shorten(name)}"`;
  if (!dtype)
    return {
      message: `${shown} has the type ${typeName}`,
      hint: 'export the model with float inputs',
    };
  const bytes = options.freeze?.get(name);
  if (bytes) return freeze(input, dtype, bytes, options);
  const shape = shapeOf(input, options);
  if (!shape) {
    const sizes = input.shape?.join('x') ?? '1x3x224x224';
    return {
      message: `${shown} leaves sizes open: [${input.shape?.join(',') ?? 'any number of them'}]`,
      hint: `set them, for example --shape ${name}=${sizes.replace(/[^\dx]+/g, '64')}`,
    };
  }
  return isAbsurd(shape) ? shapeProblem({ name, shape }) : { name, dtype, shape };
}

function shapeProblem({ name, shape }: Pick<ModelInput, 'name' | 'shape'>) {
  return {
    message: `its input "${shorten(name)}" has the shape [${shape.join(',')}]`,
    hint: 'give other sizes with --shape',
  };
}

function shapeOf(
  { name, shape }: OnnxValueInfo,
  { shapes, onNote }: ImportOptions,
): readonly number[] | undefined {
  const given = shapes?.get(name);
  if (given) return given;
  if (!shape) return undefined;
  const sizes = shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? 1 : NaN));
  if (sizes.some(Number.isNaN)) return undefined;
  if (typeof shape[0] === 'string') {
    onNote?.(
      `the input "${name}" leaves its first size open, [${shape.join(',')}]; it is taken as [${sizes.join(',')}] (--shape ${name}=${sizes.join('x')} sets it)`,
    );
  }
  return sizes;
}

// The bytes of a frozen input are those of its elements; one open size follows from their number.
function freeze(
  { name, shape = [] }: OnnxValueInfo,
  dtype: DType,
  data: Uint8Array,
  { shapes }: ImportOptions,
): OnnxTensor | { message: string; hint: string } {
  const count = data.length / bytesPerElement(dtype);
  const sizes = shapes?.get(name) ?? shape;
  const known = product(sizes.map((size) => (typeof size === 'number' ? size : 1)));
  const whole = sizes.map((size) => (typeof size === 'number' ? size : count / known));
  const open = sizes.filter((size) => typeof size !== 'number').length;
  if (open < 2 && product(whole) === count && whole.every(Number.isInteger))
    return { name, dtype, shape: whole, data };
  return {
    message: `--freeze gives ${data.length} bytes for "${name}", ${dtype} of [${shape.join(',')}]`,
    hint: 'give a file of the elements in order, little endian',
  };
}

function checkNames(
  inputs: readonly OnnxValueInfo[],
  file: string,
  { shapes, freeze }: ImportOptions,
): void {
  for (const [option, names] of [
    ['--shape', shapes?.keys() ?? []],
    ['--freeze', freeze?.keys() ?? []],
  ] as const) {
    for (const name of names) {
      if (inputs.some((input) => input.name === name)) continue;
      throw new CompileError({
        code: 'bad-option',
        message: `${option}: the model has no input "${name}"`,
        where: file,
        notes: [`its inputs: ${inputs.map((input) => `"${input.name}"`).join(', ')}`],
        hint: 'name one of the inputs',
      });
    }
  }
}
