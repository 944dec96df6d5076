import type { Tensor, TypedNode } from '../ir/types.ts';
import { byteLength, formatType } from '../ir/types.ts';
import type { Schedule, Step } from '../lower/lower.ts';
import { isConstantArray } from '../ops/kernel.ts';
import type { Field, KernelCall } from '../ops/kernel.ts';
import { placementOf } from '../plan/plan.ts';
import type { MemoryPlan } from '../plan/plan.ts';
import { toComment } from '../support/identifiers.ts';
import type { Constants } from './constants.ts';
import { ctypeOf, floatLiteral, int32Literal } from './literals.ts';

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
  readonly arguments: string;
  /** What a hook reports: address and bytes of each output. */
  readonly outputs: readonly { address: string; bytes: number }[];
}

/** Views of the steps that compute something; aliases need no code. */
export function layerViews(
  prefix: string,
  schedule: Schedule,
  plan: MemoryPlan,
  constants: Constants,
): LayerView[] {
  return schedule.steps
    .filter((step) => step.code.calls.length > 0)
    .map((step) => layerView(prefix, step, plan, constants));
}

function layerView(prefix: string, step: Step, plan: MemoryPlan, constants: Constants): LayerView {
  const { node, code, index } = step;
  const inputs = usedInputs(step);
  const scratch = plan.placements.find(({ scratchOf }) => scratchOf === index);
  const first = placementOf(plan, node.outputs[0]!.id);
  const address = (tensor: Tensor, constant: boolean) =>
    `(${constant ? 'const ' : ''}${ctypeOf(tensor.dtype)} *)&arena[${placementOf(plan, tensor.id).offset}]`;
  const inputArguments = inputs.map((i) => {
    const tensor = node.inputs[i]!;
    return tensor.data ? constants.nameOfTensor(prefix, step, tensor, i) : address(tensor, true);
  });
  const parameters = [
    ...inputs.map((i) => `const ${ctypeOf(node.inputs[i]!.dtype)} *input${i}`),
    ...node.outputs.map((tensor, i) => `${ctypeOf(tensor.dtype)} *output${i}`),
    ...(scratch ? ['void *scratch'] : []),
    ...(code.rows ? ['int32_t first', 'int32_t last'] : []),
  ];
  return {
    index,
    name: `${node.op}_${index}`,
    kernel: step.kernel.name,
    comment: describe(node),
    output: node.outputs.map(formatType).join(', '),
    place: `${first.offset}..${first.offset + byteLength(node.outputs[0]!) - 1}`,
    parameters: parameters.join(', '),
    calls: code.calls.map((call) => ({
      struct: call.struct,
      function: call.function,
      arguments: callArguments(call, step, scratch !== undefined),
      fields: Object.entries(call.fields).map(
        ([name, field]) => `.${name} = ${fieldText(field, constants)}`,
      ),
    })),
    batches: code.rows?.batches ?? 1,
    arguments: [
      ...inputArguments,
      ...node.outputs.map((tensor) => address(tensor, false)),
      ...(scratch ? [`&arena[${scratch.offset}]`] : []),
      ...(code.rows ? ['0', String(code.rows.count)] : []),
    ].join(', '),
    outputs: node.outputs.map((tensor) => ({
      address: `&arena[${placementOf(plan, tensor.id).offset}]`,
      bytes: byteLength(tensor),
    })),
  };
}

// Positions of the inputs that any call passes as pointers.
function usedInputs({ code }: Step): number[] {
  return [...new Set(code.calls.flatMap(({ inputs }) => inputs))].sort((a, b) => a - b);
}

function callArguments(call: KernelCall, { node, code }: Step, scratch: boolean): string {
  const output = call.output ?? 0;
  const batched = (name: string, tensor: Tensor) =>
    (code.rows?.batches ?? 1) > 1
      ? `${name} + n * ${elementsPerBatch(tensor, code.rows!.batches)}`
      : name;
  return [
    ...call.inputs.map((i) => batched(`input${i}`, node.inputs[i]!)),
    batched(`output${output}`, node.outputs[output]!),
    ...(scratch ? ['scratch'] : []),
    ...(code.rows ? ['first', 'last'] : []),
  ].join(', ');
}

function elementsPerBatch({ shape }: Tensor, batches: number): number {
  return shape.reduce((a, b) => a * b, 1) / batches;
}

function fieldText(field: Field, constants: Constants): string {
  if (field === undefined) return '0';
  if (typeof field === 'number') return numberText(field);
  if (isConstantArray(field)) return constants.nameOf(field);
  return `{ ${field.map(int32Literal).join(', ')} }`;
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? int32Literal(value)
    : floatLiteral(value);
}

function describe({ origin, inputs, outputs }: TypedNode): string {
  const from = inputs
    .filter((tensor) => tensor && !tensor.data)
    .map((tensor) => formatType(tensor!));
  return `${toComment(origin.name)}: ${from.join(', ')} -> ${outputs.map(formatType).join(', ')}`;
}
