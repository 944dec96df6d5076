import type { TfliteModel } from '../formats/tflite/records.ts';
import { elements } from '../ir/types.ts';
import { rejectUnlessKept } from '../ops/types.ts';
import type { Diagnostic } from '../support/diagnostics.ts';

/** What is wrong with a model's inputs and outputs. */
export function checkEnds(model: TfliteModel, file: string): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const problem = (message: string, code = 'malformed-model', hint = 'export the model again') =>
    problems.push({ code, message, where: file, hint });
  if (model.inputs.length === 0) problem('the model has no inputs');
  if (model.outputs.length === 0) problem('the model has no outputs');
  if (new Set(model.inputs).size < model.inputs.length) problem('the model names an input twice');
  const produced = new Set(model.operators.flatMap((operator) => operator.outputs));
  for (const tensor of model.inputs) {
    if (elements(tensor) === 0)
      problem(`its input "${tensor.name}" has the shape [${tensor.shape.join(',')}]`);
    else if (tensor.data || tensor.variable || produced.has(tensor))
      problem(`its input "${tensor.name}" is written by the model`);
  }
  const ends = [
    ...model.inputs.map((tensor) => ({ tensor, which: 'input' })),
    ...model.outputs.map((tensor) => ({ tensor, which: 'output' })),
  ];
  for (const { tensor, which } of ends) {
    if (tensor.unreadable) problem(`its ${which} "${tensor.name}" ${tensor.unreadable}`);
    const reason =
      rejectUnlessKept(tensor.dtype) ??
      (tensor.quant && tensor.quant.scales.length > 1 ? 'it has a scale per channel' : undefined);
    if (reason)
      problem(
        `its ${which} "${tensor.name}": ${reason}`,
        'unsupported-operator',
        'export the model with float, int8 or uint8 ends',
      );
  }
  return problems;
}
