import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Files that take a minute or more: begun first, so that none of them is left running alone at the end. */
const LONG = [
  ...['ops/ops', 'build/matrix', 'models/goldens', 'cli/', 'models/', 'build/', 'new-op'],
  ...['tools/', 'passes/', 'encode/', 'ops/', 'fuzz/'],
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.includes(`/test/${name}`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
