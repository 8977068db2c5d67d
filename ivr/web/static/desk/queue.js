// The waiting callers, the most urgent one first.

import { text, textOr } from "../phone/i18n.js";
import { since, span } from "./clock.js";
import { button, element, heat } from "./elements.js";
import { headlineOf } from "../phone/worded.js";

const MOST_SHOWN = 50;
const HARD_FROM = 0.6; // how routing's default tells a furious caller

/** What tells one call from another at a glance. */
export function tags(call) {
  const made = [];
  for (const risk of call.risks ?? []) made.push(element("li", { className: "risk", content: textOr(`desk_risk_${risk}`, risk) }));
  if (typeof call.frustration === "number") {
    made.push(heat(call.frustration, text("desk_frustration", { value: call.frustration.toFixed(2) }), HARD_FROM));
  }
  if (call.language) made.push(element("li", { content: textOr(`language_${call.language}`, call.language) }));
  return made;
}

export class Queue {
  #parts;
  #on;
  #calls = [];
  #known = null; // call SIDs seen before; null: the first look announces nothing
  #items = new Map(); // call SID → its element, kept so that focus stays where it is

  /** `parts`: {list, count, more, closed}; `on`: {accept(call), announce(words), rings(agentId), mine()}. */
  constructor(parts, on) {
    this.#parts = parts;
    this.#on = on;
    setInterval(() => this.#tick(), 1000);
  }

  /** The call that a key press takes: the most urgent one. */
  get first() {
    return this.#calls[0] ?? null;
  }

  show({ calls, total, open }) {
    this.#calls = calls;
    this.#announce(calls);
    this.#parts.count.textContent = total ? `(${total})` : "";
    this.#parts.closed.hidden = open;
    this.#parts.more.hidden = calls.length <= MOST_SHOWN && total <= calls.length;
    this.#parts.more.textContent = text("desk_waiting_more", { count: total - Math.min(calls.length, MOST_SHOWN) });
    this.redraw();
  }

  redraw() {
    const seen = new Set();
    let after = null;
    for (const call of this.#calls.slice(0, MOST_SHOWN)) {
      seen.add(call.call_sid);
      const old = this.#items.get(call.call_sid);
      const drawnFrom = JSON.stringify([headlineOf(call), call.frustration, call.risks, call.state, call.agent, call.returned, document.documentElement.lang]);
      let item = old;
      if (!old || old.dataset.from !== drawnFrom) {
        item = this.#item(call);
        item.dataset.from = drawnFrom;
        const focused = old?.contains(document.activeElement);
        old?.replaceWith(item);
        if (focused) item.querySelector("button")?.focus();
        this.#items.set(call.call_sid, item);
      }
      const place = after ? after.nextSibling : this.#parts.list.firstChild;
      if (item !== place) this.#parts.list.insertBefore(item, place);
      after = item;
    }
    for (const [callSid, item] of this.#items) {
      if (seen.has(callSid)) continue;
      item.remove();
      this.#items.delete(callSid);
    }
    this.#tick();
  }

  #announce(calls) {
    const fresh = calls.filter((call) => this.#known && !this.#known.has(call.call_sid));
    this.#known = new Set(calls.map((call) => call.call_sid));
    if (fresh.length) this.#on.announce(text("desk_new_caller", { headline: headlineOf(fresh[0]) }));
  }

  #item(call) {
    const item = element("li", { className: call.frustration >= HARD_FROM ? "hard" : "" });
    const waits = element("span", { className: "waits", "data-since": call.requested_at });
    const accept = button(text("desk_accept"), () => this.#on.accept(call), {
      "aria-label": text("desk_accept_call", { headline: headlineOf(call) }),
    });
    item.append(
      element("p", { className: "headline", content: headlineOf(call), dir: "auto" }),
      element("ul", { className: "tags" }, ...tags(call)),
    );
    if (call.returned) item.append(element("p", { className: "small", content: text("desk_returned", { count: call.returned }) }));
    if (call.state === "offered") {
      item.append(element("p", { className: "small", content: this.#on.rings(call.agent) }));
    }
    item.append(element("div", { className: "foot" }, waits, accept));
    return item;
  }

  #tick() {
    for (const each of this.#parts.list.querySelectorAll("[data-since]")) {
      each.textContent = text("desk_waits", { time: span(since(each.dataset.since)) });
    }
    const cannot = !this.#on.mine();
    for (const each of this.#parts.list.querySelectorAll("button")) each.disabled = cannot;
  }
}
