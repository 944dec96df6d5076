import type { Tensor, TypedNode } from '../../ir/types.ts';
import { formatType, perTensor } from '../../ir/types.ts';
import { isSigmoidOrTanh } from './gates.ts';
import { LSTM_INPUTS as AT } from './lstm-node.ts';
import type { LstmAttrs } from './lstm-node.ts';
import { cellFraction } from './lstm-scales.ts';

/** Why the types of an LSTM do not go together: float throughout, or int8 with a cell of 16 bits. */
export function rejectLstm(node: TypedNode<LstmAttrs>): string | undefined {
  const lengths = node.inputs[AT.lengths];
  if (lengths && lengths.dtype !== 'int32') return `its lengths are ${formatType(lengths)}`;
  if (node.inputs.length < 6) return `it has ${node.inputs.length} inputs`;
  const tensors = [...node.inputs.slice(0, AT.lengths), ...node.outputs];
  const others = tensors.filter((tensor) => tensor && tensor.dtype !== 'float32');
  if (others.length === 0) return undefined;
  const wanted = ['int8', 'int8', 'int8', 'int32', 'int8', 'int16'];
  const types = node.inputs.slice(0, 6).map((tensor) => tensor!.dtype);
  const outputs = node.outputs.map(({ dtype }) => dtype);
  if (String(types) !== String(wanted) || String(outputs) !== 'int8,int8,int16')
    return `it mixes ${tensors.map((tensor) => (tensor ? formatType(tensor) : '-')).join(', ')}`;
  return rejectOptions(node) ?? rejectQuantization(node);
}

function rejectOptions({ attrs, inputs }: TypedNode<LstmAttrs>): string | undefined {
  const { clip, inputForget, reverse, functions } = attrs;
  const plain = isSigmoidOrTanh(functions, ['sigmoid', 'tanh', 'tanh']);
  return clip > 0 || inputForget || reverse || !plain || inputs[AT.peepholes] || inputs[AT.lengths]
    ? 'in int8 it has no clip of gates, coupled gates, other functions, peepholes, lengths or reversal'
    : undefined;
}

function rejectQuantization({ inputs, outputs }: TypedNode<LstmAttrs>): string | undefined {
  const [x, weights, recurrent, bias, hidden, cell] = inputs as readonly Tensor[];
  const constants = [weights!, recurrent!, bias!];
  const variable = constants.find(({ data }) => !data);
  if (variable) return `its weights or bias "${variable.name}" are not constant`;
  const plain = [x!, weights!, recurrent!, hidden!, cell!].find(({ quant }) => !quant);
  if (plain) return `its tensor "${plain.name}" has no quantization`;
  const shifted = [weights!, recurrent!, cell!].find(({ quant }) =>
    quant!.zeroPoints.some((zero) => zero !== 0),
  );
  if (shifted) return `its tensor "${shifted.name}" has a zero point`;
  const several = [x!, hidden!, cell!].find(({ quant }) => quant!.scales.length > 1);
  if (several) return `its tensor "${several.name}" has more than one scale`;
  const zero = [x!, weights!, recurrent!, hidden!, cell!].find(({ quant }) =>
    quant!.scales.some((scale) => !(scale > 0)),
  );
  if (zero) return `its tensor "${zero.name}" has a scale of zero`;
  const fraction = cellFraction(cell!);
  if (fraction < 0 || fraction > 30) return `its cell has the scale ${perTensor(cell!).scale}`;
  const same = outputs.slice(0, 2).every(({ quant }) => {
    const { scale, zeroPoint } = perTensor(hidden!);
    const [found = 0, zeroFound] = [quant?.scales[0], quant?.zeroPoints[0]];
    return Math.abs(found - scale) <= 1e-6 * scale && zeroFound === zeroPoint;
  });
  return same ? undefined : 'its output is quantized otherwise than its hidden state';
}
