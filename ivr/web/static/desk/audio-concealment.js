// Fills a short hole in a voice at 8 kHz: the last pitch period goes on, and fades. After ITU-T G.711 Appendix I,
// simplified as in audio/concealment.py. Imported by a worklet, so nothing of `window` may be used here.

const SHORTEST = 40; // samples: 5 ms, 200 Hz
const LONGEST = 120; // 15 ms, 66 Hz
const COMPARED = 160; // 20 ms
const HELD = 80; // 10 ms at full level
const FADED = 480; // 60 ms until nothing is left
const BLENDED = 32; // 4 ms in which the real voice takes over again

export class Concealer {
  #history = new Float32Array(COMPARED + LONGEST);
  #period = null;
  #made = 0;

  /** A frame that came; right after a hole its beginning is blended with what filled the hole. */
  good(frame) {
    if (this.#period) {
      const bridge = this.#make(BLENDED);
      frame = frame.slice();
      for (let i = 0; i < BLENDED; i += 1) {
        const rise = (i + 0.5) / BLENDED;
        frame[i] = frame[i] * rise + bridge[i] * (1 - rise);
      }
      this.#period = null;
    }
    this.#history.copyWithin(0, frame.length);
    this.#history.set(frame, this.#history.length - frame.length);
    return frame;
  }

  /** What makes up for `count` samples that did not come; silence from 60 ms after the hole began. */
  lost(count) {
    if (!this.#period) {
      this.#period = this.#history.slice(-this.#pitch());
      this.#made = 0;
    }
    return this.#make(count);
  }

  #make(count) {
    const made = new Float32Array(count);
    for (let i = 0; i < count; i += 1, this.#made += 1) {
      const gain = 1 - Math.max(0, this.#made - HELD) / (FADED - HELD);
      if (gain <= 0) break;
      made[i] = this.#period[this.#made % this.#period.length] * gain;
    }
    return made;
  }

  /** The lag at which the latest 20 ms are most like what came before them. */
  #pitch() {
    const latest = this.#history.length - COMPARED;
    let best = LONGEST;
    let bestLikeness = -Infinity;
    for (let lag = LONGEST; lag >= SHORTEST; lag -= 1) {
      let product = 0;
      let energy = 1e-9;
      for (let i = latest; i < this.#history.length; i += 1) {
        product += this.#history[i] * this.#history[i - lag];
        energy += this.#history[i - lag] ** 2;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness > bestLikeness) [best, bestLikeness] = [lag, likeness];
    }
    return best;
  }
}
