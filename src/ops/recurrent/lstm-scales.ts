import type { Tensor, TensorType, TypedNode } from '../../ir/types.ts';
import { perTensor } from '../../ir/types.ts';
import { clamp, quantizeMultiplier, roundHalfAway } from '../../support/fixed-point.ts';
import type { Multiplier } from '../../support/fixed-point.ts';
import type { LstmAttrs } from './lstm-node.ts';
import { LSTM_GATES, LSTM_INPUTS as AT } from './lstm-node.ts';
import { tanhScale } from './sigmoid-table.ts';
import type { TanhScale } from './sigmoid-table.ts';

/** Gates are summed in 12 bits of fraction, and come out of their functions in 15. */
const SUM_SCALE = 2 ** -12;
const GATE_SCALE = 2 ** -15;

/** What the fixed-point arithmetic of an int8 LSTM needs. */
export interface LstmScales {
  /** From the sum over the input to a gate's sum, and from that over the hidden state; per gate. */
  readonly input: readonly Multiplier[];
  readonly recurrent: readonly Multiplier[];
  /** From products with the forget gate, of input and cell gate, and of the output, to their sums. */
  readonly forget: Multiplier;
  readonly update: Multiplier;
  readonly output: Multiplier;
  readonly tanh: TanhScale;
  /** The bound of the cell as it is stored; 0: there is none. */
  readonly cellClip: number;
}

/**
 * Source: tensorflow/lite/micro/kernels/lstm_eval_common.cc, PrepareGateParametersInteger,
 * CreateInterGateMulParams and CreateLstmCellStateInfo; kernel_util.cc,
 * GetQuantizedConvolutionMultipler: products of scales in single precision.
 */
export function lstmScales({ attrs, inputs }: TypedNode<LstmAttrs>): LstmScales {
  const [x, hidden, cell] = [inputs[AT.x]!, inputs[AT.hidden]!, inputs[AT.cell]!];
  const cellScale = perTensor(cell).scale;
  const product = (scale: number) => quantizeMultiplier((GATE_SCALE * GATE_SCALE) / scale);
  return {
    input: gateMultipliers(x, inputs[AT.weights]!),
    recurrent: gateMultipliers(hidden, inputs[AT.recurrent]!),
    forget: quantizeMultiplier((GATE_SCALE * cellScale) / cellScale),
    update: product(cellScale),
    output: product(perTensor(hidden).scale),
    tanh: tanhScale(cellFraction(cell)),
    cellClip: Math.trunc(clamp(attrs.cellClip / cellScale, -32768, 32767)),
  };
}

function gateMultipliers(input: TensorType, { shape, quant }: TensorType): Multiplier[] {
  const rows = shape[0]! / LSTM_GATES;
  return Array.from({ length: LSTM_GATES }, (_, gate) => {
    const scale = quant!.scales[quant!.scales.length > 1 ? gate * rows : 0]!;
    return quantizeMultiplier(Math.fround(perTensor(input).scale * scale) / SUM_SCALE);
  });
}

/** Bits of fraction of a cell: its scale is a power of two, or is taken for the nearest one. */
export function cellFraction(cell: Pick<Tensor, 'quant' | 'shape' | 'dtype'>): number {
  return -roundHalfAway(Math.log2(perTensor(cell).scale));
}
