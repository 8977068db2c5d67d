// The other end of the line: µ-law from the hotline → the speaker. Tells when a mark was really heard.

import { DECODED, FRAME_BYTES, LINE_RATE_HZ } from "./g711.js";
import { Resampler } from "./resampler.js";
import { PlaybackRing } from "./ring.js";

const BLOCK = 16; // samples at 8 kHz per step (2 ms): how finely marks are placed
// After a pause, playing waits until this much is there or has had the time to come, so that audio sent frame by
// frame does not stutter. A whole prompt arrives at once and starts at once.
const CUSHION_BYTES = 3 * FRAME_BYTES;
const CUSHION_S = 0.04;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(LINE_RATE_HZ, sampleRate);
    this.ring = new PlaybackRing();
    this.block = new Float32Array(BLOCK);
    this.pending = new Float32Array(0); // resampled, not yet given to the speaker
    this.latencyS = 0; // from here to the ear
    this.heard = []; // {name, atS}: marks whose audio is on its way to the ear
    this.playing = false;
    this.waitUntilS = null;
    this.energy = 0;
    this.measured = 0;
    this.port.onmessage = ({ data }) => this.#receive(data);
  }

  #receive(data) {
    if (data.type === "latency") this.latencyS = data.seconds;
    if (data.type === "mark") this.ring.mark(data.name);
    if (data.type === "audio") {
      const dropped = this.ring.push(data.bytes);
      if (dropped) this.port.postMessage({ type: "overflow", dropped });
    }
    if (data.type === "clear") {
      for (const { name } of this.heard.splice(0)) this.port.postMessage({ type: "mark", name });
      for (const name of this.ring.clear()) this.port.postMessage({ type: "mark", name });
      this.pending = new Float32Array(0);
    }
  }

  process(_inputs, outputs) {
    const output = outputs[0][0];
    let filled = 0;
    while (filled < output.length) {
      if (!this.pending.length) this.pending = this.#produce();
      const count = Math.min(this.pending.length, output.length - filled);
      output.set(this.pending.subarray(0, count), filled);
      this.pending = this.pending.subarray(count);
      filled += count;
    }
    while (this.heard.length && this.heard[0].atS <= currentTime) {
      this.port.postMessage({ type: "mark", name: this.heard.shift().name });
    }
    return true;
  }

  /** The next 2 ms: audio where there is some, silence where there is none. */
  #produce() {
    const ready = this.#ready();
    for (let i = 0; i < BLOCK; i += 1) {
      const code = ready ? this.ring.take() : undefined;
      const sample = code === undefined ? 0 : DECODED[code];
      this.block[i] = sample;
      this.energy += sample ** 2;
    }
    for (const name of this.ring.reached()) this.heard.push({ name, atS: currentTime + this.latencyS });
    this.#report();
    return this.resampler.push(this.block);
  }

  #ready() {
    if (!this.ring.length) {
      this.waitUntilS = null;
      this.#setPlaying(false);
      return false;
    }
    if (!this.playing) {
      this.waitUntilS ??= currentTime + CUSHION_S;
      if (this.ring.length < CUSHION_BYTES && currentTime < this.waitUntilS) return false;
      this.#setPlaying(true);
    }
    return true;
  }

  #setPlaying(value) {
    if (value === this.playing) return;
    this.playing = value;
    this.port.postMessage({ type: "playing", value });
  }

  #report() {
    this.measured += BLOCK;
    if (this.measured < 2 * FRAME_BYTES) return;
    this.port.postMessage({ type: "level", level: Math.sqrt(this.energy / this.measured) });
    this.measured = 0;
    this.energy = 0;
  }
}

registerProcessor("playback", Playback);
