import { tensorOf } from '../ir/graph.ts';
import { formatType } from '../ir/types.ts';
import type { DType, Graph, Tensor } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';

/** Frames of features, as a model's input has them. */
export interface SoundShape {
  readonly frames: number;
  readonly features: number;
  /** Whether all frames of a feature follow each other: [features, frames]. */
  readonly timeLast: boolean;
  readonly dtype: DType;
}

/** The only input of a model, and the frames of so many features that it holds. Throws where it holds none. */
export function soundInput(graph: Graph, features: number): [Tensor, SoundShape] {
  const [tensor, ...others] = graph.inputs.map((id) => tensorOf(graph, id));
  const shape = tensor && others.length === 0 && isStored(tensor) && shapeOf(tensor, features);
  if (shape) return [tensor, shape];
  const inputs = graph.inputs.map((id) => formatType(tensorOf(graph, id))).join(' and ');
  throw new CompileError({
    code: 'bad-preprocess',
    message: `the model takes ${inputs}, which is no sound of ${features} features a frame`,
    where: 'preprocess.sound',
    hint: '"mels", or "coefficients" where it is given, is the number of features: the input is [frames, features], [features, frames] or both in one',
  });
}

function shapeOf(tensor: Tensor, features: number): SoundShape | undefined {
  const [a = 1, b, ...more] = tensor.shape.filter((size) => size !== 1);
  const of = (frames: number, timeLast: boolean) => ({
    ...{ frames, features, timeLast, dtype: tensor.dtype },
  });
  if (more.length > 0) return undefined;
  if (b === undefined) return a % features === 0 ? of(a / features, false) : undefined;
  if (b === features) return of(a, false);
  return a === features ? of(b, true) : undefined;
}

function isStored({ dtype, quant }: Tensor): boolean {
  const isSmall = dtype === 'int8' || dtype === 'uint8' || dtype === 'int16';
  return dtype === 'float32' || (isSmall && quant !== undefined);
}
