// The conversation and the decisions, as they happen. Everything heard is a stranger's text: textContent only.

import { element } from "./elements.js";
import { frustrationOf, reasonsOf } from "./feelings.js";
import { text, textOr } from "./i18n.js";
import { worded } from "./worded.js";

const UNKNOWN = "–";
const AT_END_PX = 40;

function number(value, digits, unit) {
  return typeof value === "number" ? text(unit, { value: value.toFixed(digits) }) : UNKNOWN;
}

function known(pairs) {
  return pairs.filter(([, value]) => value !== UNKNOWN);
}

function percent(value) {
  return typeof value === "number" ? `${Math.round(value * 100)} %` : UNKNOWN;
}

function withConfidence(word, confidence) {
  return typeof confidence === "number" ? `${word} (${percent(confidence)})` : word;
}

/** What is known of a turn, as [label, value] pairs; what is not known is not there. */
function facts(turn) {
  const language = turn.language ? textOr(`language_${turn.language}`, turn.language) : UNKNOWN;
  if (turn.speaker !== "caller") {
    return known([["language", language], ["response", number(turn.response_ms, 0, "unit_ms")]]);
  }
  const { emotion } = turn;
  const prosody = turn.prosody ?? {};
  return known([
    ["language", language],
    ["intent", turn.intent ? withConfidence(turn.intent, turn.intent_confidence) : UNKNOWN],
    ["rate", number(turn.speech_rate, 1, turn.language === "ja" ? "unit_morae" : "unit_syllables")],
    ["loudness", number(prosody.energy_db, 0, "unit_db")],
    ["pitch", number(prosody.f0_median_hz, 0, "unit_hz")],
    ["feeling", emotion ? withConfidence(textOr(`emotion_${emotion.label}`, emotion.label), emotion.confidence) : UNKNOWN],
  ]);
}

function factList(turn) {
  const list = element("dl", "facts");
  for (const [label, value] of facts(turn)) {
    const pair = element("div", "fact");
    if (label === "feeling") pair.classList.add("feeling", turn.emotion.label);
    pair.append(element("dt", "", text(`label_${label}`)), element("dd", "", value));
    list.append(pair);
  }
  return list;
}

function clock(ms) {
  const seconds = Math.max(0, Math.floor((ms ?? 0) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What was decided on a turn of the caller: the last decision before the next one, in a line. */
function decisionLine(decision) {
  const line = element("p", "then", `${text("label_decision")}: `);
  line.append(element("b", "", textOr(`action_${decision.action}`, decision.action)), ` · ${decision.reason ?? ""}`);
  return line;
}

function turnItem(turn, decision = null) {
  const item = element("li", `turn ${turn.speaker}`);
  const head = element("p", "who", textOr(`speaker_${turn.speaker}`, turn.speaker));
  head.append(element("span", "when", clock(turn.start_ms)));
  if (turn.interrupted) head.append(element("span", "tag", text("interrupted")));
  const words = element("p", "words", turn.text || UNKNOWN);
  if (turn.language) words.lang = turn.language;
  item.append(head, words, factList(turn));
  if (turn.speaker === "caller" && typeof turn.frustration === "number") item.append(frustrationOf(turn));
  if (decision) item.append(decisionLine(decision));
  return item;
}

function decisionItem(decision) {
  const item = element("li", `decision ${decision.action}`);
  const head = element("p", "who", textOr(`action_${decision.action}`, decision.action));
  head.append(element("span", "when", clock(decision.at_ms)));
  if (decision.withdrawn) head.append(element("span", "tag", text("withdrawn")));
  item.append(head, element("p", "reason", decision.reason ?? ""));
  item.append(reasonsOf(decision));
  return item;
}

function handoffItem(handoff) {
  const item = element("li", "decision handoff");
  item.append(element("p", "who", text("handoff")));
  const { headline } = worded(handoff.summary ?? {}, document.documentElement.lang);
  if (headline) item.append(element("p", "reason", headline));
  const reason = textOr(`reason_${handoff.reason}`, handoff.reason ?? UNKNOWN);
  item.append(element("p", "note", `${text("handoff_reason")}: ${reason}`));
  return item;
}

export class Conversation {
  #turnList;
  #decisionList;
  #turns = [];
  #decisions = [];
  #handoff = null;
  #unfinished = {}; // speaker → words so far: the caller's while heard, ours while spoken

  constructor(turnList, decisionList) {
    this.#turnList = turnList;
    this.#decisionList = decisionList;
  }

  clear() {
    this.#turns = [];
    this.#decisions = [];
    this.#handoff = null;
    this.#unfinished = {};
    this.redraw();
  }

  /** The call is over: what was not finished never will be. */
  finish() {
    this.#unfinished = {};
    this.#afterTurns();
  }

  /** One event of the live view; names it does not know are left alone. */
  event(name, data) {
    if (name === "turn") {
      const follow = this.#atEnd();
      this.#turns.push(data);
      delete this.#unfinished[data.speaker];
      if (data.speaker === "caller") delete this.#unfinished.assistant; // stopped before a word of it was heard
      this.#turnList.append(turnItem(data, this.#decisionOn(data)));
      this.#afterTurns(follow);
    } else if (name === "went_on") {
      this.#wentOn(data);
    } else if (name === "partial") {
      this.#unfinished[data.speaker ?? "caller"] = data.text;
      this.#afterTurns();
    } else if (name === "speaking") {
      const { assistant } = this.#unfinished; // several phrases make one turn
      this.#unfinished.assistant = assistant ? `${assistant} ${data.text}` : data.text;
      this.#afterTurns();
    } else if (name === "decision") {
      this.#decisions.push(data);
      this.#drawDecisions();
      this.#decided(data);
    } else if (name === "handoff" && data.reason) {
      this.#handoff = data;
      this.#drawDecisions();
    }
  }

  /** The caller went on after a reply had been decided: one turn instead of its beginning, decided anew. */
  #wentOn({ since_ms: since, ...turn }) {
    const at = this.#turns.findIndex((each) => each.speaker === turn.speaker && each.start_ms === turn.start_ms);
    if (at < 0) this.#turns.push(turn);
    else this.#turns[at] = turn;
    this.#decisions = this.#decisions.map((each) => (each.at_ms >= since ? { ...each, withdrawn: true } : each));
    this.#unfinished = {};
    this.redraw();
  }

  /** Draw everything anew: the page's language has changed. */
  redraw() {
    const follow = this.#atEnd();
    this.#turnList.replaceChildren(...this.#turns.map((turn) => turnItem(turn, this.#decisionOn(turn))));
    this.#afterTurns(follow);
    this.#drawDecisions();
  }

  /** The latest decision on a caller's turn: what was decided from its end until the caller's next one. */
  #decisionOn(turn) {
    if (turn.speaker !== "caller") return null;
    const later = this.#turns.filter((each) => each.speaker === "caller" && each.start_ms > turn.start_ms);
    const until = Math.min(...later.map((each) => each.end_ms));
    const on = (each) => !each.withdrawn && each.at_ms >= turn.end_ms && each.at_ms < until;
    return this.#decisions.filter(on).at(-1) ?? null;
  }

  /** Show a decision below the caller's turn that it is about. */
  #decided(decision) {
    const index = this.#turns.findLastIndex((turn) => turn.speaker === "caller" && turn.end_ms <= decision.at_ms);
    if (index < 0) return;
    const follow = this.#atEnd();
    const item = this.#turnList.children[index];
    item.querySelector(".then")?.remove(); // only the line is renewed: a screen reader must not read the turn again
    item.append(decisionLine(decision));
    this.#afterTurns(follow);
  }

  /** Whoever has scrolled up to read is left there. */
  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#turnList;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }

  #afterTurns(follow = this.#atEnd()) {
    for (const item of this.#turnList.querySelectorAll(".partial")) item.remove();
    for (const [speaker, words] of Object.entries(this.#unfinished)) {
      if (!words) continue;
      const item = element("li", `turn ${speaker} partial`);
      item.setAttribute("aria-hidden", "true"); // half-heard words change too often to be read out
      const head = element("p", "who", textOr(`speaker_${speaker}`, speaker));
      head.append(element("span", "tag", text("partial")));
      item.append(head, element("p", "words", words));
      this.#turnList.append(item);
    }
    if (follow) this.#turnList.scrollTop = this.#turnList.scrollHeight;
  }

  #drawDecisions() {
    const items = this.#decisions.map(decisionItem);
    if (this.#handoff) items.push(handoffItem(this.#handoff));
    this.#decisionList.replaceChildren(...items);
    this.#decisionList.scrollTop = this.#decisionList.scrollHeight;
  }
}
