// One click says what the machine should have done; a second one takes it back.

import { text } from "../phone/i18n.js";
import { ask, callPath, post } from "./api.js";
import { button, element } from "./elements.js";

const NONE = "none"; // the right intent of what no request covers
const LABELS = { misunderstood: "desk_fb_misunderstood", unkind: "desk_fb_unkind" };

export class Feedback {
  #on;
  #callSid = null;
  #kept = new Map(); // "label turn" → what the server keeps
  #intents = {};
  #me = null;

  /** `on`: {changed(), problem(error)}. */
  constructor(on) {
    this.#on = on;
  }

  async forCall(callSid, agentId) {
    this.#callSid = callSid;
    this.#me = agentId;
    this.#kept.clear();
    if (!callSid) return;
    try {
      const [intents, kept] = await Promise.all([
        ask("/api/desk/intents"),
        ask(`/api/desk/feedback?call_sid=${encodeURIComponent(callSid)}`),
      ]);
      if (callSid !== this.#callSid) return;
      this.#intents = intents;
      for (const each of kept) if (each.agent === this.#me) this.#keep(each);
      this.#on.changed();
    } catch (error) {
      this.#on.problem(error);
    }
  }

  async renewIntents() {
    this.#intents = await ask("/api/desk/intents").catch(() => this.#intents);
    this.#on.changed();
  }

  /** Whether the whole call, or a turn, carries a label. */
  has(label, turn = null) {
    return this.#kept.has(this.#key(label, turn));
  }

  /** The buttons below a turn; null for what the agents themselves said. */
  marks(turn) {
    if (turn.speaker === "agent") return null;
    const label = turn.speaker === "caller" ? "misunderstood" : "unkind";
    const box = element("div", { className: "marks" });
    const kept = this.#kept.get(this.#key(label, turn.start_ms));
    const right = kept?.right_intent ? this.named(kept.right_intent) : "";
    const words = right ? `${text(LABELS[label])}: ${right}` : text(LABELS[label]);
    const mark = button(words, () => this.#clicked(label, turn, box), { className: "mark", "aria-pressed": String(Boolean(kept)) });
    box.append(mark);
    return box;
  }

  #clicked(label, turn, box) {
    if (this.has(label, turn.start_ms)) this.toggle(label, turn.start_ms);
    else if (label === "misunderstood") this.#choose(turn, box);
    else this.toggle(label, turn.start_ms);
  }

  /** Ask for the right intent, where the mark was clicked. */
  #choose(turn, box) {
    const open = box.querySelector("select");
    if (open) {
      open.remove();
      return;
    }
    const select = element("select", { "aria-label": text("desk_fb_right") });
    select.append(element("option", { content: text("desk_fb_right"), value: "" }));
    for (const [intent, name] of Object.entries(this.#intents)) {
      if (intent !== turn.intent) select.append(element("option", { content: name, value: intent }));
    }
    select.append(element("option", { content: text("desk_fb_none"), value: NONE }));
    select.addEventListener("change", () => select.value && this.toggle("misunderstood", turn.start_ms, select.value));
    box.append(select);
    select.focus();
  }

  /** Set a label, or take it back. */
  async toggle(label, turn = null, rightIntent = undefined) {
    const callSid = this.#callSid;
    const kept = this.#kept.get(this.#key(label, turn));
    try {
      if (kept) {
        await ask(`/api/desk/feedback/${kept.id}`, { method: "DELETE", body: {} });
        this.#kept.delete(this.#key(label, turn));
      } else {
        const body = { label };
        if (turn !== null) body.turn = turn;
        if (rightIntent) body.right_intent = rightIntent;
        const answer = await post(callPath(callSid, "feedback"), body);
        if (callSid === this.#callSid) this.#keep(answer);
      }
      this.#on.changed();
    } catch (error) {
      this.#on.problem(error);
    }
  }

  #keep(each) {
    this.#kept.set(this.#key(each.label, each.turn), each);
  }

  #key(label, turn) {
    return `${label} ${turn ?? ""}`;
  }

  /** What a request is called. */
  named(intent) {
    return intent === NONE ? text("desk_fb_none") : (this.#intents[intent] ?? intent.replaceAll("_", " "));
  }
}
