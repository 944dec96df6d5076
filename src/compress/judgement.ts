import type { Graph, TensorId } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { causeOf, POOR_DB, shown, worstOf } from './causes.ts';
import type { Cause } from './causes.ts';
import type { FormErrors, LayerError } from './layer-errors.ts';

/** The errors of the graph's outputs. */
export function outputErrors(graph: Graph, { inputs, layers }: FormErrors): LayerError[] {
  return [...inputs, ...layers].filter(({ id }) => graph.outputs.includes(id));
}

/**
 * A warning for each layer that is poor, or of which a part is, with the cause. Layers that are poor
 * because of another stand in that one's warning.
 */
export function describePoor(graph: Graph, errors: FormErrors): Diagnostic[] {
  const poor = [...errors.inputs, ...errors.layers].filter((e) => !(worstOf(e) >= POOR_DB));
  const roots = new Map<TensorId, Root>();
  for (const layer of poor) {
    const cause = causeOf(graph, errors, layer);
    const root = cause.from === undefined ? undefined : roots.get(cause.from);
    root?.heirs.push(layer);
    roots.set(layer.id, root ?? { layer, cause, heirs: [] });
  }
  return [...new Set(roots.values())].map(({ layer, cause, heirs }) => ({
    code: 'poor-layer',
    message: `${describe(layer)} signal to noise: ${cause.reason}`,
    where: graph.name,
    notes: heirs.map((heir) => `therefore ${describe(heir)}`),
    hint: cause.hint,
  }));
}

interface Root {
  readonly layer: LayerError;
  readonly cause: Cause;
  readonly heirs: LayerError[];
}

function describe(layer: LayerError): string {
  return `${shown(layer.tensor)} (${layer.op}) has ${worstOf(layer).toFixed(1)} dB`;
}

/** What reaches an output and carries no signal any more, as a whole or in a joined part. */
export function describeCollapsed(graph: Graph, errors: FormErrors): Diagnostic[] {
  const visible = visibleTensors(graph);
  return [...errors.inputs, ...errors.layers].flatMap((layer) => {
    if (!visible.has(layer.id)) return [];
    const whole = layer.collapsed ? [{ what: shown(layer.tensor), how: layer.collapsed }] : [];
    const parts = layer.parts.flatMap(({ operand, collapsed }) =>
      collapsed ? [{ what: `${shown(operand)} in ${shown(layer.tensor)}`, how: collapsed }] : [],
    );
    const { reason, hint } = causeOf(graph, errors, layer);
    return [...whole, ...(whole.length > 0 ? [] : parts)].map(({ what, how }) => ({
      code: 'output-collapsed',
      message: `the output ${what} ${how}: ${reason}`,
      where: graph.name,
      hint: `${hint}; --force writes the model all the same`,
    }));
  });
}

// The outputs, and what is only moved on its way to them.
function visibleTensors(graph: Graph): Set<TensorId> {
  const visible = new Set<TensorId>(graph.outputs);
  for (const { op, inputs, outputs } of [...graph.nodes].reverse()) {
    if (opOf(op).quantize !== 'same' || !outputs.some((id) => visible.has(id))) continue;
    for (const id of inputs) if (id !== undefined) visible.add(id);
  }
  return visible;
}
