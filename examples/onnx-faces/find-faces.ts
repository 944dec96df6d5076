/**
 * A face detector as PyTorch exported it to ONNX, in the firmware of a board whose RAM does not hold
 * its input and a copy: YuNet (ShiqiYu/libfacedetection.train, Apache-2.0) takes pixels as a camera
 * gives them, line by line, in int8, calibrated on some photographs and run on others, under QEMU.
 *
 *   npx tsx examples/onnx-faces/find-faces.ts yunet_n_320.onnx
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  execute,
  Interpreter,
  linkedFootprint,
  loadBoard,
  loadModel,
  quantizeGraph,
} from '../../src/index.ts';
import type { Graph, Program } from '../../src/index.ts';
import { tensorOf } from '../../src/ir/graph.ts';
import { byteLength, perTensor } from '../../src/ir/types.ts';
import { numbers, valueFromBytes } from '../../src/ir/values.ts';
import { planPicture } from '../../src/preprocess/picture-plan.ts';
import { pictureTensor } from '../../src/preprocess/picture-tensor.ts';
import { preprocessSettings } from '../../src/preprocess/settings.ts';
import { formatTable } from '../../src/report/table.ts';
import { firstDifference, formatSize } from '../../src/support/bytes.ts';
import { readPicture } from '../../src/workflow/read-picture.ts';
import { drawBoxes, readJpeg, writePng } from '../face-detection/photo.ts';
import { decodeFaces, overlap } from './yunet.ts';
import type { Face } from './yunet.ts';

const BOARD = loadBoard('stm32f746-discovery');
/** A face is one that is surer than this. */
const THRESHOLD = 0.6;
/** YuNet was trained on levels as they are, blue first. */
const SETTINGS = preprocessSettings.parse({ channels: 'bgr', fit: 'contain', mean: 0, std: 1 });

/** What was found in a photograph: by the firmware, and by the float model. */
export interface Found {
  readonly faces: readonly Face[];
  readonly floatFaces: readonly Face[];
  /** Whether the firmware gave every byte of the reference interpreter. */
  readonly exact: boolean;
}

export interface FaceRun {
  readonly found: readonly Found[];
  readonly program: Program;
  readonly flashBytes: number;
  /** Bytes of RAM that the firmware takes, its stack as painted. */
  readonly ramBytes: number;
}

/** The photographs that an npm package ships, 1 to 6. */
export function photoFile(i: number): string {
  const folder = '../../node_modules/@vladmandic/face-api/demo/';
  return fileURLToPath(new URL(`${folder}sample${i}.jpg`, import.meta.url));
}

/**
 * Quantizes the detector in an ONNX file with some photographs, and finds the faces of others (both
 * are names of files) in its firmware under QEMU. Throws CompileError where one of them cannot be read.
 */
export async function findFaces(
  file: string,
  calibration: readonly string[],
  photos: readonly string[],
): Promise<FaceRun> {
  const model = await loadModel(file, undefined, { inputLayout: 'nhwc' });
  const inputsOf = async (graph: Graph, files: readonly string[]) => {
    const plan = planPicture(graph, SETTINGS);
    return Promise.all(files.map(async (each) => pictureTensor(await readPicture(each), plan)));
  };
  const known = await inputsOf(model.graph, calibration);
  const graph = quantizeGraph(model.graph, known, { method: 'mse', io: 'int8' });
  const vectors = await inputsOf(graph, photos);
  const { program, built, outcome } = await execute({
    ...{ model: { ...model, name: 'yunet', graph }, board: BOARD, where: 'qemu', vectors },
    options: { fed: true },
  });
  const [reference, float] = [new Interpreter(graph), new Interpreter(model.graph)];
  const floatInputs = await inputsOf(model.graph, photos);
  const found = outcome.outputs.map((output, i) => ({
    faces: facesIn(graph, output),
    floatFaces: facesIn(model.graph, float.runBytes(floatInputs[i]!)),
    exact: firstDifference(output, reference.runBytes(vectors[i]!)) === -1,
  }));
  const { flash, ram } = linkedFootprint(program, built!, outcome.stackBytes);
  return { found, program, flashBytes: flash.total, ramBytes: ram.total };
}

// The outputs lie one after another, in the model's order.
function facesIn(graph: Graph, bytes: Uint8Array): Face[] {
  let at = 0;
  const outputs = graph.outputs.map((id): [string, number[]] => {
    const tensor = tensorOf(graph, id);
    const { scale, zeroPoint } = perTensor(tensor);
    const value = valueFromBytes(tensor, bytes.subarray(at, (at += byteLength(tensor))));
    return [tensor.name, numbers(value).map((stored) => (stored - zeroPoint) * scale)];
  });
  return decodeFaces(new Map(outputs), THRESHOLD);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file] = process.argv.slice(2);
  if (file === undefined)
    throw new Error('which model? npx tsx examples/onnx-faces/find-faces.ts yunet_n_320.onnx');
  const shown = [1, 6];
  const { found, program, ...run } = await findFaces(
    file,
    [2, 3, 4, 5].map(photoFile),
    shown.map(photoFile),
  );
  const output = fileURLToPath(new URL('../../out/onnx-faces/', import.meta.url));
  mkdirSync(output, { recursive: true });
  found.forEach(({ faces, floatFaces }, i) => {
    const photo = photoFile(shown[i]!);
    const picture = `${output}faces${shown[i]}.png`;
    writePng(picture, drawBoxes(readJpeg(photo), faces, 960));
    console.log(formatTable(rowsOf(faces, floatFaces)).join('\n'));
    console.log(`in ${photo}: ${picture}\n`);
  });
  const exact = found.every((each) => each.exact);
  console.log(
    `firmware on ${BOARD.title}: ${exact ? 'every byte equal to the reference' : 'NOT what the reference gives'}`,
  );
  console.log(
    `pixels of ${formatSize(program.library.inputBytes)}, ${formatSize(run.ramBytes)} of RAM, ${formatSize(run.flashBytes)} of flash`,
  );
  if (!exact) process.exitCode = 1;
}

function rowsOf(faces: readonly Face[], floatFaces: readonly Face[]): string[][] {
  return [
    ['face', 'score', 'centre', 'size', 'float score', 'overlap'],
    ...faces.map((face, i) => {
      const [other] = [...floatFaces].sort((a, b) => overlap(b, face) - overlap(a, face));
      const pair = (a: number, b: number) => `${a.toFixed(2)}, ${b.toFixed(2)}`;
      return [
        ...[String(i + 1), face.score.toFixed(2), pair(face.x, face.y), pair(face.w, face.h)],
        ...(other ? [other.score.toFixed(2), overlap(face, other).toFixed(2)] : ['-', '-']),
      ];
    }),
  ];
}
