import { tensorOf } from '../ir/graph.ts';
import { formatType, perTensor, storedRange } from '../ir/types.ts';
import type { DType, Graph, Tensor } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';
import { roundHalfAway } from '../support/fixed-point.ts';
import type { Crop, Fit, Size } from './geometry.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { PreprocessSettings } from './settings.ts';

/** How a picture becomes the bytes of one model's input: in whole numbers, as the generated C does it. */
export interface PicturePlan extends Size {
  readonly fit: Fit;
  readonly crop: Crop;
  readonly background: number;
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** Whether a plane of each channel follows the other: [1, c, y, x]. */
  readonly planar: boolean;
  readonly dtype: DType;
  /** Of each channel: what the levels 0 to 255 are in the input, as stored. */
  readonly tables: readonly (readonly number[])[];
}

/** Throws CompileError where the model takes no picture, or where nothing says what its values mean. */
export function planPicture(graph: Graph, given?: PreprocessSettings): PicturePlan {
  const settings = given ?? DEFAULT_SETTINGS;
  const [tensor, shape] = pictureInput(graph);
  const channels = settings.channels ?? (shape.channels === 1 ? 'grey' : 'rgb');
  if ((channels === 'grey' ? 1 : 3) !== shape.channels)
    throw badPreprocess(
      `"channels": "${channels}" does not suit ${formatType(tensor)}, which has ${shape.channels}`,
    );
  const { mean, std } = valuesOf(tensor, shape.channels, settings);
  const tables = mean.map((each, c) =>
    Array.from({ length: 256 }, (_, level) => store(tensor, (level - each) / std[c]!)),
  );
  const { width, height, planar } = shape;
  const { fit, background } = settings;
  const [{ dtype }, crop] = [tensor, cropOf(settings.crop)];
  return { ...{ width, height, fit, crop, background, channels, planar, dtype, tables } };
}

interface PictureShape extends Size {
  readonly channels: 1 | 3;
  readonly planar: boolean;
}

// The only input: [1, y, x, c] as TFLite has it, [1, c, y, x] as ONNX does, or [1, y, x].
function pictureInput(graph: Graph): [Tensor, PictureShape] {
  const [tensor, ...others] = graph.inputs.map((id) => tensorOf(graph, id));
  const shape = tensor && others.length === 0 && isStored(tensor) && pictureShape(tensor.shape);
  if (shape) return [tensor, shape];
  const inputs = graph.inputs.map((id) => formatType(tensorOf(graph, id))).join(' and ');
  throw badPreprocess(
    `the model takes ${inputs}, which is no picture`,
    'pictures suit one input [1, height, width, 1 or 3], [1, 1 or 3, height, width] or [1, height, width]; give raw tensor bytes (*.in.bin) instead',
  );
}

function pictureShape([batch, a, b, c = 1, ...more]: readonly number[]): PictureShape | undefined {
  if (batch !== 1 || a === undefined || b === undefined || more.length > 0) return undefined;
  if (isChannels(c)) return { height: a, width: b, channels: c, planar: false };
  return isChannels(a) ? { channels: a, height: b, width: c, planar: true } : undefined;
}

function isChannels(size: number): size is 1 | 3 {
  return size === 1 || size === 3;
}

function isStored({ dtype, quant }: Tensor): boolean {
  return dtype === 'float32' || ((dtype === 'int8' || dtype === 'uint8') && quant !== undefined);
}

function valuesOf(tensor: Tensor, channels: number, { mean, std }: PreprocessSettings) {
  const told = mean ?? std;
  const known = told === undefined ? fromQuantization(tensor) : { mean: mean ?? 0, std: std ?? 1 };
  const [means, stds] = [spread(known.mean, channels), spread(known.std, channels)];
  if (means && stds) return { mean: means, std: stds };
  throw badPreprocess(`"mean" and "std" are one number, or ${channels}: one for each channel`);
}

function spread(value: number | readonly number[], channels: number): number[] | undefined {
  if (typeof value === 'number') return Array.from({ length: channels }, () => value);
  return value.length === channels ? [...value] : undefined;
}

/** What pictures usually are: the range of the input, and what makes it of the levels 0 to 255. */
const USUAL = [
  { low: -1, high: 1, mean: 127.5, std: 127.5 },
  { low: 0, high: 1, mean: 0, std: 255 },
  { low: 0, high: 255, mean: 0, std: 1 },
  { low: -128, high: 127, mean: 128, std: 1 },
];

// The range of a quantized input tells what it was trained on, where it is a usual one but for a step.
function fromQuantization(tensor: Tensor): { mean: number; std: number } {
  if (tensor.quant) {
    const { scale, zeroPoint } = perTensor(tensor);
    const [low, high] = storedRange(tensor.dtype).map((x) => (x - zeroPoint) * scale);
    const near = (a: number, b: number) => Math.abs(a - b) <= 1.01 * scale;
    const found = USUAL.find((usual) => near(low!, usual.low) && near(high!, usual.high));
    if (found) return found;
    throw noPreprocess(
      `the input's values from ${low!.toPrecision(4)} to ${high!.toPrecision(4)} do not tell how pixels become them`,
    );
  }
  throw noPreprocess('a float input does not tell how pixels become its values');
}

// As TFLite quantizes an input: reference_ops::AffineQuantize, rounded half away from zero.
function store(tensor: Tensor, real: number): number {
  if (tensor.dtype === 'float32') return Math.fround(real);
  const { scale, zeroPoint } = perTensor(tensor);
  const [least, most] = storedRange(tensor.dtype);
  return Math.min(Math.max(roundHalfAway(real / scale) + zeroPoint, least), most);
}

function cropOf(crop: PreprocessSettings['crop']): Crop {
  const margin = typeof crop === 'number' ? (1 - crop) / 2 : 0;
  const shares =
    typeof crop === 'number' ? { left: margin, top: margin, width: crop, height: crop } : crop;
  const { left, top, width, height } = shares;
  const [l, t, w, h] = [left, top, width, height].map((share) => Math.round(share * 65536));
  return { left: l!, top: t!, width: w!, height: h! };
}

const EXAMPLE =
  'say it in thimble.config.json: "preprocess": { "mean": 127.5, "std": 127.5 } makes -1 to 1 of the pixels, "std": 255 makes 0 to 1';

function noPreprocess(message: string): CompileError {
  return new CompileError({ code: 'no-preprocess', message, where: 'preprocess', hint: EXAMPLE });
}

function badPreprocess(message: string, hint = EXAMPLE): CompileError {
  return new CompileError({ code: 'bad-preprocess', message, where: 'preprocess', hint });
}
