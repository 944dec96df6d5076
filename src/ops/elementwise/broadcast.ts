import { product } from '../../support/bytes.ts';
import { Unsupported } from '../op.ts';

/** Nested loops over an output, with each operand's step along every loop (0: repeated). */
export interface Loops {
  readonly sizes: readonly number[];
  readonly steps: readonly (readonly number[])[];
}

/** The output's shape. Dimensions are aligned at the end; those of size 1 repeat (NumPy's rule). */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((s) => s !== 1) ?? 1;
    if (sizes.some((s) => s !== 1 && s !== size)) {
      throw new Unsupported(
        `its shapes ${shapes.map((s) => `[${s.join(',')}]`).join(' and ')} do not broadcast`,
      );
    }
    return size;
  });
}

/** As few loops as the shapes allow: neighbouring dimensions are merged where every operand can. */
export function broadcastLoops(
  output: readonly number[],
  shapes: readonly (readonly number[])[],
): Loops {
  const sizes: number[] = [];
  const steps: number[][] = shapes.map(() => []);
  const strides = shapes.map((shape) => alignedStrides(shape, output.length));
  output.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const merges = last >= 0 && strides.every((s, i) => steps[i]![last] === s[axis]! * size);
    if (merges) sizes[last]! *= size;
    else sizes.push(size);
    strides.forEach((s, i) => {
      if (merges) steps[i]![last] = s[axis]!;
      else steps[i]!.push(s[axis]!);
    });
  });
  return { sizes, steps };
}

/** Loops and steps filled up with leading ones to `rank`. */
export function padLoops({ sizes, steps }: Loops, rank: number): Loops {
  if (sizes.length > rank) throw new Unsupported('its operands broadcast in too many directions');
  const fill = (numbers: readonly number[], value: number) => [
    ...Array<number>(rank - numbers.length).fill(value),
    ...numbers,
  ];
  return { sizes: fill(sizes, 1), steps: steps.map((s) => fill(s, 0)) };
}

// Row-major strides, 0 along dimensions of size 1, for the last `rank` dimensions.
function alignedStrides(shape: readonly number[], rank: number): number[] {
  const strides = Array<number>(rank).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1) strides[axis + rank - shape.length] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Calls `visit` with the positions of the operands, in the order of the output. */
export function forEachBroadcast(
  loops: Loops,
  visit: (positions: number[], output: number) => void,
): void {
  const counters = loops.sizes.map(() => 0);
  const total = product(loops.sizes);
  const positions = loops.steps.map(() => 0);
  for (let output = 0; output < total; output++) {
    visit(positions, output);
    for (let loop = counters.length - 1; loop >= 0; loop--) {
      counters[loop]!++;
      loops.steps.forEach((steps, i) => (positions[i]! += steps[loop]!));
      if (counters[loop]! < loops.sizes[loop]!) break;
      loops.steps.forEach((steps, i) => (positions[i]! -= steps[loop]! * loops.sizes[loop]!));
      counters[loop] = 0;
    }
  }
}
