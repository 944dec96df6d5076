import type { OnnxNode } from '../../formats/onnx/records.ts';

/** Operators that a microcontroller cannot have, and why. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['If', 'Loop', 'Scan'].map((type) => [type, 'runs a sub-graph as often as its data say']),
  ),
  ...Object.fromEntries(
    ['NonZero', 'Unique', 'Compress', 'NonMaxSuppression'].map((type) => [
      type,
      'makes as many values as its data say; memory is fixed when the model is compiled',
    ]),
  ),
  ...Object.fromEntries(
    [
      'RandomNormal',
      'RandomNormalLike',
      'RandomUniform',
      'RandomUniformLike',
      'Bernoulli',
      'Multinomial',
    ].map((type) => [type, 'draws random numbers, of which no two runs are equal']),
  ),
  StringNormalizer: 'works on text',
  StringConcat: 'works on text',
  StringSplit: 'works on text',
  RegexFullMatch: 'works on text',
  ImageDecoder: 'decodes image files',
};

/** Why a node whose operator thimble does not have cannot be imported, and what to do. */
export function unknownOnnxOperator({ type, domain }: OnnxNode): [message: string, hint: string] {
  const reason = IMPOSSIBLE[type];
  if (reason && domain === '')
    return [`${type} ${reason}`, 'cut the model before it, and do its work in the application'];
  if (/^(Sequence|Optional|ConcatFromSequence|SplitToSequence)/.test(type))
    return [`${type} works on sequences or optional values`, 'export the model with plain tensors'];
  if (domain !== '')
    return [
      `${type} of "${domain}" is not supported`,
      'export the model with ONNX’s own operators, or cut it before this one',
    ];
  return [
    `${type} is not supported`,
    'simplify the model (onnxsim), replace the layer by supported ones (OPERATORS.md), or cut the model before it',
  ];
}
