/** How the values of a tensor are spread, over all calibration inputs. */
export class Histogram {
  static readonly BINS = 2048;
  readonly counts = new Float64Array(Histogram.BINS);
  total = 0;

  constructor(
    readonly low: number,
    readonly high: number,
  ) {}

  get width(): number {
    return (this.high - this.low) / Histogram.BINS || 1;
  }

  /** Counts values, those that equal `except` left out. */
  add(values: Float32Array, except?: number): void {
    for (const value of values) {
      if (value === except) continue;
      const bin = Math.floor((value - this.low) / this.width);
      this.counts[Math.min(Histogram.BINS - 1, Math.max(0, bin))]! += 1;
      this.total += 1;
    }
  }

  centre(bin: number): number {
    return this.low + (bin + 0.5) * this.width;
  }

  /** The value below which a fraction of all values lies. */
  quantile(fraction: number): number {
    let seen = 0;
    for (let bin = 0; bin < Histogram.BINS; bin++) {
      seen += this.counts[bin]!;
      if (seen >= fraction * this.total) return this.low + (bin + 1) * this.width;
    }
    return this.high;
  }
}
