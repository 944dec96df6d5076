import type { QuantizedModel } from '../compress/quantize-model.ts';
import { formatTable } from './table.ts';

/** The errors of a quantized model, as people read them: each layer, each method, and on what measured. */
export function formatErrors(quantized: QuantizedModel): string[] {
  const { layers, methods, method, calibrated, measured, heldOut } = quantized;
  const rows = layers.flatMap((layer) => [
    { op: layer.op, tensor: layer.tensor, error: layer },
    ...layer.parts.map((part) => ({ op: '', tensor: `  ${part.operand}`, error: part })),
  ]);
  const table = formatTable([
    ['layer', 'signal to noise, dB', 'largest error', 'tensor'],
    ...rows.map(({ op, tensor, error }) => [
      op,
      decibels(error.sqnr),
      error.largest.toPrecision(3),
      tensor.slice(0, 60),
    ]),
  ]);
  const tried = methods.map((each) => `${each.method} ${decibels(each.sqnr)} dB`).join(', ');
  const judged = heldOut
    ? `${measured} others, held out`
    : `the same ${measured} (8 or more would leave some to be held out)`;
  return [
    ...table,
    '',
    `ranges by ${method}; signal to noise of the worst output: ${tried}`,
    `calibrated on ${calibrated} inputs, measured on ${judged}`,
  ];
}

function decibels(sqnr: number): string {
  return sqnr === Infinity ? 'exact' : sqnr.toFixed(1);
}
