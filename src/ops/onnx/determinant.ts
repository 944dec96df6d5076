import { Unsupported } from '../op.ts';
import { Algebra } from './algebra.ts';
import type { OnnxCall, OnnxReaders } from './call.ts';
import { cut } from './movement.ts';
import type { OnnxValue } from './value.ts';

export const DETERMINANT_READERS: OnnxReaders = { Det: readDeterminant };

/** Each row more doubles the operations. */
const MOST_ROWS = 6;

/** x [.., n, n] -> [..]: Laplace's expansion, with the minors of the same columns computed once. */
function readDeterminant(call: OnnxCall): readonly OnnxValue[] {
  const x = call.input(0);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  if (x.rank < 2 || rows !== columns || rows < 1 || rows > MOST_ROWS)
    throw new Unsupported(
      `its matrices are [${x.shape.slice(-2).join(',')}]; squares of up to ${MOST_ROWS} rows are supported`,
    );
  const m = new Algebra(call.emitter);
  const element = (row: number, column: number) =>
    cut(x, [
      { axis: x.rank - 2, start: row, step: 1, count: 1 },
      { axis: x.rank - 1, start: column, step: 1, count: 1 },
    ]);
  const minors = new Map<string, OnnxValue>();
  // Of the last rows, as many as there are columns.
  const minor = (of: readonly number[]): OnnxValue => {
    const known = minors.get(of.join());
    if (known) return known;
    const row = rows - of.length;
    const terms = of.map((column) => {
      const others = of.filter((each) => each !== column);
      return others.length === 0
        ? element(row, column)
        : m.mul(element(row, column), minor(others));
    });
    const made = terms.reduce((sum, term, i) =>
      i % 2 === 0 ? m.add(sum, term) : m.sub(sum, term),
    );
    minors.set(of.join(), made);
    return made;
  };
  return [minor(m.count(rows)).reshaped(x.shape.slice(0, -2))];
}
