// Evens out the caller's voice: frames go in as they arrive and come out one every 20 ms. The same as audio/jitter.py,
// where the constants have their sources. Imported by a worklet, so nothing of `window` may be used here.

import { Concealer } from "./audio-concealment.js";

export const FRAME_SAMPLES = 160; // 20 ms at 8 kHz
const FRAME_MS = 20;
const STRETCH = 25; // frames: arrival times are looked at by half seconds,
const STRETCHES = 8; // four seconds in all
const TOLERATED = 2; // of them, whose latest frame is not waited for
const LEAST_MS = 20;
const MOST_MS = 200;
const SURPLUS = 2; // frames above the target from which playing speeds up: at once where nothing is said …
const PATIENCE = 10; // … in speech when it has lasted for so many frames,
const GREAT_SURPLUS = 4;
const LITTLE_PATIENCE = 2; // or for so many when it is great
const QUIET = 10 ** (-50 / 10); // mean square
const MOST_FRAMES = 25; // 500 ms
const FADED_FRAMES = 3; // made up for in a row; after them it is silent

export class JitterBuffer {
  counts = { played: 0, concealed: 0, late: 0, skipped: 0 };
  #frames = new Map();
  #next = null; // null: playing has not begun
  #transits = [];
  #concealer = new Concealer();
  #missing = 0;
  #surplus = 0;

  /** What is held back at present, ms. */
  get targetMs() {
    if (!this.#transits.length) return LEAST_MS;
    const latest = [];
    for (let at = 0; at < this.#transits.length; at += STRETCH) {
      latest.push(Math.max(...this.#transits.slice(at, at + STRETCH)));
    }
    latest.sort((a, b) => b - a);
    const spread = latest[Math.min(TOLERATED, latest.length - 1)] - Math.min(...this.#transits);
    return Math.min(MOST_MS, Math.max(LEAST_MS, spread));
  }

  get waiting() {
    return this.#frames.size;
  }

  /** A frame (Float32Array of 160) that arrived at `nowMs`. */
  push(sequence, frame, nowMs) {
    const newest = this.#frames.size ? Math.max(...this.#frames.keys()) : this.#next;
    if (newest !== null && Math.abs(sequence - newest) > MOST_FRAMES) this.clear();
    this.#transits.push(nowMs - sequence * FRAME_MS);
    if (this.#transits.length > STRETCH * STRETCHES) this.#transits.shift();
    if (this.#frames.has(sequence) || (this.#next !== null && sequence < this.#next)) {
      this.counts.late += 1;
      return;
    }
    this.#frames.set(sequence, frame);
    while (this.#frames.size > MOST_FRAMES) {
      const oldest = Math.min(...this.#frames.keys());
      this.#frames.delete(oldest);
      this.#next = oldest + 1;
      this.counts.skipped += 1;
    }
  }

  /** The next 20 ms, to be asked for every 20 ms. */
  pull() {
    if (this.#next === null) {
      const heldBack = this.#frames.size && this.#frames.size * FRAME_MS >= this.targetMs;
      if (!heldBack) return this.#concealer.lost(FRAME_SAMPLES);
      this.#next = Math.min(...this.#frames.keys());
    }
    const frame = this.#take();
    if (!frame) return this.#lost();
    this.#missing = 0;
    this.counts.played += 1;
    return this.#concealer.good(this.#caughtUp(frame));
  }

  /** Forget what waits: another count begins, or the talk pauses. */
  clear() {
    this.counts.skipped += this.#frames.size;
    this.#frames.clear();
    this.#transits = [];
    this.#next = null;
    this.#missing = 0;
    this.#surplus = 0;
  }

  #take() {
    const frame = this.#frames.get(this.#next);
    if (!frame) return null;
    this.#frames.delete(this.#next);
    this.#next += 1;
    return frame;
  }

  #lost() {
    this.#missing += 1;
    this.counts.concealed += 1;
    if (this.#frames.size) {
      this.#next += 1; // later ones are there: it will not come
    } else if (this.#missing >= FADED_FRAMES) {
      this.#next = null;
      this.#missing = 0;
    }
    return this.#concealer.lost(FRAME_SAMPLES);
  }

  #caughtUp(frame) {
    let surplus = this.#frames.size + 1 - this.targetMs / FRAME_MS;
    while (surplus >= SURPLUS && isQuiet(frame) && this.#frames.has(this.#next)) {
      frame = this.#skip();
      surplus -= 1;
    }
    this.#surplus = surplus >= SURPLUS ? this.#surplus + 1 : 0;
    const patience = surplus >= GREAT_SURPLUS ? LITTLE_PATIENCE : PATIENCE;
    if (this.#surplus <= patience || !this.#frames.has(this.#next)) return frame;
    this.#surplus = 0;
    const following = this.#skip();
    return frame.map((sample, i) => {
      const rise = (i + 0.5) / FRAME_SAMPLES;
      return sample * (1 - rise) + following[i] * rise;
    });
  }

  #skip() {
    this.counts.skipped += 1;
    return this.#take();
  }
}

function isQuiet(frame) {
  return frame.reduce((sum, sample) => sum + sample ** 2, 0) / frame.length < QUIET;
}
