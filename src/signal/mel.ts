const f = Math.fround;

/** Triangles on the mel scale; a bin is in two of them, on the falling side of one and the rising side of the next. */
export interface MelBank {
  /** The first bin that counts. */
  readonly first: number;
  /** Bins up to the first triangle's top, to the next one's, and so on to the end of the last. */
  readonly widths: readonly number[];
  /** Shares of each bin, in 2^-bits. */
  readonly falling: Int16Array;
  readonly rising: Int16Array;
  readonly bits: number;
}

export interface MelSettings {
  readonly rate: number;
  /** Samples of the Fourier transform. */
  readonly size: number;
  readonly count: number;
  /** Hertz. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Filters of TFLite Micro's signal library, 12 bits, in single precision and cut as there. Source:
 * tflite-micro, python/tflite_micro/signal/ops/filter_bank_ops.py. (What bins get there to be aligned
 * has a weight of zero, and is left out.)
 */
export function signalBank({ rate, size, count, lower, upper }: MelSettings): MelBank {
  const mel = (hertz: number) => f(1127 * f(Math.log1p(f(f(hertz) / 700))));
  const low = mel(lower);
  const spacing = f(f(mel(upper) - low) / f(count + 1));
  const step = rate / size;
  return bankOf({
    ...{ bits: 12, low, first: roundHalfEven(1 + lower / step), end: Infinity },
    tops: Array.from({ length: count + 1 }, (_, i) => f(low + f(spacing * f(i + 1)))),
    melOf: (bin) => mel(bin * step),
    shares: (at, top, before) => {
      const weight = f(f(top - at) / f(top - before));
      return [Math.trunc(f(weight * 4096)), Math.trunc(f(f(1 - weight) * 4096))];
    },
  });
}

/**
 * Filters of tf.signal.linear_to_mel_weight_matrix, 15 bits, rounded: the same triangles without bin 0.
 * Source: tensorflow/python/ops/signal/mel_ops.py.
 */
export function linearBank({ rate, size, count, lower, upper }: MelSettings): MelBank {
  const mel = (hertz: number) => 1127 * Math.log1p(hertz / 700);
  const low = mel(lower);
  const spacing = (mel(upper) - low) / (count + 1);
  const step = rate / size;
  return bankOf({
    ...{ bits: 15, low, first: Math.floor(lower / step) + 1, end: size / 2 },
    tops: Array.from({ length: count + 1 }, (_, i) => low + spacing * (i + 1)),
    melOf: (bin) => mel(bin * step),
    shares: (at, top, before) => {
      const weight = Math.round((32767 * (top - at)) / (top - before));
      return [weight, 32767 - weight];
    },
  });
}

/** Where on the mel scale bins and triangles are. */
interface MelScale {
  readonly bits: number;
  readonly first: number;
  /** The bin before which all that count are: the one of half the rate is at the end of every filter. */
  readonly end: number;
  readonly low: number;
  /** Tops of the triangles, and the end of the last one. */
  readonly tops: readonly number[];
  melOf(bin: number): number;
  /** What a bin at `at` gives to the triangle that ends at `top`, and to the one whose top that is. */
  shares(at: number, top: number, before: number): [number, number];
}

function bankOf({ bits, first, end, low, tops, melOf, shares }: MelScale): MelBank {
  const widths: number[] = [];
  const weights: [number, number][] = [];
  for (const [i, top] of tops.entries()) {
    const start = weights.length;
    for (let at; first + weights.length < end && (at = melOf(first + weights.length)) <= top;)
      weights.push(shares(at, top, tops[i - 1] ?? low));
    widths.push(weights.length - start);
  }
  return {
    ...{ first, bits, widths },
    falling: Int16Array.from(weights, ([falling]) => falling),
    rising: Int16Array.from(weights, ([, rising]) => rising),
  };
}

/** The bin behind the last one that counts. */
export function bankEnd({ first, falling }: MelBank): number {
  return first + falling.length;
}

/**
 * What each triangle holds of a spectrum: exact where the sums stay below 2^53. Source: tflite-micro,
 * signal/src/filter_bank.cc.
 */
export function channelsOf(bank: MelBank, spectrum: ArrayLike<number>): number[] {
  const channels: number[] = [];
  let at = 0;
  let rising = 0;
  for (const width of bank.widths) {
    let sum = rising;
    rising = 0;
    for (const end = at + width; at < end; at++) {
      sum += bank.falling[at]! * spectrum[bank.first + at]!;
      rising += bank.rising[at]! * spectrum[bank.first + at]!;
    }
    channels.push(sum);
  }
  return channels.slice(1);
}

function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  return x - low > 0.5 || (x - low === 0.5 && low % 2 === 1) ? low + 1 : low;
}
