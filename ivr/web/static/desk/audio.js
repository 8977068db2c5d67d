// The sound of an agent's talk: microphone and speaker joined with the caller over /desk/audio/TOKEN.
//
//   const talk = await TalkAudio.open(on);     // from a click; asks for the microphone
//   talk.connect(token);                       // from "accept"; may be called again with a new token
//   talk.mute(true); await talk.useMicrophone(); talk.close();

import { audioSupported, MICROPHONE, openContext } from "../phone/audio.js";
import { TalkSocket } from "./audio-socket.js";

export { audioSupported };

export class TalkAudio {
  #context;
  #capture;
  #playback;
  #stream = null;
  #socket = null;
  #microphone = "missing";
  #muted = false;
  #on;

  /**
   * `on`:
   *   state(name, detail): connecting · ready · joined · hold · ended {why, reason, byUs}; `why` as in
   *     audio-socket.js, `lost` when the network broke
   *   levels({agent?, caller?}): RMS, 0 to 1; agent's while muted is what the microphone hears
   *   microphone(state): ok, or the name of the error (NotAllowedError, NotFoundError, lost …)
   *   problem(code, message): what the server says is wrong
   *   quality({counts, heldBackMs}): of the caller's voice
   * Throws when this browser can play no sound.
   */
  static async open(on) {
    const audio = new TalkAudio();
    const here = (name) => new URL(name, import.meta.url).href;
    audio.#context = await openContext(here("../phone/capture-worklet.js"), here("audio-playback-worklet.js"));
    audio.#on = on;
    audio.#connectNodes();
    await audio.useMicrophone();
    return audio;
  }

  #connectNodes() {
    const mono = { channelCount: 1, channelCountMode: "explicit", numberOfInputs: 1, outputChannelCount: [1] };
    this.#capture = new AudioWorkletNode(this.#context, "capture", mono);
    this.#playback = new AudioWorkletNode(this.#context, "talk-playback", { ...mono, numberOfInputs: 0 });
    this.#capture.connect(this.#context.destination); // silent: only what is connected is run
    this.#playback.connect(this.#context.destination);
    this.#capture.port.onmessage = ({ data }) => {
      if (data.type !== "frame") return;
      this.#socket?.sendFrame(data.bytes); // muted, or without a microphone, it is silence: the server sees we live
      this.#on.levels({ agent: data.level });
    };
    this.#playback.port.onmessage = ({ data }) => {
      this.#on.levels({ caller: data.level });
      this.#on.quality?.({ counts: data.counts, heldBackMs: data.heldBackMs });
    };
  }

  /** Ask for the microphone (again). A refusal is told to page and server, and the agent hears all the same. */
  async useMicrophone() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
      if (this.#context.state === "closed") {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      for (const track of this.#stream?.getTracks() ?? []) track.stop();
      this.#stream = stream;
      for (const track of stream.getTracks()) track.onended = () => this.#setMicrophone("lost");
      this.#context.createMediaStreamSource(stream).connect(this.#capture);
      this.#setMicrophone("ok");
    } catch (error) {
      this.#setMicrophone(error.name);
    }
  }

  #setMicrophone(state) {
    this.#microphone = state;
    this.#socket?.tell({ type: "microphone", state });
    this.#on.microphone(state);
  }

  /** Join the caller whom the token is for. */
  connect(token) {
    this.#socket?.close();
    this.#playback.port.postMessage({ type: "clear" });
    this.#on.state("connecting");
    const socket = new TalkSocket(token, this.#microphone, {
      frame: (sequence, bytes) => this.#playback.port.postMessage({ type: "frame", sequence, bytes }),
      message: (message) => this.#told(message),
      closed: (how) => {
        if (this.#socket !== socket) return; // another has taken its place
        this.#socket = null;
        this.#on.state("ended", how);
      },
    });
    this.#socket = socket;
  }

  #told(message) {
    if (message.type === "ready") this.#on.state("ready", message);
    if (message.type === "joined") this.#on.state("joined");
    if (message.type === "hold") {
      this.#playback.port.postMessage({ type: "clear" });
      this.#on.state(message.on ? "hold" : "joined");
    }
    if (message.type === "problem") this.#on.problem(message.code, message.message);
  }

  get muted() {
    return this.#muted;
  }

  /** Muted here and at the server: what was on its way is not heard, either. */
  mute(value) {
    this.#muted = value;
    this.#capture.port.postMessage({ type: "mute", value });
    this.#socket?.tell({ type: "mute", on: value });
  }

  /** Say 8 kHz samples in the microphone's place (tests, recordings). */
  say(samples) {
    this.#capture.port.postMessage({ type: "say", samples });
  }

  /** Leave the caller (the desk decides what becomes of them) but keep the sound for the next one. */
  disconnect() {
    this.#socket?.close();
  }

  async close() {
    this.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context.state !== "closed") await this.#context.close();
  }
}
