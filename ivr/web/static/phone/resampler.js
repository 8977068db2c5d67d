// Streaming change of sample rate by a windowed-sinc filter, one filter phase per output position.
// Imported by the audio worklets, so nothing of `window` may be used here.

// Zero crossings on each side at the lower of the two rates. With the Kaiser window below, the transition band
// is (A - 8) / (14.36 · 64) of that rate (Kaiser 1974), 540 Hz of 8 kHz at A = 70 dB: flat to 3.4 kHz, the
// telephone band's edge, and closed at 4 kHz, where aliases would begin.
const ZERO_CROSSINGS = 32;
const KAISER_BETA = 6.755; // 0.1102 · (70 - 8.7): 70 dB in the stop band (Kaiser 1974)
const CUTOFF = 0.4665; // of the lower rate: the middle of the transition band, 3,730 Hz at 8 kHz

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel0(x) {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export class Resampler {
  /** Both rates in Hz, whole numbers. The delay is ZERO_CROSSINGS samples of the lower rate (4 ms at 8 kHz). */
  constructor(fromHz, toHz) {
    const divisor = gcd(fromHz, toHz);
    this.up = toHz / divisor;
    this.down = fromHz / divisor;
    const halfWidth = ZERO_CROSSINGS * Math.max(1, fromHz / toHz);
    this.half = Math.ceil(halfWidth);
    this.taps = 2 * this.half;
    this.kernels = this.#kernels(halfWidth, CUTOFF * Math.min(1, toHz / fromHz));
    this.history = new Float32Array(this.taps + 4096);
    this.held = this.taps - 1; // silence before the first sample, so that output begins at once
    this.base = 0; // where in `history` the next output's window starts
    this.phase = 0; // 0 … up - 1: how far past `base` it lies, in 1/up of an input sample
    this.output = new Float32Array(0);
  }

  #kernels(halfWidth, cutoff) {
    const table = new Float32Array(this.up * this.taps);
    for (let phase = 0; phase < this.up; phase += 1) {
      const offset = phase * this.taps;
      let sum = 0;
      for (let k = 0; k < this.taps; k += 1) {
        const t = k - (this.half - 1) - phase / this.up;
        const x = Math.PI * 2 * cutoff * t;
        const sinc = x === 0 ? 1 : Math.sin(x) / x;
        const edge = 1 - (t / halfWidth) ** 2;
        const value = edge > 0 ? sinc * bessel0(KAISER_BETA * Math.sqrt(edge)) : 0;
        table[offset + k] = value;
        sum += value;
      }
      for (let k = 0; k < this.taps; k += 1) table[offset + k] /= sum; // gain 1 at 0 Hz in every phase
    }
    return table;
  }

  /** Samples in → as many as are ready. The array given back is reused by the next call: copy what you keep. */
  push(input) {
    this.#append(input);
    const most = Math.ceil((input.length + 1) * (this.up / this.down)) + 1;
    if (this.output.length < most) this.output = new Float32Array(most);
    let count = 0;
    while (this.base + this.taps <= this.held) {
      const offset = this.phase * this.taps;
      let sum = 0;
      for (let k = 0; k < this.taps; k += 1) sum += this.history[this.base + k] * this.kernels[offset + k];
      this.output[count] = sum;
      count += 1;
      this.phase += this.down;
      this.base += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    const done = Math.min(this.base, this.held);
    this.history.copyWithin(0, done, this.held);
    this.held -= done;
    this.base -= done;
    return this.output.subarray(0, count);
  }

  #append(input) {
    if (this.held + input.length > this.history.length) {
      const larger = new Float32Array(2 * (this.held + input.length));
      larger.set(this.history.subarray(0, this.held));
      this.history = larger;
    }
    this.history.set(input, this.held);
    this.held += input.length;
  }
}
