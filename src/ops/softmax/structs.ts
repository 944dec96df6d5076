import { struct } from '../struct.ts';

export const SOFTMAX_FIXED = struct(
  'nn_softmax_fixed',
  'exp[d] = e^(-scale * beta * d) in Q0, for the differences that count',
  { outer: 'int32_t', depth: 'int32_t', exp_count: 'int32_t', exp: 'const int32_t *' },
);

export const LOG_SOFTMAX_FIXED = struct('nn_log_softmax_fixed', 'The same for log-softmax.', {
  outer: 'int32_t',
  depth: 'int32_t',
  exp_count: 'int32_t',
  multiplier: 'int32_t',
  shift: 'int32_t',
  reverse_multiplier: 'int32_t',
  reverse_shift: 'int32_t',
  exp: 'const int32_t *',
});

export const SOFTMAX_TABLE = struct(
  'nn_softmax_table',
  'Softmax by a table of 256 float exponentials.',
  { outer: 'int32_t', depth: 'int32_t', scale: 'float', exp: 'const float *' },
);

export const SOFTMAX_FLOAT = struct('nn_softmax_float', 'Softmax in floating point.', {
  outer: 'int32_t',
  depth: 'int32_t',
  beta: 'float',
});
