import { ATTENTION_READERS } from './onnx/attention.ts';
import { BORDER_READERS } from './onnx/borders.ts';
import { BINARY_READERS } from './onnx/binary.ts';
import { BLOCK_READERS } from './onnx/blocks.ts';
import { COMBINATION_READERS } from './onnx/combinations.ts';
import { DEFORM_CONV_READERS } from './onnx/deform-conv.ts';
import { DETERMINANT_READERS } from './onnx/determinant.ts';
import { FOURIER_READERS } from './onnx/fourier.ts';
import { FUNCTION_READERS } from './onnx/functions.ts';
import { DROPOUT_READERS } from './onnx/dropout.ts';
import { GENERATE_READERS } from './onnx/generate.ts';
import { INDEX_READERS } from './onnx/indices.ts';
import { ROTARY_READERS } from './onnx/rotary.ts';
import { TRANSPOSED_CONV_READERS } from './onnx/transposed-conv.ts';
import { LOSS_READERS } from './onnx/losses.ts';
import { STATISTICS_READERS } from './onnx/statistics.ts';
import type { OnnxReaders } from './onnx/call.ts';
import { CAUSAL_CONV_READERS } from './onnx/causal-conv.ts';
import { CONV_INTEGER_READERS } from './onnx/conv-integer.ts';
import { CONV_READERS } from './onnx/conv.ts';
import { LINEAR_ATTENTION_READERS } from './onnx/linear-attention.ts';
import { LOCAL_RESPONSE_READERS } from './onnx/local-response.ts';
import { MATRIX_READERS } from './onnx/matrix.ts';
import { MAX_UNPOOL_READERS } from './onnx/max-unpool.ts';
import { MOVEMENT_READERS } from './onnx/movement.ts';
import { NORMALIZATION_READERS } from './onnx/normalization.ts';
import { POOL_READERS } from './onnx/pool.ts';
import { QOPERATOR_READERS } from './onnx/qoperators.ts';
import { QUANTIZE_READERS } from './onnx/quantized.ts';
import { RECURRENT_READERS } from './onnx/recurrent.ts';
import { REDUCE_READERS } from './onnx/reduce.ts';
import { RESIZE_READERS } from './onnx/resize.ts';
import { SCALED_READERS } from './onnx/scaled.ts';
import { SCATTER_READERS } from './onnx/scatter.ts';
import { ROI_READERS } from './onnx/roi-align.ts';
import { SAMPLING_READERS } from './onnx/sampling.ts';
import { SHAPE_READERS } from './onnx/shapes.ts';
import { SOFTMAX_READERS } from './onnx/softmax.ts';
import { TF_IDF_READERS } from './onnx/tf-idf.ts';
import { UNARY_READERS } from './onnx/unary.ts';
import { WINDOW_READERS } from './onnx/windows.ts';

export { constantOf } from './onnx/shapes.ts';
export { OnnxCall } from './onnx/call.ts';
export type { Emitter } from './onnx/emitter.ts';
export { naturalOrder, OnnxValue } from './onnx/value.ts';

/** Every operator that is read of ONNX files, by its type; those of other domains as 'domain:Type'. */
export const ONNX_READERS: OnnxReaders = {
  ...ATTENTION_READERS,
  ...BINARY_READERS,
  ...BLOCK_READERS,
  ...BORDER_READERS,
  ...COMBINATION_READERS,
  ...DROPOUT_READERS,
  ...FUNCTION_READERS,
  ...GENERATE_READERS,
  ...INDEX_READERS,
  ...LOSS_READERS,
  ...ROTARY_READERS,
  ...TRANSPOSED_CONV_READERS,
  ...STATISTICS_READERS,
  ...CAUSAL_CONV_READERS,
  ...CONV_INTEGER_READERS,
  ...CONV_READERS,
  ...DEFORM_CONV_READERS,
  ...DETERMINANT_READERS,
  ...FOURIER_READERS,
  ...WINDOW_READERS,
  ...LINEAR_ATTENTION_READERS,
  ...LOCAL_RESPONSE_READERS,
  ...MATRIX_READERS,
  ...MAX_UNPOOL_READERS,
  ...MOVEMENT_READERS,
  ...NORMALIZATION_READERS,
  ...POOL_READERS,
  ...QOPERATOR_READERS,
  ...QUANTIZE_READERS,
  ...RECURRENT_READERS,
  ...REDUCE_READERS,
  ...RESIZE_READERS,
  ...SCALED_READERS,
  ...SCATTER_READERS,
  ...ROI_READERS,
  ...SAMPLING_READERS,
  ...SHAPE_READERS,
  ...SOFTMAX_READERS,
  ...TF_IDF_READERS,
  ...UNARY_READERS,
};
