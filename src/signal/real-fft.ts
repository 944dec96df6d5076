import { cosineAt, quarterCosine, sineAt, UNIT_16, UNIT_32 } from './circle.ts';

/** 16: every value wraps to 16 bits, as in kissfft with FIXED_POINT 16. 32: so to 32 bits, with exact quarters. */
export type FftBits = 16 | 32;

/**
 * The Fourier transform of real samples, divided by their number, in whole numbers; the number is a
 * power of two from 8 on. With 16 bits it is kissfft's kiss_fftr, step by step, as TFLite Micro's
 * signal library calls it (signal/src/rfft_int16.cc); with 32 bits samples have to be below 2^30.
 * Generated C: codegen-templates/signal/real-fft.ejs.
 */
export class RealFft {
  readonly quarter: Int32Array;
  readonly #half: number;
  readonly #cosine: Int32Array;
  readonly #sine: Int32Array;
  readonly #places: Uint16Array;
  readonly #data: Int16Array | Int32Array;

  constructor(
    readonly size: number,
    readonly bits: FftBits,
  ) {
    this.quarter = quarterCosine(size, bits === 16 ? UNIT_16 : UNIT_32);
    this.#half = size / 2;
    this.#cosine = Int32Array.from({ length: size }, (_, i) => cosineAt(this.quarter, i));
    this.#sine = Int32Array.from({ length: size }, (_, i) => sineAt(this.quarter, i));
    this.#places = Uint16Array.from({ length: this.#half }, (_, i) => placeOf(i, this.#half));
    this.#data = bits === 16 ? new Int16Array(size) : new Int32Array(size);
  }

  /** Of at most `size` samples, zeros behind them: real and imaginary parts of bins 0 to size / 2. */
  transform(samples: ArrayLike<number>): Int16Array | Int32Array {
    this.#data.fill(0);
    for (let i = 0; i < samples.length; i++)
      this.#data[2 * this.#places[i >> 1]! + (i & 1)] = samples[i]!;
    let sub = 1;
    if (Math.log2(this.#half) % 2 === 1) {
      for (let first = 0; first < this.#half; first += 2) this.#pair(2 * first);
      sub = 2;
    }
    for (; sub < this.#half; sub *= 4)
      for (let j = 0; j < sub; j++)
        for (let first = j; first < this.#half; first += 4 * sub)
          this.#four(2 * first, 2 * sub, (j * this.#half) / (2 * sub));
    return this.#split();
  }

  // kf_bfly2 of neighbours, where the twiddle is always the first one: 32767 / 32768.
  #pair(at: number): void {
    const d = this.#data;
    for (let part = at; part < at + 2; part++) {
      const x = this.#divide(d[part]!, 2);
      const t = this.#product(this.#divide(d[part + 2]!, 2), this.#cosine[0]!, 0, 0);
      d[part + 2] = x - t;
      d[part] = x + t;
    }
  }

  // kf_bfly4 of the points at a, a + gap ...; `step` is that of the first twiddle on a circle of `size`.
  #four(a: number, gap: number, step: number): void {
    const d = this.#data;
    const [b, c, e] = [a + gap, a + 2 * gap, a + 3 * gap];
    d[a] = this.#divide(d[a]!, 4);
    d[a + 1] = this.#divide(d[a + 1]!, 4);
    this.#turn(b, step);
    this.#turn(c, 2 * step);
    this.#turn(e, 3 * step);
    const r5 = this.#wrap(d[a] - d[c]!);
    const i5 = this.#wrap(d[a + 1]! - d[c + 1]!);
    const r0 = this.#wrap(d[a] + d[c]!);
    const i0 = this.#wrap(d[a + 1]! + d[c + 1]!);
    const r3 = this.#wrap(d[b]! + d[e]!);
    const i3 = this.#wrap(d[b + 1]! + d[e + 1]!);
    const r4 = this.#wrap(d[b]! - d[e]!);
    const i4 = this.#wrap(d[b + 1]! - d[e + 1]!);
    d[a] = r0 + r3;
    d[a + 1] = i0 + i3;
    d[b] = r5 + i4;
    d[b + 1] = i5 - r4;
    d[c] = r0 - r3;
    d[c + 1] = i0 - i3;
    d[e] = r5 - i4;
    d[e + 1] = i5 + r4;
  }

  // A quarter of a point times a twiddle (C_FIXDIV, C_MUL).
  #turn(at: number, step: number): void {
    const d = this.#data;
    const [r, i] = [this.#divide(d[at]!, 4), this.#divide(d[at + 1]!, 4)];
    const [c, s] = [this.#cosine[step]!, this.#sine[step]!];
    d[at] = this.#product(r, c, i, s);
    d[at + 1] = this.#product(i, c, -r, s);
  }

  // The spectrum of 2 n real samples from that of n complex ones (kiss_fftr).
  #split(): Int16Array | Int32Array {
    const [d, n] = [this.#data, this.#half];
    const out = this.bits === 16 ? new Int16Array(2 * n + 2) : new Int32Array(2 * n + 2);
    const [r0, i0] = [this.#divide(d[0]!, 2), this.#divide(d[1]!, 2)];
    out[0] = r0 + i0;
    out[2 * n] = r0 - i0;
    for (let k = 1; k <= n / 2; k++) {
      const other = 2 * (n - k);
      const [kr, ki] = [this.#divide(d[2 * k]!, 2), this.#divide(d[2 * k + 1]!, 2)];
      const [nr, ni] = [this.#divide(d[other]!, 2), this.#divide(this.#wrap(-d[other + 1]!), 2)];
      const [f1r, f1i] = [this.#wrap(kr + nr), this.#wrap(ki + ni)];
      const [f2r, f2i] = [this.#wrap(kr - nr), this.#wrap(ki - ni)];
      // The twiddle e^(-i pi (k / n + 1/2)).
      const [c, s] = [-this.#sine[k]!, -this.#cosine[k]!];
      const tr = this.#product(f2r, c, -f2i, s);
      const ti = this.#product(f2r, s, f2i, c);
      out[2 * k] = (f1r + tr) >> 1;
      out[2 * k + 1] = (f1i + ti) >> 1;
      // The middle bin is written twice, as there.
      out[other] = (f1r - tr) >> 1;
      out[other + 1] = (ti - f1i) >> 1;
    }
    return out;
  }

  // C_FIXDIV, where 32767 / 4 is cut to 8191; rounded quarters and halves with 32 bits.
  #divide(x: number, by: 2 | 4): number {
    if (this.bits === 16) return (x * (by === 4 ? 8191 : 16383) + 16384) >> 15;
    return by === 4 ? (x + 2) >> 2 : (x + 1) >> 1;
  }

  // a * c + b * s, rounded and without what the cosines are scaled by; 62 bits in two parts.
  #product(a: number, c: number, b: number, s: number): number {
    if (this.bits === 16) return this.#wrap((a * c + b * s + 16384) >> 15);
    const high = a * (c >> 15) + b * (s >> 15);
    const low = a * (c & 32767) + b * (s & 32767);
    return Math.floor((high + Math.floor((low + 2 ** 29) / 32768)) / 32768) | 0;
  }

  #wrap(x: number): number {
    return this.bits === 16 ? (x << 16) >> 16 : x | 0;
  }
}

/** Where sample `index` of `points` goes before the first stage: its digits base 4, a last one base 2, turned round. */
export function placeOf(index: number, points: number): number {
  let place = 0;
  for (let left = points, rest = index; left > 1;) {
    const radix = left % 4 === 0 ? 4 : 2;
    left /= radix;
    place += (rest % radix) * left;
    rest = Math.floor(rest / radix);
  }
  return place;
}
