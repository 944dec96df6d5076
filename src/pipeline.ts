import { emit } from './codegen/emit.ts';
import type { Library } from './codegen/emit.ts';
import { importModel } from './import/import-model.ts';
import type { Graph } from './ir/types.ts';
import { lower } from './lower/lower.ts';
import type { Acceptance, Candidates } from './lower/lower.ts';
import { runPasses } from './passes/index.ts';
import type { Removal } from './passes/shrink/removals.ts';
import { shrink, shrinkChannels } from './passes/shrink/shrink.ts';
import { verifyPass } from './passes/verify.ts';
import { select } from './select/select.ts';
import type { Selection, SelectOptions } from './select/select.ts';
import { sha256 } from './support/bytes.ts';
import { VERSION } from './support/version.ts';
import type { Target } from './target/target.ts';

/** A model's graph, and what the generated code says of where it came from. */
export interface Model {
  /** Prefix of the C names. */
  readonly name: string;
  /** File name shown in the generated code, without folders. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

export interface CompileOptions extends SelectOptions {
  /** Calls `thimble_layer` after each layer: for firmware that traces or measures. */
  readonly hooks?: boolean;
  /** Fills memory that nobody uses between layers, and traps where one has written there: for tests. */
  readonly poison?: boolean;
  /** Takes out channels that are constant or unread, which changes no output; true when left out. */
  readonly shrink?: boolean;
  /** Which kernels and weight formats may be taken; any when left out. */
  readonly accepts?: Acceptance;
}

/** A compiled model: every stage's result, for reports and for verification. */
export interface Program extends Selection {
  readonly name: string;
  /** The model's graph, with all of its channels: what tells the right outputs. */
  readonly model: Graph;
  /** What was compiled: smaller where channels were taken out. */
  readonly graph: Graph;
  /** Layers that lost channels. */
  readonly removed: readonly Removal[];
  readonly target: Target;
  readonly library: Library;
}

/** The whole compiler: a model file in, a C library out. */
export function compile(
  bytes: Uint8Array,
  target: Target,
  options: CompileOptions & { readonly name: string; readonly source?: string },
): Program {
  const { name, source = name } = options;
  const graph = runPasses(importModel(bytes, source));
  return compileModel({ name, source, bytes, graph }, target, options);
}

/**
 * The same from a graph that the exact passes have been through. Channels are taken out here, not
 * before: what was compiled is judged by the graph that has all of them.
 */
export function compileModel(
  { name, source, bytes, graph: model }: Model,
  target: Target,
  options: CompileOptions = {},
): Program {
  const { graph, removed, selection } = planModel(model, target, options);
  const library = emit(selection.schedule, selection.plan, {
    ...{ name, source, target, version: VERSION, hooks: options.hooks ?? false },
    poison: options.poison ?? false,
    sourceHash: sha256(bytes).slice(0, 8),
  });
  return { ...selection, name, model, graph, removed, target, library };
}

/** What a model would take on a target: everything but the code. */
export function planModel(
  model: Graph,
  target: Target,
  options: CompileOptions = {},
): Pick<Program, 'graph' | 'removed'> & { readonly selection: Selection } {
  const { graph, removed, planFor } = plannerOf(model, options);
  return { graph, removed, selection: planFor(target) };
}

/** The same for many targets: what does not hang on their memories is done once for each core. */
export function plannerOf(
  model: Graph,
  options: CompileOptions = {},
): Pick<Program, 'graph' | 'removed'> & { readonly planFor: (target: Target) => Selection } {
  const { graph, removed } =
    options.shrink === false ? { graph: model, removed: [] } : shrink(model);
  verifyPass(graph, shrinkChannels.name);
  const known = new Map<string, Candidates>();
  const candidatesFor = ({ cpu, dsp, fpu }: Target) => {
    const core = `${cpu} ${dsp} ${fpu}`;
    const candidates = known.get(core) ?? lower(graph, { cpu, dsp, fpu }, options.accepts);
    known.set(core, candidates);
    return candidates;
  };
  return { graph, removed, planFor: (target) => select(candidatesFor(target), target, options) };
}
