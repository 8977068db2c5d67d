// Twilio Media Streams, spoken from Twilio's side: connected, start, media, dtmf, mark, stop out; media, mark,
// clear in. https://www.twilio.com/docs/voice/media-streams/websocket-messages

import { FRAME_BYTES, LINE_RATE_HZ } from "./g711.js";

const FRAME_MS = (FRAME_BYTES * 1000) / LINE_RATE_HZ;
const MOST_UNSENT_BYTES = 1 << 17; // about 10 s of frames: a stalled network must not fill the memory

function randomSid(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

export class Line {
  #socket;
  #streamSid = randomSid("MZ");
  #sequence = 0;
  #chunk = 0;
  #live = false;
  #on;

  /**
   * Connects at once.
   * `on`: {opened(), audio(Uint8Array), mark(name), clear(), closed({byUs, opened})}: what happens on the line.
   */
  constructor(url, callSid, on) {
    this.callSid = callSid;
    this.#on = on;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => this.#open();
    this.#socket.onmessage = (message) => this.#receive(message.data);
    this.#socket.onclose = () => {
      const opened = this.#sequence > 0;
      this.#live = false;
      on.closed({ byUs: this.hungUp, opened });
    };
    this.hungUp = false;
  }

  #open() {
    this.#socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    this.#live = true;
    this.#send("start", {
      start: {
        accountSid: "AC00000000000000000000000000000000",
        streamSid: this.#streamSid,
        callSid: this.callSid,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: LINE_RATE_HZ, channels: 1 },
        customParameters: {},
      },
    });
    this.#on.opened();
  }

  #send(event, rest) {
    if (!this.#live) return;
    this.#sequence += 1;
    const message = { event, sequenceNumber: String(this.#sequence), streamSid: this.#streamSid, ...rest };
    this.#socket.send(JSON.stringify(message));
  }

  #receive(data) {
    let message;
    try {
      message = JSON.parse(data);
      if (message.event === "media") {
        this.#on.audio(bytesOf(message.media.payload));
      } else if (message.event === "mark") this.#on.mark(String(message.mark.name));
      else if (message.event === "clear") this.#on.clear();
      else console.warn("line: unknown event skipped", message.event);
    } catch (error) {
      console.warn("line: message skipped", error); // one bad message never ends a call
    }
  }

  /** Send one frame (160 µ-law bytes). While the network stalls, frames are lost but time goes on. */
  sendFrame(bytes) {
    if (!this.#live) return;
    const timestamp = String(this.#chunk * FRAME_MS);
    this.#chunk += 1;
    if (this.#socket.bufferedAmount > MOST_UNSENT_BYTES) return;
    const payload = btoa(String.fromCharCode(...bytes));
    this.#send("media", { media: { track: "inbound", chunk: String(this.#chunk), timestamp, payload } });
  }

  sendKey(digit) {
    this.#send("dtmf", { dtmf: { track: "inbound_track", digit } });
  }

  sendMark(name) {
    this.#send("mark", { mark: { name } });
  }

  hangUp() {
    this.hungUp = true;
    this.#send("stop", { stop: { accountSid: "AC00000000000000000000000000000000", callSid: this.callSid } });
    this.#live = false;
    this.#socket.close(1000);
  }
}
