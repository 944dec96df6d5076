import type { Graph, Node, TensorId } from '../ir/types.ts';
import { opOf } from '../ops/index.ts';
import type { FormErrors, LayerError } from './layer-errors.ts';

/** Layers below this signal-to-noise ratio, in decibels, are warned of. */
export const POOR_DB = 20;

/** What made a layer poor, and what may help. */
export interface Cause {
  readonly reason: string;
  readonly hint: string;
  /** The operand that is poor already. */
  readonly from?: TensorId;
}

/** The cause of a poor layer: the first that its error and its operands' bear out. */
export function causeOf(graph: Graph, errors: FormErrors, poor: LayerError): Cause {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(poor.id));
  const operands = operandsOf(node, errors);
  return (
    notFinite(poor) ??
    clipped(poor) ??
    inherited(poor, operands) ??
    drowned(poor) ??
    prescribed(node, poor) ??
    cancelled(poor, operands) ??
    coarse(poor) ??
    amplified(operands)
  );
}

function operandsOf(node: Node | undefined, { inputs, layers }: FormErrors): LayerError[] {
  const known = new Map<TensorId, LayerError>([...inputs, ...layers].map((e) => [e.id, e]));
  return (node?.inputs ?? []).flatMap((id) => known.get(id!) ?? []);
}

/** Signal to noise of a layer, or of its worst part. */
export function worstOf({ sqnr, parts }: LayerError): number {
  return parts.reduce((least, part) => Math.min(least, part.sqnr), sqnr);
}

function notFinite({ sqnr }: LayerError): Cause | undefined {
  if (!Number.isNaN(sqnr)) return undefined;
  return {
    reason: 'the float model itself gives NaN or infinity here',
    hint: 'check the inputs that it was measured on',
  };
}

function clipped({ tensor, clipped, clippedNoise, low, high }: LayerError): Cause | undefined {
  if (clippedNoise < 0.5) return undefined;
  return {
    reason: `${percent(clipped)} of ${shown(tensor)} lie beyond its int8 range: they go from ${short(low)} to ${short(high)}`,
    hint: `calibrate with inputs that reach as far, or give --range "${tensor}=${short(low)}:${short(high)}"`,
  };
}

function inherited(poor: LayerError, operands: readonly LayerError[]): Cause | undefined {
  const worst = [...operands].sort((a, b) => a.sqnr - b.sqnr)[0];
  if (!worst || !(worst.sqnr < Math.min(POOR_DB + 3, worstOf(poor) + 6))) return undefined;
  return {
    reason: `its operand ${shown(worst.tensor)} has ${worst.sqnr.toFixed(1)} dB already`,
    hint: `see to ${shown(worst.tensor)} first`,
    from: worst.id,
  };
}

function drowned({ parts, low, high, step }: LayerError): Cause | undefined {
  const quiet = parts.filter(({ sqnr }) => !(sqnr >= POOR_DB)).sort((a, b) => a.sqnr - b.sqnr)[0];
  if (!quiet) return undefined;
  return {
    reason: `${shown(quiet.operand)} (${short(quiet.low)} to ${short(quiet.high)}) is joined with values from ${short(low)} to ${short(high)}, in steps of ${short(step)}`,
    hint: 'make them outputs of their own, or scale them alike before they are joined',
  };
}

function prescribed(node: Node | undefined, { low, high, step }: LayerError): Cause | undefined {
  const rule = node && opOf(node.op).quantize;
  if (!rule || typeof rule === 'string') return undefined;
  return {
    reason: `${node.op} is always stored in steps of ${short(step)}, its values go from ${short(low)} to ${short(high)} only`,
    hint: 'take the tensor before it as the output, and compute it in the application',
  };
}

function cancelled({ low, high }: LayerError, operands: readonly LayerError[]): Cause | undefined {
  const coarse = operands.find(({ step }) => step * 8 > high - low);
  if (!coarse) return undefined;
  return {
    reason: `it goes from ${short(low)} to ${short(high)} only, its operand ${shown(coarse.tensor)} has steps of ${short(coarse.step)}`,
    hint: 'what large values leave when they cancel is lost: subtract before the model, in float',
  };
}

// Rounding to its own steps makes at least half of the noise.
function coarse({
  tensor,
  deadChannels,
  channels,
  low,
  high,
  step,
  rms,
}: LayerError): Cause | undefined {
  if (step ** 2 / 12 < rms ** 2 / 2) return undefined;
  if (deadChannels > 0) {
    return {
      reason: `${deadChannels} of ${channels} channels of ${shown(tensor)} are below a step (${short(step)}), which the largest channel sets (${short(low)} to ${short(high)})`,
      hint: 'scale the channels alike, or remove those that are dead',
    };
  }
  return {
    reason: `rare values set the range of ${shown(tensor)}; most lie within few steps of ${short(step)}`,
    hint: `give a range that covers what matters with --range "${tensor}=LOW:HIGH"`,
  };
}

function amplified(operands: readonly LayerError[]): Cause {
  const listed = operands.map(({ tensor, sqnr }) => `${shown(tensor)} (${sqnr.toFixed(1)} dB)`);
  const what = listed.length > 0 ? `the errors of ${listed.join(' and ')} and ` : '';
  return {
    reason: `${what}the rounding of its weights add up in it, more than its values do`,
    hint: 'calibrate with more typical inputs, or train the model to be quantized',
  };
}

/** A tensor's name as messages show it: TFLite joins the names of all that it fused. */
export function shown(name: string): string {
  return `"${name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name}"`;
}

const LONGEST = 60;

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
