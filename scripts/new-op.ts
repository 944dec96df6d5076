// The files of a new operator, and its lines in the lists: npm run new-op -- NAME FAMILY
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { opFiles } from './new-op-files.ts';

/** Adds an operator of one float operand that copies it: the start of any other. Returns its files. */
export function newOp(root: string, name: string, family: string): string[] {
  const wrong = [name, family].find((word) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(word));
  if (wrong !== undefined) throw new Error(`"${wrong}" is no name: write words_like_this`);
  const files = Object.entries(opFiles(name, family));
  const taken = files.find(([file]) => existsSync(path.join(root, file)));
  if (taken) throw new Error(`${taken[0]} is there already`);
  const kebab = name.replaceAll('_', '-');
  const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  insert(path.join(root, 'src/ops/index.ts'), [
    [/^import type \{ Op \}/m, `import { ${camel} } from './${family}/${kebab}.ts';\n`],
    [/^\] as readonly Op\[\];/m, `  ${camel},\n`],
  ]);
  insert(path.join(root, 'test/ops/makers.ts'), [
    [/^import \* as shape/m, `import { ${camel} } from './${kebab}.cases.ts';\n`],
    [/^\};/m, `  ${name === camel ? name : `${name}: ${camel}`},\n`],
  ]);
  for (const [file, text] of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return files.map(([file]) => file);
}

// Puts each text before the place that its pattern finds.
function insert(file: string, texts: readonly (readonly [RegExp, string])[]): void {
  const text = texts.reduce(
    (whole, [before, line]) => {
      if (!before.test(whole)) throw new Error(`${file} has no line like ${before.source}`);
      return whole.replace(before, (found) => line + found);
    },
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, family] = process.argv.slice(2);
  if (!name || !family) throw new Error('npm run new-op -- NAME FAMILY (elu activation)');
  const root = fileURLToPath(new URL('../', import.meta.url));
  console.log(`${newOp(root, name, family).join('\n')}\nNext: CONTRIBUTING.md, "An operator"`);
}
