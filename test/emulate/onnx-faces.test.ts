import { expect, it } from 'vitest';
import { findFaces, photoFile } from '../../examples/onnx-faces/find-faces.ts';
import { decodeFaces, overlap } from '../../examples/onnx-faces/yunet.ts';
import { hasOnnx, onnxFile } from '../support/onnx-goldens.ts';

/** Where the faces of the photograph are, as seen by eye: fractions of a square around it. */
const SEEN = [
  { x: 0.26, y: 0.41, w: 0.11, h: 0.14 },
  { x: 0.49, y: 0.45, w: 0.1, h: 0.12 },
  { x: 0.82, y: 0.33, w: 0.11, h: 0.12 },
];

it.skipIf(!hasOnnx)(
  'a detector from ONNX finds in firmware the faces that are seen, where its float model finds them',
  async () => {
    const run = await findFaces(onnxFile('yunet_n_320'), [2, 3].map(photoFile), [photoFile(1)]);
    const [{ faces, floatFaces, exact }] = run.found as [(typeof run.found)[0]];
    expect(exact).toBe(true);
    expect(faces).toHaveLength(SEEN.length);
    for (const [places, least] of [
      [SEEN, 0.5],
      [floatFaces, 0.75],
    ] as const) {
      expect(places).toHaveLength(SEEN.length);
      for (const place of places)
        expect(Math.max(...faces.map((face) => overlap(face, place)))).toBeGreaterThan(least);
    }
    // The input alone is 300 KB: it comes line by line.
    expect(run.ramBytes).toBeLessThan(320 * 1024);
    expect(run.program.library.fed).toBe(true);
  },
  240_000,
);

it('of boxes that are mostly one, the surest stays', () => {
  const maps = [1600, 400, 100].flatMap((cells, i): [string, number[]][] => {
    const stride = 8 << i;
    const zeros = (count: number) => Array<number>(count).fill(0);
    return ['cls', 'obj', 'bbox'].map((kind) => [
      `${kind}_${stride}`,
      zeros(kind === 'bbox' ? cells * 4 : cells),
    ]);
  });
  const outputs = new Map(maps);
  // Cells (2, 1) and (3, 1) of the map of 10 x 10, both of one face; another one at (8, 9).
  for (const [cell, cls, box] of [
    [12, 0.81, [0.5, 0.5, Math.log(2), 0]],
    [13, 1, [-0.5, 0.5, Math.log(2), 0]],
    [98, 0.64, [0, 0, 0, 0]],
  ] as const) {
    outputs.get('cls_32')![cell] = cls;
    outputs.get('obj_32')![cell] = 1;
    outputs.get('bbox_32')!.splice(4 * cell, 4, ...box);
  }
  const far = { score: 0.8, x: 0.8, y: 0.9, w: 0.1, h: 0.1 };
  expect(decodeFaces(outputs, 0.5)).toEqual([{ score: 1, x: 0.25, y: 0.15, w: 0.2, h: 0.1 }, far]);
  expect(decodeFaces(outputs, 0.85)).toHaveLength(1);
});
