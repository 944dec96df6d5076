import type { CompressedModel } from '../compress/prune/compress-model.ts';
import { formatSize } from '../support/bytes.ts';
import { formatCount, formatTable } from './table.ts';

/** What became of a compressed model, as people read it: each layer, what was refused, the outputs. */
export function formatCompression(compressed: CompressedModel): string[] {
  const { layers, left, bytesBefore, bytes, agreement, heldOut } = compressed;
  const table = formatTable([
    [
      'layer',
      'zeros',
      'bits',
      'bytes',
      'before',
      'format',
      'error, masks',
      'refitted',
      'taken',
      'name',
    ],
    ...layers.map((layer) => [
      layer.op,
      percent(1 - layer.kept),
      String(layer.bits),
      formatCount(layer.bytes),
      formatCount(layer.bytesBefore),
      layer.format,
      percent(layer.masked),
      layer.refitted === null ? '-' : percent(layer.refitted),
      layer.form,
      layer.name.slice(0, 40),
    ]),
  ]);
  const refused = [
    ...left.map(({ op, name, reason }) => `left as it is: ${op} ${name}: ${reason}`),
    ...layers.flatMap(({ op, name, refused }) =>
      refused.map((reason) => `refused: ${op} ${name}: ${reason}`),
    ),
  ];
  const judged = heldOut
    ? `${compressed.judged} others, held out`
    : `the same ${compressed.judged} (8 or more would leave some to be held out)`;
  return [
    ...table,
    ...refused,
    '',
    `stored weights: ${formatSize(bytes)} instead of ${formatSize(bytesBefore)} (${percent(bytes / bytesBefore)})`,
    `error of the outputs: ${percent(compressed.outputError)} of their variance`,
    ...(agreement ? [`same answer: ${agreement.same} of ${agreement.of} inputs`] : []),
    `fitted to ${compressed.fitted} inputs, judged on ${judged}`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
