import { DENSE_GEMM } from '../gemm/structs.ts';
import { denseGemm, OUTPUT_AXES } from '../gemm/units.ts';
import { struct } from '../struct.ts';
import { unitFamily } from '../unit.ts';

const MEMBERS = {
  at: 'int32_t',
  code_words: 'int32_t',
  codes: 'const uint32_t *',
} as const;
const HEADERS = ['nn_coded.h'];
const PARAMETERS = 'uint32_t *scratch';
const GAPS_AXIS = { gaps: { false: '', true: '_gaps' } } as const;

/** Weights in pairs among other constants. */
export const decodePairs = unitFamily({
  name: 'nn_decode_pairs',
  template: 'coded/decode',
  headers: HEADERS,
  struct: struct(
    'nn_coded_pairs',
    'Constants of groups of channels, of each `before` words, then those that are coded, then `after` words, and `tail` words behind the last; at: word of the working memory where they go.',
    {
      ...MEMBERS,
      groups: 'int32_t',
      before: 'int32_t',
      coded: 'int32_t',
      after: 'int32_t',
      tail: 'int32_t',
      plain: 'const uint32_t *',
    },
  ),
  parameters: PARAMETERS,
  view: { split: 'pairs' },
  axes: GAPS_AXIS,
});

/** Weights in bytes. */
export const decodeBytes = unitFamily({
  name: 'nn_decode_bytes',
  template: 'coded/decode',
  headers: HEADERS,
  struct: struct(
    'nn_coded_bytes',
    'Weights in so many words; at: word of the working memory where they go.',
    { ...MEMBERS, words: 'int32_t' },
  ),
  parameters: PARAMETERS,
  view: { split: 'bytes' },
  axes: GAPS_AXIS,
});

/** Fully connected layers on weights in pairs, decoded for eight outputs at a time. */
export const denseCodedUnits = unitFamily({
  name: 'nn_dense_8_coded',
  template: 'coded/dense',
  headers: HEADERS,
  struct: struct(
    'nn_dense_coded',
    'A fully connected layer on coded weights; dense.weights: where those of eight outputs go, at that word of the working memory.',
    { dense: DENSE_GEMM, ...MEMBERS, biases: 'const uint32_t *' },
  ),
  parameters: 'const int8_t *input, int8_t *output, uint32_t *scratch',
  axes: { ...GAPS_AXIS, ...OUTPUT_AXES },
  uses: ({ form, clamps }) => [denseGemm[8]({ form, clamps, special: false })],
});
