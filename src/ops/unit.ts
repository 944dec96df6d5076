import type { Struct } from './struct.ts';
import { memoise } from '../support/memoise.ts';

/** A source file of the runtime with one public function, rendered from a template. */
export interface Unit {
  /** The function, and the file's name: 'nn_conv2d_s8'. One name stands for one text. */
  readonly name: string;
  readonly language: 'c' | 's';
  /** Under codegen-templates/ops/. */
  readonly template: string;
  readonly view: Readonly<Record<string, string | boolean>>;
  /** Files of codegen-templates/runtime/ that it includes besides nn.h and nn_kernels.h. */
  readonly headers: readonly string[];
  /** The function's declaration, without a semicolon. */
  readonly prototype: string;
  /** Structs that the prototype names. */
  readonly structs: readonly Struct[];
  /** Units that it calls. */
  readonly uses: readonly Unit[];
  /** Stack of an assembly function: no compiler tells it. */
  readonly stackBytes?: number;
  /**
   * Template of the same function in C, for the host and for cores that lack the instructions of an
   * assembly file: each of the two files is empty where the other one counts.
   */
  readonly twin?: string | undefined;
  /** Types of its prototype that its headers complete. */
  readonly opaque?: readonly string[];
}

/** A unit that computes a layer: `function(const STRUCT *layer, PARAMETERS)`. */
export interface KernelUnit<M = unknown> extends Unit {
  readonly struct: Struct<M>;
}

/** By axis: the suffix that each choice adds to the name. */
export type Axes = Readonly<Record<string, Readonly<Record<string, string>>>>;
export type Choice<A> = {
  readonly [K in keyof A]: keyof A[K] extends 'true' | 'false' ? boolean : keyof A[K];
};

/** What the units of a family have in common. */
interface Family<M, A> {
  readonly name: string;
  /** Without what its language adds: '.c.ejs', or '.S.ejs' beside which the twin's '.c.ejs' lies. */
  readonly template: string;
  /** Assembly with a twin in C, and the stack that it takes. */
  readonly assembly?: { readonly stackBytes: number };
  readonly headers?: readonly string[] | ((choice: Choice<A>) => readonly string[]);
  readonly struct: Struct<M>;
  /** C parameters after the layer: inputs, output, scratch where it has any, first and last row. */
  readonly parameters: string;
  /** What the template prints beside the name, the prototype and the choice. */
  readonly view?: Unit['view'];
  readonly axes?: A;
  readonly uses?: (choice: Choice<A>) => readonly Unit[];
}

/** All variants of a kernel's C function: call it with a choice for one, or take `all`. */
export interface UnitFamily<M, A> {
  (choice: Choice<A>): KernelUnit<M>;
  readonly all: readonly KernelUnit<M>[];
}

/** Declares the units of a kernel once: their text, prototype, parameters, and variants. */
export function unitFamily<M, const A extends Axes = Readonly<Record<string, never>>>(
  family: Family<M, A>,
): UnitFamily<M, A> {
  const make = (choice: Choice<A>): KernelUnit<M> => {
    const suffix = Object.entries(family.axes ?? {}).map(
      ([axis, suffixes]) => suffixes[String(choice[axis])]!,
    );
    const name = family.name + suffix.join('');
    return {
      name,
      ...languageOf(family),
      view: { ...family.view, ...(choice as Unit['view']) },
      headers: headersOf(family.headers, choice),
      prototype: `void ${name}(const ${family.struct.name} *layer, ${family.parameters})`,
      struct: family.struct,
      structs: [family.struct as Struct],
      uses: family.uses?.(choice) ?? [],
    };
  };
  // Made when they are asked for: most runs need a few.
  let all: readonly KernelUnit<M>[] | undefined;
  return Object.defineProperty(make, 'all', {
    get: () => (all ??= choices(family.axes ?? {}).map((choice) => make(choice as Choice<A>))),
  }) as UnitFamily<M, A>;
}

/** What a unit's parameters end with: working memory, the first and the last row. */
export function takenBy({ prototype }: Unit): { scratch: boolean; rows: boolean } {
  return { scratch: /\*scratch\b/.test(prototype), rows: /\bint32_t first\b/.test(prototype) };
}

function headersOf<C>(
  headers: readonly string[] | ((choice: C) => readonly string[]) = [],
  choice: C,
) {
  return typeof headers === 'function' ? headers(choice) : headers;
}

/** What a unit's language tells of it; `template` comes without its ending. */
export function languageOf({
  template,
  assembly,
}: Pick<Family<never, never>, 'template' | 'assembly'>) {
  if (!assembly) return { language: 'c' as const, template: `${template}.c.ejs` };
  return {
    ...{ language: 's' as const, template: `${template}.S.ejs`, twin: `${template}.c.ejs` },
    stackBytes: assembly.stackBytes,
  };
}

function choices(axes: Axes): Readonly<Record<string, string | boolean>>[] {
  return Object.entries(axes).reduce<Record<string, string | boolean>[]>(
    (made, [axis, suffixes]) =>
      made.flatMap((choice) =>
        Object.keys(suffixes).map((value) => ({
          ...choice,
          [axis]: value === 'true' || value === 'false' ? value === 'true' : value,
        })),
      ),
    [{}],
  );
}

/** A unit after those that it calls. */
export const withUsed: (unit: Unit) => readonly Unit[] = memoise((unit) => [
  ...unit.uses.flatMap((used) => withUsed(used)),
  unit,
]);
