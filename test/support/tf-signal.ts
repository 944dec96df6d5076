/**
 * Mel-frequency cepstral coefficients as MLPerf Tiny's keyword spotting computes them, in double
 * precision and without a fast transform: mlcommons/tiny, keyword_spotting/get_dataset.py, and
 * tf.signal's stft, linear_to_mel_weight_matrix and mfccs_from_log_mel_spectrograms.
 */
export function cepstrumByFormula(samples: Int16Array, frames: number): number[] {
  const [window, stride, size, mels] = [480, 320, 512, 40];
  const heard = samples.subarray(0, (frames - 1) * stride + window);
  const peak = heard.reduce((most, sample) => Math.max(most, sample), 1);
  const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);
  const [low, high] = [mel(20), mel(4000)];
  const edge = (m: number) => low + ((high - low) * m) / (mels + 1);
  const weight = (bin: number, m: number) => {
    const at = mel((bin * 16_000) / size);
    const up = (at - edge(m)) / (edge(m + 1) - edge(m));
    const down = (edge(m + 2) - at) / (edge(m + 2) - edge(m + 1));
    return Math.max(0, Math.min(up, down));
  };
  return Array.from({ length: frames }, (_, t) => {
    const shaped = Array.from({ length: window }, (_x, i) => {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window);
      return (hann * (samples[t * stride + i] ?? 0)) / peak;
    });
    const sizes = Array.from({ length: size / 4 + 1 }, (_x, bin) => magnitude(shaped, bin, size));
    const logs = Array.from({ length: mels }, (_x, m) =>
      Math.log(
        sizes.reduce((sum, level, bin) => sum + (bin > 0 ? level * weight(bin, m) : 0), 1e-6),
      ),
    );
    return Array.from({ length: 10 }, (_x, k) =>
      logs.reduce(
        (sum, log, m) =>
          sum + log * Math.sqrt(2 / mels) * Math.cos((Math.PI * k * (m + 0.5)) / mels),
        0,
      ),
    );
  }).flat();
}

function magnitude(shaped: readonly number[], bin: number, size: number): number {
  let [real, imaginary] = [0, 0];
  shaped.forEach((x, i) => {
    const angle = (2 * Math.PI * ((i * bin) % size)) / size;
    real += x * Math.cos(angle);
    imaginary += x * Math.sin(angle);
  });
  return Math.hypot(real, imaginary);
}
