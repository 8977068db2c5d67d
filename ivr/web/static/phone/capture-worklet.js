// The caller's end of the line: microphone (or a recording in its place) → 20 ms frames of µ-law at 8 kHz.
// The audio clock paces them: a frame leaves every 20 ms whether anyone speaks or not, as on a telephone.

import { DECODED, encodeFloat, FRAME_BYTES, LINE_RATE_HZ } from "./g711.js";
import { Resampler } from "./resampler.js";

const QUANTUM = new Float32Array(128); // silence, where no microphone is connected

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, LINE_RATE_HZ);
    this.muted = false;
    this.recording = null; // Float32Array at 8 kHz, said in place of the microphone
    this.position = 0;
    this.frame = new Uint8Array(FRAME_BYTES);
    this.filled = 0;
    this.energy = 0;
    this.port.onmessage = ({ data }) => {
      if (data.type === "mute") this.muted = data.value;
      if (data.type === "say") this.#say(data.samples);
    };
  }

  #say(samples) {
    if (this.recording) this.port.postMessage({ type: "said" });
    this.recording = samples;
    this.position = 0;
  }

  process(inputs) {
    for (const sample of this.resampler.push(inputs[0][0] ?? QUANTUM)) this.#add(this.#next(sample));
    return true;
  }

  /** What goes out at this moment: the recording, nothing (muted), or the microphone. */
  #next(microphone) {
    if (this.recording && this.position >= this.recording.length) {
      this.recording = null;
      this.port.postMessage({ type: "said" });
    }
    if (this.recording) {
      const sample = this.recording[this.position];
      this.position += 1;
      return sample;
    }
    return this.muted ? 0 : microphone;
  }

  #add(sample) {
    const code = encodeFloat(sample);
    this.frame[this.filled] = code;
    this.filled += 1;
    this.energy += DECODED[code] ** 2;
    if (this.filled < FRAME_BYTES) return;
    const level = Math.sqrt(this.energy / FRAME_BYTES);
    this.port.postMessage({ type: "frame", bytes: this.frame, level });
    this.filled = 0;
    this.energy = 0;
  }
}

registerProcessor("capture", Capture);
