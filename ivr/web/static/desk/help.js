// Replies and look-ups for what the caller is saying now.

import { text } from "../phone/i18n.js";
import { ask, callPath } from "./api.js";
import { button, element } from "./elements.js";

const SETTLE_MS = 200;
const COPIED_MS = 1500;

export class Help {
  #box;
  #callSid = null;
  #timer = null;
  #answer = null;
  #shown = "";

  constructor(box) {
    this.#box = box;
  }

  forCall(callSid) {
    clearTimeout(this.#timer);
    this.#callSid = callSid;
    this.#answer = null;
    this.#shown = "";
    this.redraw();
  }

  /** The caller has said something: look what it means. */
  renew() {
    if (!this.#callSid) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(this.#callSid), SETTLE_MS);
  }

  async #load(callSid) {
    const answer = await ask(callPath(callSid, "help")).catch((error) => console.warn("desk: no help", error.message));
    if (!answer || callSid !== this.#callSid) return;
    this.#answer = answer;
    const drawnFrom = JSON.stringify(answer);
    if (drawnFrom === this.#shown) return; // nothing new to read out
    this.#shown = drawnFrom;
    this.redraw();
  }

  redraw() {
    const answer = this.#answer;
    if (!answer?.intent) {
      this.#box.replaceChildren(element("p", { className: "small", content: text("desk_help_none") }));
      return;
    }
    const parts = [element("p", { className: "asked", content: answer.label })];
    const { lookup } = answer;
    if (lookup.outcome) {
      const found = [lookup.outcome, lookup.facts].filter(Boolean).join(" · ");
      parts.push(element("p", { className: "found", content: `${text("desk_help_found")}: ${found}`, dir: "auto" }));
    } else if (lookup.why && lookup.why !== "no_connector") {
      const slots = lookup.missing.map((each) => each.replaceAll("_", " ")).join(", ");
      parts.push(element("p", { className: "small", content: text(`desk_help_${lookup.why}`, { slots }) }));
    }
    for (const reply of answer.replies) {
      const copy = button(text("desk_copy"), () => this.#copy(copy, reply), { className: "mark" });
      parts.push(element("div", { className: "reply" }, element("p", { content: reply, dir: "auto", lang: answer.language }), copy));
    }
    this.#box.replaceChildren(...parts);
  }

  async #copy(copy, reply) {
    try {
      await navigator.clipboard.writeText(reply);
      copy.textContent = text("desk_copied");
      setTimeout(() => (copy.textContent = text("desk_copy")), COPIED_MS);
    } catch (error) {
      console.warn("desk: not copied", error); // the words can still be marked and copied by hand
    }
  }
}
