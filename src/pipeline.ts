import { readFileSync } from 'node:fs';
import { emit } from './codegen/emit.ts';
import type { Library } from './codegen/emit.ts';
import type { Graph } from './ir/types.ts';
import { lower } from './lower/lower.ts';
import type { Schedule } from './lower/lower.ts';
import { planMemory } from './plan/plan.ts';
import type { MemoryPlan } from './plan/plan.ts';
import { runPasses } from './passes/index.ts';
import { sha256 } from './support/bytes.ts';
import type { Target } from './target/target.ts';

export interface CompileOptions {
  /** Prefix of the C names; made of the model's file name when left out. */
  readonly name: string;
  /** File name shown in the generated code, without folders. */
  readonly source: string;
  readonly hooks?: boolean;
}

/** A compiled model: every stage's result, for reports and for verification. */
export interface Program {
  readonly name: string;
  readonly graph: Graph;
  readonly target: Target;
  readonly schedule: Schedule;
  readonly plan: MemoryPlan;
  readonly library: Library;
}

/** The whole compiler: a graph in, a C library out. */
export function compile(
  imported: Graph,
  bytes: Uint8Array,
  target: Target,
  options: CompileOptions,
): Program {
  const graph = runPasses(imported);
  const schedule = lower(graph, target);
  const plan = planMemory(schedule);
  const library = emit(schedule, plan, {
    name: options.name,
    source: options.source,
    sourceHash: sha256(bytes).slice(0, 8),
    targetLine: describeTarget(target),
    version: VERSION,
    hooks: options.hooks ?? false,
  });
  return { name: options.name, graph, target, schedule, plan, library };
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const VERSION = manifest.version;

function describeTarget({ cpu, dsp, fpu }: Target): string {
  const features = [...(dsp ? ['dsp'] : []), ...(fpu ? ['fpu'] : [])].join(', ');
  return cpu === 'host' ? 'For any target' : `For ${cpu}${features && ` (${features})`}`;
}
