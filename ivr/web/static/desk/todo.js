// Promised call-backs and messages that callers left.

import { text } from "../phone/i18n.js";
import { ask, post } from "./api.js";
import { moment } from "./clock.js";
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
    const item = element("li");
    item.append(element("p", { className: "headline", content: text("desk_todo_callback", { number: each.number }), dir: "auto" }));
    if (each.topic) item.append(element("p", { content: each.topic, dir: "auto" }));
    const row = element("div", { className: "row" });
    row.append(
      element("span", { className: "small", content: text("desk_todo_due", { time: moment(each.at) }) }),
      button(text("desk_todo_done"), () => this.#done("callbacks", each)),
    );
    item.append(row);
    return item;
  }

  #voicemail(each) {
    const item = element("li");
    item.append(element("p", { className: "headline", content: text("desk_todo_voicemail") }));
    if (each.transcript) item.append(element("p", { content: each.transcript, dir: "auto" }));
    item.append(
      element("audio", {
        controls: true,
        preload: "none",
        "aria-label": text("desk_listen"),
        src: `/api/voicemails/${encodeURIComponent(each.call_sid)}/audio`,
      }),
      element("div", { className: "row" }, button(text("desk_todo_done"), () => this.#done("voicemails", each))),
    );
    return item;
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
