// Promised call-backs and messages that callers left.

import { text, textOr } from "../phone/i18n.js";
import { ask, post } from "./api.js";
import { moment, now, span } from "./clock.js";
import { button, element } from "./elements.js";

const RENEW_MS = 30_000;

export class Todo {
  #list;
  #problem;
  #callbacks = [];
  #voicemails = [];

  constructor(list, problem) {
    this.#list = list;
    this.#problem = problem;
  }

  start() {
    this.renew();
    setInterval(() => document.visibilityState === "visible" && this.renew(), RENEW_MS);
  }

  async renew() {
    const none = (error) => {
      if (error.status !== 404) console.warn("desk: to-do list not renewed", error.message);
      return null;
    };
    const [callbacks, voicemails] = await Promise.all([
      ask("/api/callbacks?status=waiting&limit=50").catch(none),
      ask("/api/voicemails?status=waiting&limit=50").catch(none),
    ]);
    this.#callbacks = callbacks ?? this.#callbacks;
    this.#voicemails = voicemails ?? this.#voicemails;
    this.redraw();
  }

  redraw() {
    this.#list.replaceChildren(...this.#callbacks.map((each) => this.#callback(each)), ...this.#voicemails.map((each) => this.#voicemail(each)));
  }

  #callback(each) {
    const late = Date.parse(each.at) < now();
    const due = text(late ? "desk_todo_late" : "desk_todo_due", { time: moment(each.at) });
    return element(
      "li",
      {},
      element("p", { className: "headline", content: text("desk_todo_callback", { number: each.number }), dir: "auto" }),
      each.topic && element("p", { content: each.topic, dir: "auto" }),
      element("p", { className: late ? "late" : "small", content: due }),
      this.#foot("callbacks", each),
    );
  }

  #voicemail(each) {
    const about = [each.left_at && moment(each.left_at), each.duration_s && span(each.duration_s), each.language && textOr(`language_${each.language}`, each.language)];
    const words = each.transcript !== each.summary && each.transcript;
    return element(
      "li",
      {},
      element("p", { className: "headline", content: each.summary || text("desk_todo_voicemail"), dir: "auto" }),
      element("p", { className: "small", content: [each.summary && text("desk_todo_voicemail"), ...about].filter(Boolean).join(" · ") }),
      words && element("p", { content: words, dir: "auto", lang: each.language }),
      each.problem && element("p", { className: "small", content: text("desk_todo_unheard") }),
      element("audio", {
        controls: true,
        preload: "none",
        "aria-label": text("desk_listen"),
        src: `/api/voicemails/${encodeURIComponent(each.call_sid)}/audio`,
      }),
      this.#foot("voicemails", each),
    );
  }

  /** What was said in the call it comes from, and that it is done. */
  #foot(kind, each) {
    const record = element("a", { content: text("desk_todo_record"), href: `/calls/${encodeURIComponent(each.call_sid)}`, target: "_blank", rel: "noopener" });
    return element("div", { className: "row" }, record, button(text("desk_todo_done"), () => this.#done(kind, each)));
  }

  async #done(kind, each) {
    try {
      await post(`/api/${kind}/${encodeURIComponent(each.call_sid)}/done`);
      this.#callbacks = this.#callbacks.filter((other) => other !== each);
      this.#voicemails = this.#voicemails.filter((other) => other !== each);
      this.redraw();
    } catch (error) {
      this.#problem(error);
    }
  }
}
