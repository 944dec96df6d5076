import type { TfliteModel, TfliteTensor } from '../formats/tflite/records.ts';
import type { ReadBeside } from '../formats/onnx/records.ts';
import { CompileError } from '../support/diagnostics.ts';

/** The order of an input's axes: the file's, or [n, y, x, c], which files of other formats have anyway. */
export type InputLayout = 'file' | 'nhwc';

/** How a model file is read. */
export interface ImportOptions {
  /** Take a model, too, that reads nothing or gives nothing: one of constants. */
  readonly allowVacuous?: boolean;
  /** Shapes of inputs, by name, where the file leaves sizes open. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Inputs that become constants, by name: their elements in order, little endian. ONNX only. */
  readonly freeze?: ReadonlyMap<string, Uint8Array>;
  /** Inputs that are, by name, the outputs of the inference before: states of the model. */
  readonly states?: readonly (readonly [input: string, output: string])[];
  /** How inputs of four axes are given: 'nhwc' as [n, y, x, c] where ONNX has [n, c, y, x]; 'file' is the default. */
  readonly inputLayout?: InputLayout;
  /** Reads constants that lie in files beside the model. */
  readonly beside?: ReadBeside;
  /** Called with what the user should know and what is no error. */
  readonly onNote?: (text: string) => void;
}

/** A sentence for each input whose sizes the file leaves open, and which sizes it gets. */
export function openShapes({ inputs }: TfliteModel): string[] {
  return inputs
    .filter(({ signature }) => signature.includes(-1))
    .map(({ name, shape, signature }) => {
      const sizes = `${name}=${shape.join('x')}`;
      return `the input "${name}" leaves sizes open, [${signature.join(',')}]; it is taken as [${shape.join(',')}] (--shape ${sizes} sets them)`;
    });
}

/** The model with the shapes that the user gave to its inputs. Throws CompileError. */
export function withShapes(
  model: TfliteModel,
  file: string,
  { shapes = new Map<string, readonly number[]>() }: ImportOptions,
): TfliteModel {
  for (const name of shapes.keys()) {
    if (!model.inputs.some((input) => input.name === name))
      throw badShape(file, `the model has no input "${name}"`, model.inputs);
  }
  const resized = new Map<TfliteTensor, TfliteTensor>();
  for (const input of model.inputs) {
    const shape = shapes.get(input.name);
    if (!shape || shape.join() === input.shape.join()) continue;
    const { signature } = input;
    const fits =
      shape.length === signature.length && shape.every((n, i) => [-1, n].includes(signature[i]!));
    if (!fits) {
      const message = `[${shape.join(',')}] does not fit the input "${input.name}", [${signature.join(',')}]`;
      throw badShape(file, message, model.inputs);
    }
    resized.set(input, { ...input, shape, signature: shape });
  }
  if (resized.size === 0) return model;
  const of = (tensor: TfliteTensor) => resized.get(tensor) ?? tensor;
  return {
    tensors: model.tensors.map(of),
    operators: model.operators.map((operator) => ({
      ...operator,
      inputs: operator.inputs.map((tensor) => tensor && of(tensor)),
      outputs: operator.outputs.map(of),
    })),
    inputs: model.inputs.map(of),
    outputs: model.outputs.map(of),
  };
}

function badShape(file: string, message: string, inputs: readonly TfliteTensor[]): CompileError {
  const open = inputs.map(({ name, signature }) => `"${name}" [${signature.join(',')}]`);
  return new CompileError({
    code: 'bad-option',
    message: `--shape: ${message}`,
    where: file,
    notes: [`its inputs: ${open.join(', ')}`],
    hint: 'a size that the file gives cannot be changed; one that it leaves open (-1) can',
  });
}
