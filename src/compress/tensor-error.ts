import type { Quantization } from '../ir/types.ts';
import { rangeOf } from './range.ts';
import type { Range } from './range.ts';

/** How far a quantized tensor, or a part of one, is from the float one, over all inputs. */
export interface TensorError {
  /** Signal-to-quantization-noise ratio in decibels; Infinity when both agree. */
  readonly sqnr: number;
  readonly largest: number;
  /** Root mean square of the difference; rounding alone makes it a step / sqrt(12). */
  readonly rms: number;
  /** The share of values beyond what the int8 type covers, and their share of the noise, 0 to 1. */
  readonly clipped: number;
  readonly clippedNoise: number;
  /** Channels (last axis) that vary in the float model and have one value in int8. */
  readonly deadChannels: number;
  readonly channels: number;
  /** Least and largest value of the float model. */
  readonly low: number;
  readonly high: number;
  /** What one step of the int8 type is worth; 0 where the tensor stayed float. */
  readonly step: number;
  /** Why the tensor carries no signal any more. */
  readonly collapsed?: string;
}

/** Below this number of values a variance says little. */
const FEW = 16;

/** Sums up pairs of float and int8 values of one tensor. */
export class ErrorSum {
  #count = 0;
  #sum = 0;
  #signal = 0;
  #noise = 0;
  #largest = 0;
  #clipped = 0;
  #clippedNoise = 0;
  readonly #float: Limits;
  readonly #stored: Limits;
  readonly #covered: Range;
  readonly #step: number;

  /** `quant`: the int8 type; undefined where the tensor stayed float. */
  constructor(
    readonly quant: Quantization | undefined,
    readonly channels: number,
  ) {
    this.#float = new Limits(channels);
    this.#stored = new Limits(channels);
    this.#step = quant?.scales[0] ?? 0;
    const { low, high } = quant ? rangeOf(quant) : { low: -Infinity, high: Infinity };
    this.#covered = { low: low - this.#step, high: high + this.#step };
  }

  /** Adds a value of the float model and what the quantized one stores for it. */
  add(float: number, stored: number, channel: number): void {
    const real = this.quant ? this.#step * (stored - this.quant.zeroPoints[0]!) : stored;
    const difference = Math.abs(real - float);
    this.#count += 1;
    this.#sum += float;
    this.#signal += float * float;
    this.#noise += difference * difference;
    this.#largest = Math.max(this.#largest, difference);
    if (float < this.#covered.low || float > this.#covered.high) {
      this.#clipped += 1;
      this.#clippedNoise += difference * difference;
    }
    this.#float.add(float, channel);
    this.#stored.add(stored, channel);
  }

  result(): TensorError {
    const collapsed = this.#describeCollapse();
    const [float, stored] = [this.#float, this.#stored];
    const dead = Array.from({ length: this.channels }, (_, c) => c).filter(
      (c) => stored.span(c) === 0 && float.span(c) > 0,
    );
    return {
      sqnr: this.#sqnr(),
      largest: this.#largest,
      rms: Math.sqrt(this.#noise / (this.#count || 1)),
      clipped: this.#clipped / (this.#count || 1),
      clippedNoise: this.#clippedNoise / (this.#noise || 1),
      deadChannels: dead.length,
      channels: this.channels,
      low: float.low,
      high: float.high,
      step: this.#step,
      ...(collapsed && { collapsed }),
    };
  }

  #sqnr(): number {
    return this.#noise === 0 ? Infinity : 10 * Math.log10(this.#signal / this.#noise);
  }

  // Constant where the float model varies by steps, or further from it than its mean would be.
  #describeCollapse(): string | undefined {
    const step = this.#step;
    const spread = this.#float.high - this.#float.low;
    const poor = !(this.#sqnr() >= 20);
    const constant = this.#stored.low === this.#stored.high;
    if (constant && spread > 0 && (poor || spread > 2 * step)) return 'is constant';
    const variance = this.#signal - (this.#sum * this.#sum) / (this.#count || 1);
    const few = this.#count < FEW;
    const useless = few
      ? !(this.#sqnr() >= 6)
      : poor || this.#noise > this.#count * (2 * step) ** 2;
    return spread > 0 && this.#noise > variance && useless
      ? 'is further from the float model than its mean would be'
      : undefined;
  }
}

/** Least and largest value of each channel. */
class Limits {
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  constructor(channels: number) {
    this.#low = new Float64Array(channels).fill(Infinity);
    this.#high = new Float64Array(channels).fill(-Infinity);
  }

  add(value: number, channel: number): void {
    if (value < this.#low[channel]!) this.#low[channel] = value;
    if (value > this.#high[channel]!) this.#high[channel] = value;
  }

  span(channel: number): number {
    return this.#high[channel]! - this.#low[channel]!;
  }

  get low(): number {
    return this.#low.reduce((a, b) => Math.min(a, b), Infinity);
  }

  get high(): number {
    return this.#high.reduce((a, b) => Math.max(a, b), -Infinity);
  }
}
