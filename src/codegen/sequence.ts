import type { TensorId } from '../ir/types.ts';
import { rowRuleOf } from '../lower/rows.ts';
import type { Step } from '../lower/schedule.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import type { RowSegment } from '../plan/segments.ts';
import { layerName } from './layers.ts';
import type { LayerView } from './layers.ts';

/** What the inference calls, in order: a layer, or a run of layers that goes row by row. */
export interface SequenceItem {
  /** '': it has been called for each row. */
  readonly call: string;
  /** Layers whose outputs a hook can report afterwards. */
  readonly reports: readonly LayerView[];
  /** The last step that it computes. */
  readonly last: number;
}

/** A run of layers that take turns: each computes rows as soon as it can. */
export interface RowRunView {
  readonly name: string;
  readonly comment: string;
  /** Counters of rows that are there, by name: of the fed input, and of each layer. */
  readonly counters: readonly string[];
  /** Whether the application calls it, each time that it has a row of the input. */
  readonly fed: boolean;
  readonly layers: readonly {
    readonly counter: string;
    readonly rows: number;
    readonly granule: number;
    /** What has to hold before rows up to `to` can be computed, from row `y` on. */
    readonly conditions: readonly string[];
    readonly call: string;
  }[];
}

/** The order of calls of a plan, and the runs among them. */
export function sequenceOf(
  { segments }: MemoryPlan,
  layers: readonly LayerView[],
): { items: SequenceItem[]; runs: RowRunView[] } {
  const viewOf = new Map(layers.map((layer) => [layer.index, layer]));
  const runs: RowRunView[] = [];
  const items = segments.flatMap((segment): SequenceItem[] => {
    if (segment.kind === 'whole') {
      const layer = viewOf.get(segment.step.index);
      const call = layer && callOf(layer, ['0', String(layer.rows)]);
      return call ? [{ call, reports: [layer], last: layer.index }] : [];
    }
    const run = rowRun(segment, viewOf);
    runs.push(run);
    const whole = segment.steps.filter(({ node }) => !segment.rings.has(node.outputs[0]!.id));
    const call = run.fed ? '' : `${run.name}()`;
    const { index: last } = segment.steps.at(-1)!;
    return [{ call, reports: whole.map(({ index }) => viewOf.get(index)!), last }];
  });
  return { items, runs };
}

/** The name of a run's C functions. */
export function runName({ steps }: RowSegment): string {
  return `rows_${steps[0]!.index}_to_${steps.at(-1)!.index}`;
}

function rowRun(segment: RowSegment, viewOf: ReadonlyMap<number, LayerView>): RowRunView {
  const { steps, granules, fed } = segment;
  const counters = new Map<TensorId, string>(
    steps.map((step) => [step.node.outputs[0]!.id, layerName(step)]),
  );
  if (fed !== undefined) counters.set(fed, 'input');
  const [first, last] = [steps[0]!.index, steps.at(-1)!.index];
  return {
    name: runName(segment),
    comment: `Layers ${first} to ${last}, row by row`,
    counters: [...counters.values()],
    fed: fed !== undefined,
    layers: steps.map((step, i) => ({
      counter: layerName(step),
      rows: step.node.outputs[0]!.shape[1]!,
      granule: granules[i]!,
      conditions: [...inputsReady(step, counters), ...roomReady(step, segment)],
      call: callOf(viewOf.get(step.index)!, ['y', 'to']),
    })),
  };
}

// Rows of its inputs are there (rowsNeeded of plan/rings.ts, in C).
function inputsReady({ node, kernel }: Step, counters: ReadonlyMap<TensorId, string>): string[] {
  const { inputs, stride, rows, padding } = rowRuleOf(node, kernel)!;
  return inputs.flatMap((position) => {
    const tensor = node.inputs[position]!;
    const counter = counters.get(tensor.id);
    if (counter === undefined) return [];
    const needed = linear('to', stride, rows - padding - stride);
    const height = tensor.shape[1]!;
    const most = (node.outputs[0]!.shape[1]! - 1) * stride + rows - padding;
    return `ready->${counter} >= ${most > height ? `nn_least(${needed}, ${height})` : needed}`;
  });
}

// Those who read its output need none of the rows that lie where the next ones go.
function roomReady({ node }: Step, { steps, rings }: RowSegment): string[] {
  const output = node.outputs[0]!;
  const ring = rings.get(output.id);
  if (ring === undefined || ring >= output.shape[1]!) return [];
  return steps.flatMap((reader) => {
    const rule = rowRuleOf(reader.node, reader.kernel)!;
    if (!rule.inputs.some((position) => reader.node.inputs[position]!.id === output.id)) return [];
    const free = linear(`ready->${layerName(reader)}`, rule.stride, ring - rule.padding);
    return rule.padding > 0 ? `to <= ${ring} || to <= ${free}` : `to <= ${free}`;
  });
}

// counter * factor + addend
function linear(counter: string, factor: number, addend: number): string {
  const product = factor === 1 ? counter : `${counter} * ${factor}`;
  if (addend === 0) return product;
  return `${product} ${addend < 0 ? '-' : '+'} ${Math.abs(addend)}`;
}

function callOf({ name, arguments: places, rows }: LayerView, range: readonly string[]): string {
  return `${name}(${[...places, ...(rows === undefined ? [] : range)].join(', ')})`;
}
