import type { Tensor } from '../../ir/types.ts';

/**
 * Why a layer's weights and activations cannot be taken: weights have to be constant, with one scale
 * and without a zero point, activations to have one scale. Only constants are asked for in float.
 */
export function rejectWeightKinds(
  weights: readonly (Tensor | undefined)[],
  activations: readonly Tensor[] = [],
): string | undefined {
  const constants = weights.filter((tensor) => tensor !== undefined);
  const variable = constants.find(({ data }) => !data);
  if (variable) return `its weights or bias "${variable.name}" are not constant`;
  if (activations.length === 0) return undefined;
  const matrices = constants.filter(({ dtype }) => dtype !== 'int32');
  const scaled = [...activations, ...matrices];
  const plain = scaled.find(({ quant }) => !(quant && quant.scales[0]! > 0));
  if (plain) return `its tensor "${plain.name}" has no scale`;
  const several = scaled.find(({ quant }) => quant!.scales.length > 1);
  if (several) return `its tensor "${several.name}" has more than one scale`;
  const shifted = matrices.find(({ quant }) => quant!.zeroPoints[0] !== 0);
  return shifted && `its weights "${shifted.name}" have a zero point`;
}
