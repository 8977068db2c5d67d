// A call rings: a discreet tone, the page's title, and a notification when the page is out of sight.

import { text } from "../phone/i18n.js";

const CYCLE_S = 3;
const NOTES = [
  { at: 0, hz: 659.26 }, // E5, then C5: a falling third, which nobody takes for an alarm
  { at: 0.22, hz: 523.25 },
];
const NOTE_S = 0.5;
const LOUDEST = 0.3; // of full scale, at full volume
const FLASH_MS = 1000;
const SAMPLE_MS = 1500;
const ANSWER_MS = 500; // by then a browser that lets a page play has begun to
const REMEMBERED = { on: "desk_ring", volume: "desk_ring_volume", notify: "desk_ring_notify" };

/** One cycle of the tone, to be played in a loop: timers of a page out of sight are too slow to ring by. */
function tone(context) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, Math.round(CYCLE_S * rate), rate);
  const samples = buffer.getChannelData(0);
  for (const { at, hz } of NOTES) {
    for (let i = 0; i < NOTE_S * rate; i += 1) {
      const t = i / rate;
      const envelope = Math.min(1, t / 0.01) * Math.exp(-t / 0.12);
      const wave = Math.sin(2 * Math.PI * hz * t) + 0.25 * Math.sin(4 * Math.PI * hz * t);
      samples[Math.round(at * rate) + i] += (LOUDEST / 1.25) * envelope * wave;
    }
  }
  return buffer;
}

export class Ring {
  #parts;
  #title;
  #context;
  #gain;
  #allowed = false; // whether the browser has ever let this page play
  #asked = false;
  #source = null;
  #notification = null;
  #flashing = null;
  #rings = false;
  #flash = false;

  /** `parts`: {on, volume, notify, notifyBox, blocked, refused()}; `title()` draws the page's title anew. */
  constructor(parts, title) {
    this.#parts = parts;
    this.#title = title;
    parts.volume.value = localStorage.getItem(REMEMBERED.volume) ?? parts.volume.value;
    parts.on.checked = localStorage.getItem(REMEMBERED.on) !== "off";
    parts.on.addEventListener("change", () => this.#switch());
    parts.volume.addEventListener("input", () => this.#turn());
    parts.volume.addEventListener("change", () => this.#rings || this.#sample());
    parts.notify.addEventListener("change", () => this.#allowNotes());
    parts.notifyBox.hidden = typeof Notification === "undefined";
    parts.notify.checked = localStorage.getItem(REMEMBERED.notify) === "on" && this.#mayNotify;
    // Browsers play nothing before the page was touched; every touch may be the one they wait for.
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => this.#touched(), true);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#notification?.close());
    this.#open();
    this.redraw();
  }

  get #on() {
    return this.#parts.on.checked;
  }

  get #mayNotify() {
    return typeof Notification !== "undefined" && Notification.permission === "granted";
  }

  /** Whether the title shows the ring at this moment. */
  get flash() {
    return this.#flash;
  }

  /** A call rings. Asked again while it does, nothing changes. */
  start() {
    if (this.#rings) return;
    this.#rings = true;
    this.#flash = true;
    this.#flashing = setInterval(() => {
      this.#flash = !this.#flash;
      this.#title();
    }, FLASH_MS);
    this.#play();
    this.#notify();
    this.redraw();
  }

  /** It rings no more: answered, declined, taken elsewhere, or the caller is gone. */
  stop() {
    if (!this.#rings) return;
    this.#rings = false;
    this.#flash = false;
    clearInterval(this.#flashing);
    this.#silence();
    this.#notification?.close();
    this.#notification = null;
    this.redraw();
    this.#title();
  }

  redraw() {
    this.#parts.volume.disabled = !this.#on;
    this.#parts.blocked.hidden = !this.#on || this.#allowed || !this.#asked;
  }

  /** Whether sound is allowed is told by trying: browsers differ in what they take for permission. */
  #open() {
    this.#context = new AudioContext();
    this.#gain = this.#context.createGain();
    this.#gain.connect(this.#context.destination);
    this.#gain.gain.value = this.#loudness;
    this.#context.onstatechange = () => this.#changed();
    this.#context.resume().catch(() => {});
    setTimeout(() => {
      this.#asked = true;
      this.redraw();
    }, ANSWER_MS);
  }

  #changed() {
    if (this.#context.state !== "running") return;
    this.#allowed = true;
    if (!this.#source) this.#silence();
    this.redraw();
  }

  #touched() {
    if (!this.#allowed) this.#context.resume().catch(() => {});
  }

  #play() {
    if (!this.#on) return;
    if (!this.#source) this.#begin();
    this.#context.resume().catch((error) => console.warn("ring: no sound", error));
  }

  #begin() {
    const source = this.#context.createBufferSource();
    source.buffer = tone(this.#context);
    source.loop = true;
    source.connect(this.#gain);
    source.start();
    this.#source = source;
  }

  #silence() {
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = null;
    this.#context.suspend().catch(() => {}); // a context that runs keeps the processor awake
  }

  /** Let it be heard how loud it is. */
  #sample() {
    this.#play();
    setTimeout(() => this.#rings || this.#silence(), SAMPLE_MS);
  }

  #switch() {
    localStorage.setItem(REMEMBERED.on, this.#on ? "on" : "off");
    if (!this.#on) this.#silence();
    else if (this.#rings) this.#play();
    else this.#sample();
    this.redraw();
  }

  #turn() {
    localStorage.setItem(REMEMBERED.volume, this.#parts.volume.value);
    this.#gain.gain.value = this.#loudness;
  }

  /** Of full scale: ears are closer to squares than to straight lines. */
  get #loudness() {
    return (Number(this.#parts.volume.value) / 100) ** 2;
  }

  async #allowNotes() {
    const { notify } = this.#parts;
    if (notify.checked && !this.#mayNotify) {
      const answer = await Notification.requestPermission().catch(() => "denied");
      notify.checked = answer === "granted";
      if (!notify.checked) this.#parts.refused();
    }
    localStorage.setItem(REMEMBERED.notify, notify.checked ? "on" : "off");
  }

  /** Without the caller's words: a notification may be read by whoever passes the screen. */
  #notify() {
    if (document.visibilityState === "visible" || !this.#parts.notify.checked || !this.#mayNotify) return;
    try {
      const note = new Notification(text("desk_rings"), { body: text("desk_ring_note"), tag: "desk-ring", lang: document.documentElement.lang });
      note.onclick = () => {
        window.focus();
        note.close();
      };
      this.#notification = note;
    } catch (error) {
      console.warn("ring: no notification", error); // some telephones allow them to workers only
    }
  }
}
