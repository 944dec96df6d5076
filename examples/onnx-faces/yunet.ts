import type { Rectangle } from '../face-detection/photo.ts';

/** A face: where, in fractions of the square input, and how sure (0 to 1). */
export interface Face extends Rectangle {
  readonly score: number;
}

/** Pixels of the input along a side. */
const SIZE = 320;
/** Pixels between the cells of the three maps. */
const STRIDES = [8, 16, 32];
/** How much of two boxes' union may be common before they are one face: nms_thr of YuNet's own configuration. */
const MOST_COMMON = 0.45;

/**
 * Faces in YuNet's outputs, by their names in the file, the surest first: of each cell whether it is a
 * face (cls), whether one is there (obj), and its box (bbox), whose centre is in strides from the cell
 * and whose size is a logarithm of strides (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face
 * Detector", 2023, section 3). Of boxes that are mostly one, the surest stays.
 */
export function decodeFaces(
  outputs: ReadonlyMap<string, readonly number[]>,
  threshold: number,
): Face[] {
  const candidates = STRIDES.flatMap((stride) => {
    const [cls, obj, bbox] = ['cls', 'obj', 'bbox'].map((kind) =>
      outputs.get(`${kind}_${stride}`),
    ) as [number[], number[], number[]];
    const cells = SIZE / stride;
    return cls.flatMap((isFace, i): Face | [] => {
      const score = Math.sqrt(isFace * obj[i]!);
      if (score < threshold) return [];
      const [x, y, w, h] = bbox.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      const [column, row] = [i % cells, Math.floor(i / cells)];
      const centre = { x: (column + x) / cells, y: (row + y) / cells };
      return { score, ...centre, w: Math.exp(w) / cells, h: Math.exp(h) / cells };
    });
  });
  const faces: Face[] = [];
  for (const face of candidates.sort((a, b) => b.score - a.score))
    if (faces.every((other) => overlap(face, other) <= MOST_COMMON)) faces.push(face);
  return faces;
}

/** How much of what two boxes cover they have in common: 1 for the same box, 0 for boxes apart. */
export function overlap(a: Rectangle, b: Rectangle): number {
  const along = (p: number, u: number, q: number, v: number) =>
    Math.max(0, Math.min(p + u / 2, q + v / 2) - Math.max(p - u / 2, q - v / 2));
  const common = along(a.x, a.w, b.x, b.w) * along(a.y, a.h, b.y, b.h);
  return common / (a.w * a.h + b.w * b.h - common);
}
