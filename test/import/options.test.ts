import { expect, it } from 'vitest';
import { BUILTIN_OPERATORS } from '../../src/formats/tflite/names.ts';
import { importModel } from '../../src/import/import-model.ts';
import { printGraph } from '../../src/ir/print.ts';
import { CompileError } from '../../src/support/diagnostics.ts';
import { oracleJobs } from '../support/oracle-jobs.ts';
import { lstmFile, svdfFile } from '../support/recurrent-files.ts';
import { writeTflite } from '../support/tflite-writer.ts';
import type { FileModel, FileOperator, FileOption } from '../support/tflite-writer.ts';

/** Options that change nothing, and why that is right. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'ADD 1': 'pot_scale_int16: TFLite Micro does not look at it',
  'SUB 1': 'pot_scale_int16, too',
  'BATCH_MATMUL 2': 'asymmetric_quantize_inputs: of hybrid layers, which are refused',
  'FULLY_CONNECTED 3': 'asymmetric_quantize_inputs',
  'SVDF 2': 'asymmetric_quantize_inputs',
  'UNIDIRECTIONAL_SEQUENCE_LSTM 4': 'asymmetric_quantize_inputs',
  'UNIDIRECTIONAL_SEQUENCE_LSTM 2': 'proj_clip: of a projection, which is refused',
  'CAST 0': 'in_data_type: the tensor has it',
  'CAST 1': 'out_data_type: the tensor has it',
  'SHAPE 0': 'out_type: the tensor has it',
  'ARG_MAX 0': 'output_type: the tensor has it',
  'ARG_MIN 0': 'output_type: the tensor has it',
  'RESIZE_BILINEAR 0': 'new_height, once: the operand has it',
  'RESIZE_BILINEAR 1': 'new_width, once: the operand has it',
};

const FIELDS = Array.from({ length: 10 }, (_, field) => field);
const VALUES = [1, 2, 3, -1, 0];
const VECTORS = ['RESHAPE 0', 'SQUEEZE 0'];

const models = [
  ...oracleJobs(1, 3).map(({ made }) => made),
  lstmFile({ float: true, steps: 2 }),
  svdfFile('float32'),
];

it('every option of every operator changes the graph or is refused, or it is said why not', () => {
  const [seen, idle] = [new Set<string>(), new Set<string>()];
  for (const model of models) {
    const plain = outcomeOf(model);
    model.operators.forEach((operator, at) => {
      for (const field of FIELDS) {
        const key = `${BUILTIN_OPERATORS[operator.code as number]!} ${field}`;
        if (seen.has(key)) continue;
        const changed = VALUES.some((value) => {
          const option: FileOption = VECTORS.includes(key)
            ? [field, 'ints', [value]]
            : [field, 'int', value];
          const operators = model.operators.with(at, withOption(operator, option));
          return outcomeOf({ ...model, operators }) !== plain;
        });
        if (changed) seen.add(key);
        else idle.add(key);
      }
    });
  }
  const unnoticed = [...idle].filter((key) => !seen.has(key));
  expect(unnoticed.sort()).toEqual(Object.keys(WITHOUT_EFFECT).sort());
});

function withOption(operator: FileOperator, option: FileOption): FileOperator {
  const others = (operator.options ?? []).filter(([field]) => field !== option[0]);
  // Of an operator without options the table is another's.
  return { ...operator, optionsType: operator.optionsType ?? 1, options: [...others, option] };
}

// The graph as text, or what is said instead.
function outcomeOf(model: FileModel): string {
  try {
    return printGraph(importModel(writeTflite(model), 'made'));
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
}
