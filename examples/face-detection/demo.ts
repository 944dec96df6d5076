/**
 * A real detector on a real photograph: BlazeFace (float16 weights) quantized to int8, compiled for
 * an STM32H753, built, run under QEMU, and compared byte for byte with the reference interpreter.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  execute,
  Interpreter,
  linkedFootprint,
  loadBoard,
  loadModel,
  makeReport,
  quantizeGraph,
  toThimble,
  VERSION,
  writeThimble,
} from '../../src/index.ts';
import { formatCount, formatTable } from '../../src/report/table.ts';
import { firstDifference, formatSize } from '../../src/support/bytes.ts';
import { decodeFaces } from './blazeface.ts';
import type { Face } from './blazeface.ts';
import { drawBoxes, readJpeg, toTensor, writePng } from './photo.ts';

const OUTPUT = fileURLToPath(new URL('../../out/demo/', import.meta.url));
const MODEL = fileURLToPath(
  import.meta.resolve('@mediapipe/face_detection/face_detection_short_range.tflite'),
);
const photoFile = (i: number) =>
  fileURLToPath(
    new URL(`../../node_modules/@vladmandic/face-api/demo/sample${i}.jpg`, import.meta.url),
  );

/** Logits run to -487, but only those near 0 decide: this range keeps them apart. */
const RANGES = new Map([['classificators', { low: -16, high: 8 }]]);
const SIZE = 128;

const started = performance.now();
const say = (text: string) => console.log(text);
const board = loadBoard('nucleo-h753zi');

say('reading the model and six photographs');
const model = await loadModel(MODEL);
const photos = [1, 2, 3, 4, 5, 6].map((i) => readJpeg(photoFile(i)));
const inputs = photos.map((photo) => new Uint8Array(toTensor(photo, SIZE).buffer));

say('quantizing to int8 (mse, calibrated on the photographs)');
const float = model.graph;
const graph = quantizeGraph(float, inputs, { method: 'mse', io: 'float', ranges: RANGES });
const file = writeThimble(toThimble(graph, `thimble ${VERSION}`));

say(`compiling for ${board.title}, building, running under QEMU`);
const quantized = { ...model, name: 'blazeface', graph, bytes: file };
const run = await execute({ model: quantized, board, where: 'qemu', vectors: inputs });
const bench = await execute({
  model: quantized,
  board,
  where: 'qemu',
  vectors: inputs.slice(0, 1),
  instrument: 'bench',
});

const reference = new Interpreter(run.program.graph);
const exact = inputs.every(
  (input, i) => firstDifference(run.outcome.outputs[i]!, reference.runBytes(input)) === -1,
);
if (!exact) throw new Error('the firmware differs from the reference interpreter');

const floatReference = new Interpreter(float);
const faces = facesIn(run.outcome.outputs[0]!);
const floatFaces = facesIn(floatReference.runBytes(inputs[0]!));
const footprint = linkedFootprint(run.program, run.built!, run.outcome.stackBytes);
const report = makeReport({ program: run.program, board, basis: 'linked', footprint, fits: true });

mkdirSync(OUTPUT, { recursive: true });
writePng(`${OUTPUT}faces.png`, drawBoxes(photos[0]!, faces, 960));
writeFileSync(`${OUTPUT}blazeface.thimble`, file);
writeFileSync(`${OUTPUT}report.json`, `${JSON.stringify(report, null, 2)}\n`);

say('');
const table = formatTable([
  ['face', 'score', 'centre', 'float score', 'float centre', 'distance'],
  ...faces.map((face, i) => rowOf(face, nearest(face, floatFaces), i)),
]);
say(table.join('\n'));
say('');
say(`firmware against reference   ${inputs.length} photographs, every byte equal`);
say(
  `largest score difference     ${largestDifference().toFixed(3)} from the float model, over all faces of all photographs`,
);
say(
  `flash                        ${formatSize(report.flash.total)} (weights ${formatSize(report.flash.weights)}; the float16 file has ${formatSize(model.bytes.length)})`,
);
say(
  `RAM                          ${formatSize(report.ram.total)} (arena ${formatSize(report.ram.arena)}, stack ${report.ram.stack} B)`,
);
say(
  `instructions per inference   ${formatCount(bench.outcome.instructions!)} for ${formatCount(report.macs)} MACs`,
);
say(`picture                      ${OUTPUT}faces.png`);
say(`took                         ${((performance.now() - started) / 1000).toFixed(1)} s`);

function facesIn(output: Uint8Array, threshold = 0.6): Face[] {
  const values = new Float32Array(output.slice().buffer);
  return decodeFaces(values.subarray(0, 896 * 16), values.subarray(896 * 16), threshold);
}

function nearest(face: Face, others: readonly Face[]): Face | undefined {
  return [...others].sort((a, b) => distance(a, face) - distance(b, face))[0];
}

function distance(a: Face, b: Face): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function rowOf(face: Face, other: Face | undefined, i: number): string[] {
  const at = (f: Face) => `${f.x.toFixed(2)}, ${f.y.toFixed(2)}`;
  const known = other
    ? [other.score.toFixed(2), at(other), distance(face, other).toFixed(3)]
    : ['-', '-', '-'];
  return [String(i + 1), face.score.toFixed(2), at(face), ...known];
}

function largestDifference(): number {
  return Math.max(
    ...inputs.flatMap((input, i) => {
      const exactFaces = facesIn(floatReference.runBytes(input));
      const found = facesIn(run.outcome.outputs[i]!, 0.3);
      return exactFaces.map((face) => Math.abs(face.score - (nearest(face, found)?.score ?? 0)));
    }),
  );
}
