// Steps of optimizers (src/train/optimizer.ts) and masks (src/train/parameter.ts), four floats at a time: arrays take up whole fours.

/** velocity = momentum * velocity + gradient; value -= rate * velocity */
export function stepSgd(
  count: usize,
  values: usize,
  gradients: usize,
  velocities: usize,
  rate: f32,
  momentum: f32,
): void {
  const rates = f32x4.splat(rate);
  const momenta = f32x4.splat(momentum);
  for (let at: usize = 0; at < 4 * count; at += 16) {
    const kept = f32x4.mul(momenta, v128.load(velocities + at));
    const velocity = f32x4.add(kept, v128.load(gradients + at));
    v128.store(velocities + at, velocity);
    v128.store(values + at, f32x4.sub(v128.load(values + at), f32x4.mul(rates, velocity)));
  }
}

/**
 * mean += (1 - first) * (gradient - mean); power += (1 - second) * (gradient^2 - power);
 * value -= rate * mean / (sqrt(power) + small)
 */
export function stepAdam(
  count: usize,
  values: usize,
  gradients: usize,
  means: usize,
  powers: usize,
  rate: f32,
  first: f32,
  second: f32,
  small: f32,
): void {
  const rates = f32x4.splat(rate);
  const smalls = f32x4.splat(small);
  const firsts = f32x4.splat(1 - first);
  const seconds = f32x4.splat(1 - second);
  for (let at: usize = 0; at < 4 * count; at += 16) {
    const gradient = v128.load(gradients + at);
    let mean = v128.load(means + at);
    let power = v128.load(powers + at);
    mean = f32x4.add(mean, f32x4.mul(firsts, f32x4.sub(gradient, mean)));
    power = f32x4.add(power, f32x4.mul(seconds, f32x4.sub(f32x4.mul(gradient, gradient), power)));
    v128.store(means + at, mean);
    v128.store(powers + at, power);
    const step = f32x4.div(f32x4.mul(rates, mean), f32x4.add(f32x4.sqrt(power), smalls));
    v128.store(values + at, f32x4.sub(v128.load(values + at), step));
  }
}

/** values *= mask */
export function applyMask(count: usize, values: usize, mask: usize): void {
  for (let at: usize = 0; at < 4 * count; at += 16)
    v128.store(values + at, f32x4.mul(v128.load(values + at), v128.load(mask + at)));
}
