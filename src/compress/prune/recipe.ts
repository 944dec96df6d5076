import { z } from 'zod';
import { parseSize } from '../../support/bytes.ts';
import { CompileError } from '../../support/diagnostics.ts';
import type { Diagnostic } from '../../support/diagnostics.ts';
import { PATTERNS } from './mask.ts';
import type { Pattern } from './mask.ts';

const size = z
  .string()
  .refine((text) => parseSize(text) !== undefined, 'it is no size such as "38K"');
const sparsity = z.number().min(0).max(0.99);
const choices = {
  /** Share of weights that become zero. */
  sparsity: sparsity.optional(),
  pattern: z.enum(PATTERNS).optional(),
  /** Bits of a weight: with fewer, the weights of a row take fewer values, evenly spaced. */
  bits: z.int().min(2).max(8).optional(),
  /** Whether the weights that stay are fitted anew. */
  refit: z.boolean().optional(),
  /** The most that a layer may err on held-out inputs, as a share of its outputs' variance. */
  maxError: z.number().positive().optional(),
};

/** What says how far a model is compressed: one of these. */
export const GOALS = ['sparsity', 'weights', 'flash', 'cycles', 'maxDrop'] as const;

const recipeSchema = z
  .strictObject({
    $schema: z.string().optional(),
    ...choices,
    /** Bytes of all stored weights, or a share of what they take before: sparsity is found layer by layer. */
    weights: z.union([z.number().positive().max(1), size]).optional(),
    /** Bytes of flash for everything, and cycles of an inference, as the compiler predicts them. */
    flash: size.optional(),
    cycles: z.int().positive().optional(),
    /** The share of held-out inputs whose answer may change, with as few bytes of weights as can be found. */
    maxDrop: z.number().min(0).max(1).optional(),
    /** Which formats of weights count: the smallest, or those of the fastest kernels. */
    optimize: z.enum(['speed', 'flash']).optional(),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .optional(),
    /** Layers by name, `*` for any letters: the last that matches holds. */
    layers: z
      .array(z.strictObject({ match: z.string().min(1), ...choices, keep: z.boolean().optional() }))
      .optional(),
  })
  .refine((recipe) => GOALS.filter((goal) => recipe[goal] !== undefined).length <= 1, {
    message: `only one of ${GOALS.join(', ')} says how far a model is compressed`,
  });

/** What is to become of a model (README, "Compressing a model"). */
export type Recipe = z.output<typeof recipeSchema>;

/** Shares of what the weights take before, in formats that are fast, too. */
export const PRESETS = {
  light: { weights: 0.75, optimize: 'speed' },
  balanced: { weights: 0.5, optimize: 'speed' },
  small: { weights: 0.3, optimize: 'speed' },
} as const satisfies Readonly<Record<string, Recipe>>;

/** A recipe from JSON. Throws CompileError with all that is wrong with it. */
export function parseRecipe(text: string, where: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CompileError(badRecipe(where, `it is no JSON: ${(error as Error).message}`));
  }
  const parsed = recipeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CompileError(
    parsed.error.issues.map(({ path, message }) =>
      badRecipe(where, `${path.join('.') || 'the recipe'}: ${message}`),
    ),
  );
}

function badRecipe(where: string, message: string): Diagnostic {
  return {
    code: 'bad-recipe',
    message,
    where,
    hint: `keys are ${GOALS.join(', ')} (one of them), bits, pattern, refit, maxError, optimize, seed, layers; or name a preset: light, balanced, small`,
  };
}

/** What a recipe says of one layer. */
export interface LayerRecipe {
  /** Share of weights that become zero; left out: as much as the size asks for. */
  readonly sparsity?: number;
  /** Left out: as many as the size asks for, eight where none is asked for. */
  readonly bits?: number;
  readonly pattern: Pattern;
  readonly refit: boolean;
  readonly maxError?: number;
  /** Nothing of it changes. */
  readonly keep: boolean;
}

export function recipeFor({ layers = [], ...recipe }: Recipe, name: string): LayerRecipe {
  const rule = layers.filter(({ match }) => matches(match, name)).at(-1);
  const {
    sparsity,
    bits,
    pattern = 'unstructured',
    refit = true,
    maxError,
  } = { ...recipe, ...defined(rule) };
  return {
    ...(sparsity !== undefined && { sparsity }),
    ...(bits !== undefined && { bits }),
    ...(maxError !== undefined && { maxError }),
    ...{ pattern, refit, keep: rule?.keep ?? false },
  };
}

/** What is wrong with a recipe for a model: rules that no layer follows. */
export function unmatchedRules({ layers = [] }: Recipe, names: readonly string[]): Diagnostic[] {
  return layers
    .filter(({ match }) => !names.some((name) => matches(match, name)))
    .map(({ match }) => ({
      code: 'bad-recipe',
      message: `no layer with weights is called "${match}"`,
      hint: `thimble inspect shows the names; this model has ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
    }));
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

function defined(rule: object | undefined): Partial<LayerRecipe> {
  return Object.fromEntries(Object.entries(rule ?? {}).filter(([, value]) => value !== undefined));
}
