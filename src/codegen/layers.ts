import type { Tensor, TypedNode } from '../ir/types.ts';
import { constantBytes } from '../estimate/estimate.ts';
import { byteLength, elements, formatType } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import { zeroShare } from '../ops/weight-values.ts';
import type { KernelCall } from '../ops/kernel.ts';
import type { Struct } from '../ops/struct.ts';
import { takenBy } from '../ops/unit.ts';
import { rowRuleOf } from '../lower/rows.ts';
import { layoutOf, placementOf, scratchOf, singleRowOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { toComment } from '../support/identifiers.ts';
import { addressOf, arenasOf, pointerTo } from './arenas.ts';
import type { CodedStep } from './code-steps.ts';
import type { Constants } from './constants.ts';
import { initialisers } from './fields.ts';
import { ctypeOf } from './literals.ts';

/** One layer as the template of the model's C file prints it. */
export interface LayerView {
  readonly index: number;
  /** Name of the C function. */
  readonly name: string;
  readonly kernel: string;
  readonly comment: string;
  readonly output: string;
  readonly place: string;
  readonly parameters: string;
  readonly calls: readonly {
    struct: string;
    function: string;
    arguments: string;
    fields: readonly string[];
  }[];
  readonly batches: number;
  /** Where the tensors lie: what every call of the layer passes. */
  readonly arguments: readonly string[];
  /** The output rows, where the layer can compute some of them. */
  readonly rows?: number;
  /** What a hook reports: address and bytes of each output. */
  readonly outputs: readonly { address: string; bytes: number }[];
}

/** Views of the steps that compute something; aliases need no code. */
export function layerViews(
  steps: readonly CodedStep[],
  plan: MemoryPlan,
  constants: Constants,
): LayerView[] {
  return steps
    .filter(({ calls }) => calls.length > 0)
    .map((step) => layerView(step, plan, constants));
}

/** The C function of a step. */
export function layerName({ node, index }: Pick<CodedStep, 'node' | 'index'>): string {
  return `${node.op}_${index}`;
}

function layerView(step: CodedStep, plan: MemoryPlan, constants: Constants): LayerView {
  const { node, calls, index, kernel } = step;
  const inputs = usedInputs(step);
  const scratch = scratchOf(plan, index);
  const first = placementOf(plan, node.outputs[0]!.id);
  const arenas = arenasOf(plan);
  const place = (tensor: Tensor) => addressOf(arenas, placementOf(plan, tensor.id));
  const address = (tensor: Tensor, constant: boolean) =>
    pointerTo(elementType(tensor), place(tensor), constant);
  const row = rowPlace(step, plan);
  const pointers = {
    constants,
    scratch: (ctype: string, bytes: number) =>
      pointerTo(ctype, addressOf(arenas, { ...scratch!, offset: scratch!.offset + bytes }), true),
  };
  const inputArguments = inputs.map((i) => {
    const tensor = node.inputs[i]!;
    if (tensor.data) return constants.nameOfTensor(step, tensor, i);
    return address(tensor, true) + row(tensor, i);
  });
  const parameters = [
    ...inputs.map((i) => `const ${elementType(node.inputs[i]!)} *input${i}`),
    ...node.outputs.map((tensor, i) => `${elementType(tensor)} *output${i}`),
    ...(scratch ? ['void *scratch'] : []),
    ...(kernel.rows ? ['int32_t first', 'int32_t last'] : []),
  ];
  return {
    index,
    name: layerName(step),
    kernel: kernel.name,
    comment: [describe(node), ...describeWeights(step)].join('; '),
    output: node.outputs.map(formatType).join(', '),
    place: `${first.state ? 'state ' : ''}${first.offset}..${first.offset + first.bytes - 1}`,
    parameters: parameters.join(', '),
    calls: calls.map((call) => ({
      struct: call.unit.struct.name,
      function: call.unit.name,
      arguments: callArguments(call, step),
      fields: initialisers(call.unit.struct as Struct, call.fields, pointers),
    })),
    batches: batchesOf(step),
    arguments: [
      ...inputArguments,
      ...node.outputs.map((tensor) => address(tensor, false) + row(tensor)),
      ...(scratch ? [addressOf(arenas, scratch)] : []),
    ],
    ...(kernel.rows && { rows: node.outputs[0]!.shape[1]! }),
    outputs: node.outputs.map((tensor) => ({
      address: place(tensor),
      bytes: byteLength(tensor),
    })),
  };
}

// The place of row y behind a tensor's address, where a step is called for single rows.
function rowPlace(step: CodedStep, plan: MemoryPlan) {
  const rule = singleRowOf(plan, step) && rowRuleOf(step.node, step.kernel);
  const { inputRows, outputRows } = layoutOf(plan, step);
  return (tensor: Tensor, input?: number): string => {
    if (!rule || (input !== undefined && !rule.inputs.includes(input))) return '';
    const height = tensor.shape[1]!;
    const held = input === undefined ? outputRows : inputRows[input]!;
    const y = held < height ? `nn_ring_row(y, ${held})` : 'y';
    return ` + ${y} * ${elements(tensor) / height}`;
  };
}

// Floats in the arena may alias what lay there before (nn.h).
function elementType({ dtype }: Tensor): string {
  return dtype === 'float32' ? 'nn_float' : ctypeOf(dtype);
}

// Kernels that compute rows do so for one image; the layer's function goes through the batch.
function batchesOf({ kernel, node }: CodedStep): number {
  return kernel.rows ? node.outputs[0]!.shape[0]! : 1;
}

// Positions of the inputs that any call passes as pointers.
function usedInputs({ calls, node }: CodedStep): number[] {
  return [...new Set(calls.flatMap(({ inputs }) => inputs))]
    .filter((i) => node.inputs[i])
    .sort((a, b) => a - b);
}

function callArguments({ unit, inputs, outputs }: KernelCall, step: CodedStep): string {
  const batches = batchesOf(step);
  const takes = takenBy(unit);
  const batched = (name: string, tensor: Tensor) =>
    batches > 1 ? `${name} + n * ${elements(tensor) / batches}` : name;
  return [
    ...inputs.map((i) => {
      const tensor = step.node.inputs[i];
      return tensor ? batched(`input${i}`, tensor) : '0';
    }),
    ...outputs.map((i) => batched(`output${i}`, step.node.outputs[i]!)),
    ...(takes.scratch ? ['scratch'] : []),
    ...(takes.rows ? ['first', 'last'] : []),
  ].join(', ');
}

// What compressed weights gain: '80 % zeros: us8, 0.50 c/MAC, 4100 B less than dense'.
function describeWeights(step: CodedStep): string[] {
  const { node, dense, format, cost } = step;
  const { macs, weights } = opOf(node.op);
  const tensor = node.inputs[weights?.input ?? -1];
  if (!dense || !format || !tensor || !macs) return [];
  const less = constantBytes({ node, cost: dense.cost }) - constantBytes(step);
  const zeros = (100 * zeroShare(tensor)).toFixed(0);
  return [
    `${zeros} % zeros: ${format.name}, ${(cost.cycles / macs(node)).toFixed(2)} c/MAC, ${Math.abs(less)} B ${less < 0 ? 'more than' : 'less than'} dense`,
  ];
}

function describe({ origin, inputs, outputs }: TypedNode): string {
  const from = inputs
    .filter((tensor) => tensor && !tensor.data)
    .map((tensor) => formatType(tensor!));
  return `${toComment(origin.name)}: ${from.join(', ')} -> ${outputs.map(formatType).join(', ')}`;
}
