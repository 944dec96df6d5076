/** The files of a new operator, by path; every one compiles, and says what to put where. */
export function opFiles(name: string, family: string): Readonly<Record<string, string>> {
  const kebab = name.replaceAll('_', '-');
  const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const names = { name, family, kebab, camel, Pascal: camel[0]!.toUpperCase() + camel.slice(1) };
  const folder = `src/ops/${family}`;
  return {
    [`${folder}/${kebab}.ts`]: opFile(names),
    [`${folder}/${kebab}.reference.ts`]: referenceFile(names),
    [`${folder}/${kebab}.kernels.ts`]: kernelsFile(names),
    [`codegen-templates/ops/${family}/${kebab}-f32.c.ejs`]: templateFile(names),
    [`test/ops/${kebab}.cases.ts`]: casesFile(names),
  };
}

interface Names {
  readonly name: string;
  readonly family: string;
  readonly kebab: string;
  readonly camel: string;
  readonly Pascal: string;
}

const opFile = ({
  name,
  kebab,
  camel,
  Pascal,
}: Names) => `import { noAttributes } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { rejectUnlessUniform } from '../types.ts';
import { ${camel}Kernels } from './${kebab}.kernels.ts';
import { evaluate${Pascal} } from './${kebab}.reference.ts';

/** input [any shape] -> output [the same] */
export const ${camel} = defineOp<object>({
  name: '${name}',
  summary: 'Copies its input',
  attributes: noAttributes,
  inferShapes: (_, [input]) => [input!.shape],
  reject(node) {
    const { dtype } = node.outputs[0]!;
    return dtype === 'float32' ? rejectUnlessUniform(node) : \`it works on \${dtype}\`;
  },
  evaluate: evaluate${Pascal},
  kernels: ${camel}Kernels,
  // Post-training quantization leaves it in float until there is an int8 kernel.
  quantize: 'keep-float',
  // The operators of a .tflite file that it reads: CODE: ({ options }) => ({ attrs: {} }).
  tflite: {},
});
`;

const referenceFile = ({
  Pascal,
}: Names) => `import type { TypedNode, Value } from '../../ir/types.ts';
import { emptyValue, floats } from '../../ir/values.ts';

/** Source: the file and the function of TFLite's reference kernels that it follows. */
export function evaluate${Pascal}(node: TypedNode, [x]: readonly (Value | undefined)[]): Value[] {
  const output = emptyValue(node.outputs[0]!);
  const [input, out] = [floats(x), floats(output)];
  for (let i = 0; i < out.length; i++) out[i] = input[i]!;
  return [output];
}
`;

const kernelsFile = ({
  name,
  family,
  kebab,
  camel,
  Pascal,
}: Names) => `import { elements } from '../../ir/types.ts';
import { call } from '../kernel.ts';
import type { Kernel } from '../kernel.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

const units = unitFamily({
  name: 'nn_${name}_f32',
  template: '${family}/${kebab}-f32',
  struct: struct('nn_${name}_f32_layer', '${Pascal}: as many values as the output has.', {
    count: 'int32_t',
  }),
  parameters: 'const nn_float *input, nn_float *output',
});

const portable: Kernel<object> = {
  name: '${name}_f32_c',
  units: [units],
  reject: () => undefined,
  cost: (node) => ({
    work: { outputs: elements(node.outputs[0]!) },
    constantBytes: 0,
    scratchBytes: 0,
    calls: [units({})],
  }),
  code: (node) => [call(units({}), { count: elements(node.outputs[0]!) })],
  inPlace: [0],
};

/** The last one takes every node that the operator does not refuse. */
export const ${camel}Kernels = [portable];
`;

const templateFile = ({ name }: Names) => `<%# ${name} on floats. View: prototype -%>
#include "nn_kernels.h"

<%= v.prototype %>
{
    for (int32_t i = 0; i < layer->count; i++) {
        output[i] = input[i];
    }
}
`;

const casesFile = ({ name, camel }: Names) => `import { float32, takes } from '../support/cases.ts';
import type { CaseMaker } from '../support/cases.ts';

export const ${camel}: CaseMaker = (random, operand) => {
  const given = takes(operand, undefined, ['float32']);
  const input = given ?? float32([random.int(1, 4), random.int(1, 70)]);
  return { op: '${name}', attrs: {}, inputs: [input], outputs: [{ dtype: 'float32' }] };
};
`;
