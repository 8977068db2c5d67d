// The agent's side of the talk: sound, mute, hold, level meters; and coming back when the sound broke off.

import { text, textOr } from "../phone/i18n.js";
import { callPath, post } from "./api.js";
import { audioSupported, TalkAudio } from "./audio.js";

const METER_FLOOR_DB = -60; // quieter shows as nothing
const METER_FALL = 0.85; // per step: a meter rises at once and falls slowly, as the eye expects
const COMEBACKS = 3; // tries to come back by itself when the network broke
const COMEBACK_MS = 600; // between them: the server gives a silent browser 3 s
const BROKEN = new Set(["lost", "stalled", "failed"]);

export class Talk {
  #parts;
  #on;
  #audio = null;
  #opening = null;
  #callSid = null;
  #state = "off"; // off · connecting · talking · hold · elsewhere · phone
  #microphone = "ok";
  #comebacks = 0;
  #levels = { agent: 0, caller: 0 };

  /** `parts`: {state, mute, rejoin, meterMe, meterCaller}; `on`: {problem(error), notice(key, values), ended()}. */
  constructor(parts, on) {
    this.#parts = parts;
    this.#on = on;
    parts.rejoin.addEventListener("click", () => this.rejoin());
    parts.mute.addEventListener("click", () => this.toggleMute());
  }

  /** Take a call, from a click: the browser lets sound begin then. Gives the server's answer; throws ApiError. */
  async accept(callSid) {
    const sound = this.#open(); // while the server decides
    sound.catch(() => {}); // told below
    const answer = await post(callPath(callSid, "accept"));
    this.#callSid = callSid;
    await this.#join(answer, sound);
    return answer;
  }

  async rejoin() {
    if (!this.#callSid) return;
    if (this.#audio && this.connected) {
      await this.#audio.useMicrophone();
      this.redraw();
      return;
    }
    try {
      const sound = this.#open();
      sound.catch(() => {});
      await this.#join(await post(callPath(this.#callSid, "accept")), sound);
    } catch (error) {
      this.#on.problem(error);
    }
  }

  async #join(answer, sound) {
    if (!answer.audio_token) {
      this.#set("phone");
      return;
    }
    try {
      (await sound).connect(answer.audio_token);
    } catch (error) {
      console.error(error);
      this.#set("off");
      this.#on.notice(audioSupported() ? "desk_audio_failed" : "desk_unsupported");
    }
  }

  /** The sound, opened once and kept while there is a call. */
  #open() {
    if (this.#audio) return Promise.resolve(this.#audio);
    if (!audioSupported()) return Promise.reject(new Error("no sound from this address"));
    this.#opening ??= TalkAudio.open({
      state: (name, detail) => this.#changed(name, detail),
      levels: (levels) => this.#meter(levels),
      microphone: (state) => this.#microphoneIs(state),
      problem: (code, message) => console.warn("talk:", code, message), // the microphone's is told by the browser itself
    }).then(
      (audio) => {
        this.#opening = null;
        this.#audio = audio;
        return audio;
      },
      (error) => {
        this.#opening = null;
        throw error;
      },
    );
    return this.#opening;
  }

  #changed(name, detail) {
    if (name === "connecting" || name === "ready") this.#set("connecting");
    if (name === "joined") {
      this.#comebacks = 0;
      this.#set("talking");
    }
    if (name === "hold") this.#set("hold");
    if (name === "ended") this.#ended(detail);
  }

  #ended({ why, reason, byUs }) {
    this.#set(why === "replaced" ? "elsewhere" : "off");
    this.#on.ended();
    if (byUs || !this.#callSid || !BROKEN.has(why)) return;
    console.warn("talk: broken off:", why, reason);
    this.#on.notice(`desk_audio_${why}`);
    if (this.#comebacks >= COMEBACKS) return;
    this.#comebacks += 1;
    setTimeout(() => this.#callSid && this.#state === "off" && this.rejoin(), COMEBACK_MS);
  }

  #microphoneIs(state) {
    this.#microphone = state;
    if (state !== "ok") {
      const key = `desk_mic_${state}`;
      this.#on.notice(textOr(key, null) ? key : "desk_mic_other", { detail: state });
    }
    this.redraw();
  }

  /** The desk says which call is this agent's, and whether its caller is on the line. */
  follow(callSid, live) {
    if (live) {
      this.#callSid = callSid;
    } else {
      this.#callSid = null;
      this.#comebacks = 0;
      if (this.#audio) this.#close();
      if (this.#state !== "off") this.#set("off");
    }
    this.redraw();
  }

  #close() {
    const audio = this.#audio;
    this.#audio = null;
    audio.close().catch((error) => console.warn("talk: sound not closed", error));
    this.#levels = { agent: 0, caller: 0 };
    this.#meter({ agent: 0, caller: 0 });
  }

  /** Whether caller and agent are joined by this page's sound. */
  get connected() {
    return ["talking", "hold"].includes(this.#state);
  }

  /** The page goes away: said goodbye to, the caller hears music for the few seconds a reload takes. */
  leave() {
    this.#audio?.disconnect();
  }

  toggleMute() {
    if (!this.#audio || !this.#callSid) return false;
    this.#audio.mute(!this.#audio.muted);
    this.redraw();
    return true;
  }

  #set(state) {
    this.#state = state;
    this.redraw();
  }

  /** How the caller hears this agent. */
  #heardAs(muted) {
    if (this.#microphone !== "ok") return "unheard";
    return muted ? "muted" : "talking";
  }

  redraw() {
    const muted = this.#audio?.muted ?? false;
    this.#parts.mute.textContent = text(muted ? "desk_unmute" : "desk_mute");
    this.#parts.mute.setAttribute("aria-pressed", String(muted));
    this.#parts.mute.disabled = !this.#audio;
    this.#parts.rejoin.hidden = !this.#callSid || this.#state === "phone" || this.#state === "connecting" || (this.connected && this.#microphone === "ok");
    const key = { off: "off", connecting: "connecting", hold: "hold", elsewhere: "elsewhere", phone: "phone" }[this.#state] ?? this.#heardAs(muted);
    const words = text(`desk_audio_${key}`);
    if (this.#parts.state.textContent !== words) this.#parts.state.textContent = words;
    this.#parts.state.classList.toggle("warns", Boolean(this.#callSid) && !["talking", "connecting", "phone"].includes(key));
  }

  #meter(levels) {
    const bars = { agent: this.#parts.meterMe, caller: this.#parts.meterCaller };
    for (const [side, level] of Object.entries(levels)) {
      const decibels = 20 * Math.log10(Math.max(level, 1e-6));
      const height = Math.max(0, 1 - decibels / METER_FLOOR_DB);
      this.#levels[side] = Math.min(1, Math.max(height, this.#levels[side] * METER_FALL));
      bars[side].style.transform = `scaleX(${this.#levels[side]})`;
    }
  }
}
