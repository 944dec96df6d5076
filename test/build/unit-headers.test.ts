import { expect, it } from 'vitest';
import { readTemplate } from '../../src/codegen/render.ts';
import { filesOf } from '../../src/codegen/units.ts';
import { allUnits } from '../../src/ops/index.ts';

/** Written with every library. */
const ALWAYS = ['nn.h', 'nn_kernels.h', 'nn_names.h'];

// The runtime's headers that a text includes, and those that they include.
function includedBy(text: string, known = new Set<string>()): Set<string> {
  for (const [, header = ''] of text.matchAll(/#include "(.*)"/g)) {
    if (known.has(header) || ALWAYS.includes(header)) continue;
    known.add(header);
    includedBy(readTemplate(`runtime/${header}`), known);
  }
  return known;
}

// An assembly file without a twin has what its family includes.
const units = allUnits().filter(({ language, twin }) => language === 'c' || twin !== undefined);

it.each(units.map((unit) => [unit.name, unit] as const))(
  '%s includes the headers that are written beside it, and no others',
  (_, unit) => {
    const texts = filesOf(unit).map(([, text]) => text);
    const included = [...includedBy(texts.join('\n'))];
    expect(included.sort()).toEqual([...new Set(unit.headers)].sort());
  },
);
