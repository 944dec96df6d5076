import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/interpret/interpret.ts';
import type { Graph } from '../../src/ir/types.ts';
import { typedNodes } from '../../src/ir/graph.ts';
import { byteLength } from '../../src/ir/types.ts';
import { axisCopies } from '../../src/ops/axis-copies.ts';
import { bytesOf, firstDifference } from '../../src/support/bytes.ts';
import { loadModel } from '../../src/workflow/load-model.ts';
import { judgeModel } from '../support/judge-model.ts';
import { hasOnnx, onnxFile, onnxGoldens, onnxModels } from '../support/onnx-goldens.ts';

/** Models whose outputs are floats, and how many of their cases are run: large ones take seconds each. */
const FLOAT: Readonly<Record<string, number>> = {
  ...{ ali_ad: 4, ali_ic: 4, ali_kws: 4, mnist_atmega: 4, mnist_opt_wonnx: 4, mnist_pytorch: 4 },
  ...{ st_mobilenetv2: 1, st_yamnet256: 1, ultraface_slim320: 1, yunet_n_320: 1, fastestdet: 1 },
};

// The tolerance of design/onnx.md, section 2: the spread of ONNX Runtime's own builds.
function expectNear(graph: Graph, output: Uint8Array, expected: Uint8Array): void {
  let at = 0;
  for (const id of graph.outputs) {
    const tensor = graph.tensors.get(id)!;
    const end = at + byteLength(tensor);
    const [found, wanted] = [output, expected].map(
      (bytes) => new Float32Array(bytes.slice(at, end).buffer),
    ) as [Float32Array, Float32Array];
    const most = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const worst = found.reduce((a, b, i) => Math.max(a, Math.abs(b - wanted[i]!)), 0);
    expect(worst, tensor.name).toBeLessThanOrEqual(1e-6 + 2e-5 * most);
    at = end;
  }
}

describe.skipIf(!hasOnnx)(
  'float models are as near to ONNX Runtime as its builds are to each other',
  () => {
    it.each(Object.entries(FLOAT))(
      '%s',
      async (name, cases) => {
        const { graph } = await loadModel(onnxFile(name));
        const interpreter = new Interpreter(graph);
        for (const { input, output } of onnxGoldens(name).slice(0, cases))
          expectNear(graph, interpreter.runBytes(input), output);
      },
      60_000,
    );
  },
);

/** Networks in 8 bits: four, each in the forms that quantizers write. */
const QUANTIZED = onnxModels().filter((name) => /_(qdq|qop)_/.test(name));

describe.skipIf(!hasOnnx)('8-bit models give every byte of ONNX Runtime', () => {
  it.each(QUANTIZED)(
    '%s',
    async (name) => {
      const { graph } = await loadModel(onnxFile(name));
      const interpreter = new Interpreter(graph);
      for (const { input, output } of onnxGoldens(name))
        expect(firstDifference(interpreter.runBytes(input), output)).toBe(-1);
    },
    60_000,
  );
});

describe.skipIf(!hasOnnx)('pictures as cameras give them', () => {
  it.each(['ali_ic_qop_u8_pc', 'ali_ic'])(
    '%s has the same outputs, and no copies',
    async (name) => {
      const { graph } = await loadModel(onnxFile(name), undefined, { inputLayout: 'nhwc' });
      expect(axisCopies(typedNodes(graph), graph.inputs)).toEqual([]);
      const planes = await loadModel(onnxFile(name));
      const [interpreter, ofPlanes] = [new Interpreter(graph), new Interpreter(planes.graph)];
      for (const { input } of onnxGoldens(name))
        expect(
          firstDifference(interpreter.runBytes(pixels(input, 3)), ofPlanes.runBytes(input)),
        ).toBe(-1);
    },
    60_000,
  );

  it(
    'every byte of the generated C is the reference’s',
    () => judgeModel(onnxFile('ali_ic_qop_u8_pc'), ['mps2-an386'], { inputLayout: 'nhwc' }),
    120_000,
  );
});

// Floats of planes, one after another, as pixels.
function pixels(planes: Uint8Array, channels: number): Uint8Array {
  const from = new Float32Array(planes.slice().buffer);
  const each = from.length / channels;
  return bytesOf(from.map((_, i) => from[(i % channels) * each + Math.floor(i / channels)]!));
}

describe.skipIf(!hasOnnx)('every byte of the generated C is the reference’s', () => {
  it.each([
    ...['ali_ad', 'ali_kws', 'mnist_atmega', 'mnist_opt_wonnx', 'mnist_pytorch'],
    ...['ali_kws_qdq_s8_pc', 'ali_kws_qdq_s8_pc_pow2', 'ali_ic_qop_u8_pc'],
  ])('%s', (name) => judgeModel(onnxFile(name), ['mps2-an386']), 120_000);
});
