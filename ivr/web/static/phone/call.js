// One call from the browser: asks the server for a line, joins line and sound, learns how it ended.

import { csrfHeaders } from "../csrf.js";
import { Audio } from "./audio.js";
import { Line } from "./line.js";
import { follow } from "./live.js";

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...csrfHeaders() },
    body: JSON.stringify(body),
    keepalive: true, // the page may be closing
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.error ?? response.statusText), { status: response.status });
  return answer;
}

/** The stream's address as seen from this page: a proxy in front may speak TLS where the server does not. */
function streamAddress(url) {
  const address = new URL(url, location.href);
  address.host = location.host;
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

export class Call {
  #on;
  #audio = null;
  #line = null;
  #unfollow = () => {};
  #over = false;

  /**
   * `on`: {state(name, detail), levels({caller?, assistant?}), assistant(isSpeaking), said(), event(name, data)}.
   * States: asking, calling, live (microphone: null or the name of the error), ended ({next} or {failure}).
   */
  constructor(on) {
    this.#on = on;
  }

  get callSid() {
    return this.#line?.callSid ?? null;
  }

  async start(language) {
    this.#on.state("asking");
    let microphoneError = null;
    try {
      this.#audio = await Audio.open({
        frame: (bytes, level) => {
          this.#line?.sendFrame(bytes);
          this.#on.levels({ caller: level });
        },
        level: (level) => this.#on.levels({ assistant: level }),
        mark: (name) => this.#line?.sendMark(name),
        playing: (playing) => this.#on.assistant(playing),
        said: () => this.#on.said(),
        microphoneLost: () => this.#on.event("microphone_lost", {}),
      });
      await this.#audio.useMicrophone().catch((error) => (microphoneError = error.name));
    } catch (error) {
      console.error(error);
      const here = await fetch(import.meta.url, { method: "HEAD", cache: "no-store" }).catch(() => null);
      this.#end({ failure: here ? "sound" : "gone" }); // the sound's own modules come from the server
      return;
    }
    if (this.#over) return; // hung up while the browser was asking
    this.#on.state("calling", { microphoneError });
    let answer;
    try {
      answer = await post("/phone/call", { language });
    } catch (error) {
      this.#end({ failure: error.status === 503 ? "full" : error.status ? "refused" : "gone", detail: error.message });
      return;
    }
    if (this.#over) {
      this.#report(answer.call_sid, true).catch(() => {});
      return;
    }
    this.#line = new Line(streamAddress(answer.stream_url), answer.call_sid, {
      opened: () => this.#on.state("live", { microphoneError }),
      audio: (bytes) => this.#audio.play(bytes),
      mark: (name) => this.#audio.mark(name),
      clear: () => this.#audio.clear(),
      closed: (how) => this.#closed(how),
    });
    this.#unfollow = follow(
      answer.call_sid,
      (name, data) => this.#on.event(name, data),
      () => this.#on.event("lost", {}),
    );
  }

  hangUp() {
    if (this.#line) this.#line.hangUp();
    else this.#end({ next: "hang_up", byUs: true });
  }

  /** The page is going away: nobody will be here when the line has closed, so report now. */
  leave() {
    if (!this.#line) return;
    this.#line.hangUp();
    this.#report(this.callSid, true).catch(() => {});
  }

  press(key) {
    this.#audio?.keyTone(key);
    this.#line?.sendKey(key);
  }

  mute(value) {
    this.#audio?.mute(value);
  }

  say(samples) {
    this.#audio?.say(samples);
  }

  /** Tell the server that the whole call is over, as Twilio's status callback would; learn what comes next. */
  #report(callSid, hungUp) {
    return post("/phone/ended", { call_sid: callSid, hung_up: hungUp });
  }

  async #closed({ byUs, opened }) {
    this.#silence();
    try {
      const { next } = await this.#report(this.callSid, byUs);
      this.#end(opened || byUs ? { next, byUs } : { failure: "refused", detail: "stream" });
    } catch (error) {
      console.error(error);
      this.#end(byUs ? { next: "hang_up", byUs } : { failure: "gone" });
    }
  }

  #silence() {
    this.#audio?.close().catch((error) => console.warn("sound: not closed", error));
  }

  /** Stop following the live view: the page turns to another call. */
  forget() {
    this.#unfollow();
  }

  #end(how) {
    if (this.#over) return;
    this.#over = true;
    this.#silence();
    if (how.failure) this.#unfollow(); // else the view closes itself with `ended`
    this.#on.state("ended", how);
  }
}
