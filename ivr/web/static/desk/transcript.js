// Both sides of the talk, as it goes, with what the caller is just saying; each turn may be marked for learning.

import { text, textOr } from "../phone/i18n.js";
import { span } from "./clock.js";
import { element } from "./elements.js";

const AT_END_PX = 40;

export class Transcript {
  #list;
  #marks;
  #turns = []; // {turn, item}
  #saying = {}; // speaker → words so far
  #turningMs = null;

  /** `marks(turn)` gives the buttons of a turn, or null. */
  constructor(list, marks) {
    this.#list = list;
    this.#marks = marks;
  }

  get turns() {
    return this.#turns.map(({ turn }) => turn);
  }

  clear() {
    this.#turns = [];
    this.#saying = {};
    this.#turningMs = null;
    this.#list.replaceChildren();
  }

  /** The turn, by its beginning, at which the feeling changed. */
  turnedAt(startMs) {
    this.#turningMs = startMs;
    for (const { turn, item } of this.#turns) item.classList.toggle("turning", turn.start_ms === startMs);
  }

  event(name, data) {
    if (name === "turn" || name === "went_on") {
      this.#add(data);
      delete this.#saying[data.speaker];
    } else if (name === "partial") {
      this.#saying[data.speaker ?? "caller"] = data.text;
    } else if (name === "speaking") {
      this.#saying.assistant = data.text;
    } else if (name === "ended") {
      this.#saying = {};
    } else {
      return;
    }
    this.#drawSaying();
  }

  redraw() {
    const turns = this.turns;
    const follow = this.#atEnd();
    const { scrollTop } = this.#list;
    const focused = this.#turns.findIndex(({ item }) => item.contains(document.activeElement));
    this.#list.replaceChildren();
    this.#turns = turns.map((turn) => ({ turn, item: this.#item(turn) }));
    this.#list.append(...this.#turns.map(({ item }) => item));
    this.#list.scrollTop = scrollTop;
    this.#drawSaying(follow);
    if (focused >= 0) this.#turns[focused].item.querySelector("button")?.focus({ preventScroll: true });
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }

  /** Turns come in the order in which they end; they are shown in that in which they began. */
  #add(turn) {
    const follow = this.#atEnd();
    const same = this.#turns.findIndex(({ turn: old }) => old.speaker === turn.speaker && old.start_ms === turn.start_ms);
    const item = this.#item(turn);
    if (same >= 0) {
      this.#turns[same].item.replaceWith(item);
      this.#turns[same] = { turn, item };
    } else {
      const next = this.#turns.findIndex(({ turn: old }) => old.start_ms > turn.start_ms);
      const at = next < 0 ? this.#turns.length : next;
      this.#list.insertBefore(item, this.#turns[at]?.item ?? this.#list.querySelector(".partial"));
      this.#turns.splice(at, 0, { turn, item });
    }
    if (follow) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #item(turn) {
    const item = element("li", { className: `turn ${turn.speaker}${turn.start_ms === this.#turningMs ? " turning" : ""}` });
    const head = element("p", { className: "who", content: textOr(`speaker_${turn.speaker}`, turn.speaker) });
    head.append(element("span", { className: "when", content: span((turn.start_ms ?? 0) / 1000) }));
    const label = turn.emotion?.label;
    if (turn.speaker === "caller" && label && label !== "neutral") {
      head.append(element("span", { className: "tag", content: textOr(`emotion_${label}`, label) }));
    }
    item.append(head, element("p", { className: "words", content: turn.text || "–", dir: "auto", lang: turn.language }));
    const marks = this.#marks(turn);
    if (marks) item.append(marks);
    return item;
  }

  #drawSaying(follow = this.#atEnd()) {
    for (const old of this.#list.querySelectorAll(".partial")) old.remove();
    for (const [speaker, words] of Object.entries(this.#saying)) {
      if (!words) continue;
      // Half-heard words change too often to be read out.
      const item = element("li", { className: `turn ${speaker} partial`, "aria-hidden": "true" });
      const head = element("p", { className: "who", content: textOr(`speaker_${speaker}`, speaker) });
      head.append(element("span", { className: "tag", content: text("desk_speaking") }));
      item.append(head, element("p", { className: "words", content: words, dir: "auto" }));
      this.#list.append(item);
    }
    if (follow) this.#list.scrollTop = this.#list.scrollHeight;
  }
}
