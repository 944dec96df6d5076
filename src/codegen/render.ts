import ejs from 'ejs';
import type { Unit } from '../ops/unit.ts';
import { assert, InternalError } from '../support/diagnostics.ts';
import { packagePath, readPackageFile } from '../support/package-files.ts';

const compiled = new Map<string, ejs.TemplateFunction>();

/** Renders a template of codegen-templates/ with a view; templates only print, they compute nothing. */
export function render(template: string, view: object): string {
  let print = compiled.get(template);
  if (!print) {
    print = ejs.compile(readTemplate(template), {
      strict: true,
      _with: false,
      localsName: 'v',
      escape: printable,
      filename: packagePath(`codegen-templates/${template}`),
    });
    compiled.set(template, print);
  }
  return print(view);
}

/** The text of a unit: the same for every model. */
export function renderUnit({ template, view, name, prototype }: Unit): string {
  return render(`ops/${template}`, { ...view, name, prototype });
}

/** A file of codegen-templates/ as it is. */
export function readTemplate(file: string): string {
  return readPackageFile(`codegen-templates/${file}`);
}

// What a template may print: text and finite numbers.
function printable(value: unknown): string {
  if (typeof value === 'string') return value;
  assert(
    typeof value === 'number' || typeof value === 'boolean',
    `template printed ${String(value)}`,
  );
  if (Number.isNaN(value)) throw new InternalError('template printed NaN');
  return String(value);
}
