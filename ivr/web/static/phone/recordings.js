// Recordings to be said in the microphone's place, several in turn. Knows nothing of the page or of sound: it is
// told what happens on the line and decides when the next one may begin.

const QUIET_MS = 600; // the assistant has finished: longer than the gaps between its sentences
const PATIENCE_MS = 8000; // nothing is being said to us: go on all the same

export class Recordings {
  #say;
  #changed;
  #items = []; // {name, samples, state: "waiting" | "saying" | "said" | "stopped"}
  #polite = true;
  #live = false;
  #assistantSpeaking = false;
  #assistantSpoke = false; // since the call began or the last recording ended
  #quietSince = 0;
  #timer = null;

  /** `say(samples)` says them; `changed()` is told whenever `items` has changed. */
  constructor(say, changed) {
    this.#say = say;
    this.#changed = changed;
  }

  get items() {
    return this.#items;
  }

  /** Whether to wait until the assistant has finished before the next one. */
  set polite(value) {
    this.#polite = value;
  }

  add(name, samples) {
    this.#items.push({ name, samples, state: "waiting" });
    this.#changed();
    this.#consider();
  }

  /** Each call begins with the first one again. */
  callStarted() {
    this.#live = true;
    for (const item of this.#items) item.state = "waiting";
    this.#changed();
    this.#assistantSpeaking = false;
    this.#assistantSpoke = false;
    this.#quietSince = performance.now();
    this.#consider();
  }

  callEnded() {
    this.#live = false;
    for (const item of this.#items) if (item.state === "saying") item.state = "stopped";
    this.#changed();
    this.#consider();
  }

  assistant(speaking) {
    this.#assistantSpeaking = speaking;
    this.#assistantSpoke ||= speaking;
    this.#quietSince = performance.now();
  }

  /** What was being said has come to its end. */
  said() {
    const item = this.#items.find(({ state }) => state === "saying");
    if (!item) return;
    item.state = "said";
    this.#assistantSpoke = this.#assistantSpeaking;
    this.#quietSince = performance.now();
    this.#changed();
    this.#consider();
  }

  /** Say no more: what is being said stops, what waits is dropped, what was said leaves the list. */
  stop() {
    const saying = this.#items.some(({ state }) => state === "saying");
    this.#items = [];
    if (saying) this.#say(new Float32Array(0));
    this.#changed();
    this.#consider();
  }

  #consider() {
    clearTimeout(this.#timer);
    const next = this.#items.find(({ state }) => state === "waiting");
    if (!this.#live || !next || this.#items.some(({ state }) => state === "saying")) return;
    if (!this.#mayBegin()) {
      this.#timer = setTimeout(() => this.#consider(), 100);
      return;
    }
    next.state = "saying";
    this.#say(next.samples);
    this.#changed();
  }

  #mayBegin() {
    if (!this.#polite) return true;
    if (this.#assistantSpeaking) return false;
    return performance.now() - this.#quietSince >= (this.#assistantSpoke ? QUIET_MS : PATIENCE_MS);
  }
}
