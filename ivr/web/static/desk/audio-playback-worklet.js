// The caller's voice → the agent's speaker.

import { DECODED, LINE_RATE_HZ } from "../phone/g711.js";
import { Resampler } from "../phone/resampler.js";
import { FRAME_SAMPLES, JitterBuffer } from "./audio-jitter.js";

const REPORT_EVERY = 2; // frames: a level every 40 ms moves a meter smoothly

class TalkPlayback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(LINE_RATE_HZ, sampleRate);
    this.jitter = new JitterBuffer();
    this.pending = new Float32Array(0); // resampled, not yet given to the speaker
    this.energy = 0;
    this.frames = 0;
    this.port.onmessage = ({ data }) => {
      if (data.type === "clear") this.jitter.clear();
      if (data.type === "frame") {
        const samples = Float32Array.from(data.bytes, (code) => DECODED[code]);
        if (samples.length === FRAME_SAMPLES) this.jitter.push(data.sequence, samples, currentTime * 1000);
      }
    };
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
    return true;
  }

  #produce() {
    const frame = this.jitter.pull();
    for (const sample of frame) this.energy += sample ** 2;
    this.frames += 1;
    if (this.frames === REPORT_EVERY) {
      const level = Math.sqrt(this.energy / (this.frames * FRAME_SAMPLES));
      this.port.postMessage({ type: "level", level, counts: this.jitter.counts, heldBackMs: this.jitter.targetMs });
      this.frames = 0;
      this.energy = 0;
    }
    return this.resampler.push(frame);
  }
}

registerProcessor("talk-playback", TalkPlayback);
