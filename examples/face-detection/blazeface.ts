import type { Rectangle } from './photo.ts';

/** A face: where, and how sure (0 to 1). Coordinates are fractions of the square input. */
export interface Face extends Rectangle {
  readonly score: number;
}

const SIZE = 128;

/** Cells of the two feature maps and anchors in each (MediaPipe's face_detection_short_range). */
const GRIDS = [
  { cells: 16, anchors: 2 },
  { cells: 8, anchors: 6 },
];

/**
 * Faces in the model's outputs: regressors [896, 16] (centre, size and six points, in pixels from
 * the anchor) and classificators [896] (logits). Overlapping boxes are averaged by their scores
 * (Bazarevsky et al., "BlazeFace", 2019, section 4.4).
 */
export function decodeFaces(
  regressors: Float32Array,
  logits: Float32Array,
  threshold = 0.6,
): Face[] {
  const candidates = anchors()
    .map(([x, y], i): Face => {
      const box = regressors.subarray(i * 16, i * 16 + 4);
      return {
        x: x + box[0]! / SIZE,
        y: y + box[1]! / SIZE,
        w: box[2]! / SIZE,
        h: box[3]! / SIZE,
        score: 1 / (1 + Math.exp(-logits[i]!)),
      };
    })
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score);
  const faces: Face[] = [];
  let rest = candidates;
  while (rest.length > 0) {
    const best = rest[0]!;
    const same = rest.filter((face) => overlap(face, best) > 0.3);
    rest = rest.filter((face) => !same.includes(face));
    faces.push({ ...average(same), score: best.score });
  }
  return faces;
}

function anchors(): [number, number][] {
  return GRIDS.flatMap(({ cells, anchors }) =>
    Array.from({ length: cells * cells * anchors }, (_, i): [number, number] => {
      const cell = Math.floor(i / anchors);
      return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
    }),
  );
}

function overlap(a: Rectangle, b: Rectangle): number {
  const along = (p: number, u: number, q: number, v: number) =>
    Math.max(0, Math.min(p + u / 2, q + v / 2) - Math.max(p - u / 2, q - v / 2));
  const common = along(a.x, a.w, b.x, b.w) * along(a.y, a.h, b.y, b.h);
  return common / (a.w * a.h + b.w * b.h - common);
}

function average(faces: readonly Face[]): Rectangle {
  const total = faces.reduce((sum, { score }) => sum + score, 0);
  const of = (key: 'x' | 'y' | 'w' | 'h') =>
    faces.reduce((sum, face) => sum + face[key] * face.score, 0) / total;
  return { x: of('x'), y: of('y'), w: of('w'), h: of('h') };
}
