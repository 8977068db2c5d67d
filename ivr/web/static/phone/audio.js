// The browser's sound for one call: microphone, speaker, key tones, recordings said in the microphone's place.

import { LINE_RATE_HZ } from "./g711.js";

// Row and column tones of each key, Hz (ITU-T Q.23).
const KEY_ROWS = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const KEY_COLUMNS = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };
const KEY_TONE_S = 0.16;

// The caller's own loudspeaker must not come back as the caller's speech, hence the echo canceller; the gain
// control lifts quiet laptop microphones to what a telephone would send.
export const MICROPHONE = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Whether this browser, on this address, can do what a call needs (worklets exist on https and localhost only). */
export function audioSupported() {
  return window.isSecureContext && typeof AudioWorkletNode === "function";
}

/** Sound with these worklets, from a user's click. Throws when this browser can play none. */
export async function openContext(...worklets) {
  const context = new AudioContext({ latencyHint: "interactive" });
  // A telephone call or another program may take the sound away for a while: take it back.
  context.onstatechange = () => {
    if (!["running", "closed"].includes(context.state)) context.resume().catch((error) => console.warn(error));
  };
  try {
    await context.resume();
    for (const worklet of worklets) await context.audioWorklet.addModule(worklet);
  } catch (error) {
    await context.close();
    throw error;
  }
  return context;
}

export class Audio {
  #context;
  #capture;
  #playback;
  #stream = null;
  #on;

  /**
   * `on`: {frame(bytes, level), level(level), mark(name), playing(isPlaying), said(), microphoneLost()}; levels are RMS, 0 to 1.
   * Call from a user's click: browsers keep sound off otherwise.
   */
  static async open(on) {
    const audio = new Audio();
    const here = (name) => new URL(name, import.meta.url).href;
    const context = await openContext(here("capture-worklet.js"), here("playback-worklet.js"));
    audio.#context = context;
    audio.#on = on;
    const mono = { channelCount: 1, channelCountMode: "explicit", numberOfInputs: 1, outputChannelCount: [1] };
    audio.#capture = new AudioWorkletNode(context, "capture", mono);
    audio.#playback = new AudioWorkletNode(context, "playback", { ...mono, numberOfInputs: 0 });
    audio.#capture.connect(context.destination); // silent: only what is connected is run
    audio.#playback.connect(context.destination);
    audio.#capture.port.onmessage = ({ data }) => {
      if (data.type === "frame") on.frame(data.bytes, data.level);
      if (data.type === "said") on.said();
    };
    audio.#playback.port.onmessage = ({ data }) => {
      if (data.type === "level") on.level(data.level);
      if (data.type === "mark") on.mark(data.name);
      if (data.type === "playing") on.playing(data.value);
      if (data.type === "overflow") console.warn("speaker: buffer full, bytes dropped", data.dropped);
    };
    return audio;
  }

  /** Connect the microphone. Throws what getUserMedia throws (NotAllowedError, NotFoundError, …). */
  async useMicrophone() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    if (this.#context.state === "closed") {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#stream = stream;
    for (const track of stream.getTracks()) track.onended = () => this.#on.microphoneLost();
    this.#context.createMediaStreamSource(stream).connect(this.#capture);
  }

  mute(value) {
    this.#capture.port.postMessage({ type: "mute", value });
  }

  /** Say 8 kHz samples in the microphone's place; an empty array stops what is being said. */
  say(samples) {
    this.#capture.port.postMessage({ type: "say", samples });
  }

  play(bytes) {
    this.#playback.port.postMessage({ type: "audio", bytes }, [bytes.buffer]);
  }

  mark(name) {
    // A mark is true once its audio has left the loudspeaker, so the device's own delay counts (Bluetooth: 0.2 s).
    const seconds = (this.#context.baseLatency || 0) + (this.#context.outputLatency || 0);
    this.#playback.port.postMessage({ type: "latency", seconds });
    this.#playback.port.postMessage({ type: "mark", name });
  }

  clear() {
    this.#playback.port.postMessage({ type: "clear" });
  }

  /** Let the caller hear the key just pressed. */
  keyTone(key) {
    const now = this.#context.currentTime;
    const gain = this.#context.createGain();
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(0.08, now + 0.005); // no click at either end
    gain.gain.setValueAtTime(0.08, now + KEY_TONE_S - 0.01);
    gain.gain.linearRampToValueAtTime(0, now + KEY_TONE_S);
    gain.connect(this.#context.destination);
    for (const frequency of [KEY_ROWS[key], KEY_COLUMNS[key]]) {
      const tone = new OscillatorNode(this.#context, { frequency });
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + KEY_TONE_S);
    }
  }

  async close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context.state !== "closed") await this.#context.close();
  }
}

/** Any audio file the browser can read → mono samples at the line's rate. Throws if it can't. */
export async function decodeFile(file) {
  const decoder = new OfflineAudioContext(1, 1, LINE_RATE_HZ);
  const decoded = await decoder.decodeAudioData(await file.arrayBuffer());
  const mono = new Float32Array(decoded.length);
  for (let channel = 0; channel < decoded.numberOfChannels; channel += 1) {
    decoded.getChannelData(channel).forEach((sample, i) => (mono[i] += sample / decoded.numberOfChannels));
  }
  if (!mono.length) throw new Error("no audio in it");
  return mono;
}
