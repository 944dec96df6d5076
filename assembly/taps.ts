// What sliding windows see, as src/train/taps.ts lists it: pixels of `channels` floats, -1 beyond the border.

/** Copies the pixel of each tap, zeros for those beyond the border. */
export function gather(taps: usize, count: usize, channels: usize, from: usize, to: usize): void {
  const bytes: usize = channels << 2;
  for (let i: usize = 0; i < count; i++, to += bytes) {
    const pixel = load<i32>(taps + 4 * i);
    const source = from + (pixel as usize) * bytes;
    if (channels == 1) store<f32>(to, pixel < 0 ? 0 : load<f32>(source));
    else if (pixel < 0) memory.fill(to, 0, bytes);
    else memory.copy(to, source, bytes);
  }
}

/** Adds each copy to the pixel of its tap. */
export function scatter(taps: usize, count: usize, channels: usize, from: usize, to: usize): void {
  const bytes: usize = channels << 2;
  for (let i: usize = 0; i < count; i++, from += bytes) {
    const pixel = load<i32>(taps + 4 * i);
    if (pixel < 0) continue;
    const place = to + (pixel as usize) * bytes;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16)
      v128.store(place + at, f32x4.add(v128.load(place + at), v128.load(from + at)));
    for (; at < bytes; at += 4)
      store<f32>(place + at, load<f32>(place + at) + load<f32>(from + at));
  }
}

/** The largest of each window's pixels, channel by channel, and the float of `from` where the first of them lies. */
export function pool(
  taps: usize,
  places: usize,
  window: usize,
  channels: usize,
  from: usize,
  to: usize,
  largest: usize,
): void {
  for (let place: usize = 0; place < places; place++)
    for (let c: usize = 0; c < channels; c++, to += 4, largest += 4) {
      let most: f32 = 0;
      let best: i32 = -1;
      for (let i = place * window; i < (place + 1) * window; i++) {
        const pixel = load<i32>(taps + 4 * i);
        if (pixel < 0) continue;
        const at = pixel * (channels as i32) + (c as i32);
        const x = load<f32>(from + 4 * (at as usize));
        if (best < 0 || x > most) {
          most = x;
          best = at;
        }
      }
      store<f32>(to, most);
      store<i32>(largest, best);
    }
}
