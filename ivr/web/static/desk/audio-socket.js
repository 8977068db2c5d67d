// The agent's WebSocket: /desk/audio/TOKEN. Frames are a 32-bit number (big-endian) and 20 ms of µ-law; the rest is
// JSON (docs/bridge.md).

import { FRAME_BYTES, LINE_RATE_HZ } from "../phone/g711.js";

const HEADER_BYTES = 4;
const MOST_UNSENT_BYTES = 1 << 14; // about 2 s of frames: a stalled network must not fill the memory

/** Statuses with which the server closes, to words a page can translate. */
export const WHY = {
  1000: "over",
  4400: "hello",
  4401: "token",
  4404: "caller_gone",
  4408: "stalled",
  4409: "replaced",
  4500: "failed",
};

export class TalkSocket {
  #socket;
  #sequence = 0;
  #over = false;

  /**
   * Connects at once. `on`: {message(object), frame(sequence, Uint8Array), closed({why, reason, byUs})}.
   * `microphone`: "ok", or the name of the error that kept it away.
   */
  constructor(token, microphone, on) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(`${scheme}//${location.host}/desk/audio/${encodeURIComponent(token)}`);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.tell({ type: "hello", format: "ulaw", rate_hz: LINE_RATE_HZ, microphone });
    this.#socket.onmessage = ({ data }) => this.#receive(data, on);
    this.#socket.onclose = ({ code, reason }) => on.closed({ why: WHY[code] ?? "lost", reason, byUs: this.#over });
  }

  #receive(data, on) {
    if (typeof data !== "string") {
      if (data.byteLength !== HEADER_BYTES + FRAME_BYTES) return;
      on.frame(new DataView(data).getUint32(0), new Uint8Array(data, HEADER_BYTES));
      return;
    }
    try {
      on.message(JSON.parse(data));
    } catch (error) {
      console.warn("talk: message skipped", error); // one bad message never ends a talk
    }
  }

  get #open() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  tell(message) {
    if (this.#open) this.#socket.send(JSON.stringify(message));
  }

  /** One frame (160 µ-law bytes). While the network stalls, frames are lost but their numbers go on. */
  sendFrame(bytes) {
    const sequence = this.#sequence;
    this.#sequence += 1;
    if (!this.#open || this.#socket.bufferedAmount > MOST_UNSENT_BYTES) return;
    const message = new Uint8Array(HEADER_BYTES + FRAME_BYTES);
    new DataView(message.buffer).setUint32(0, sequence);
    message.set(bytes, HEADER_BYTES);
    this.#socket.send(message);
  }

  /** The agent leaves on purpose. */
  close() {
    this.#over = true;
    this.tell({ type: "bye" });
    this.#socket.close(1000);
  }
}
