// Who sits at this desk: a login says it; without one, the agent chooses their name.

import { text } from "../phone/i18n.js";
import { ask, post } from "./api.js";
import { button, element } from "./elements.js";
import { Notes } from "./notes.js";

export class Entrance {
  #parts;
  #on;

  /** `parts`: {box, list}; `on`: {entered(data), choose(), problem(error)}. */
  constructor(parts, on) {
    this.#parts = parts;
    this.#on = on;
  }

  /** Sit down as whoever the server knows; else ask. */
  async open() {
    let known;
    try {
      known = await ask("/api/desk/me");
    } catch (error) {
      if (error.code !== "not_entered") throw error;
      await this.ask();
      return;
    }
    await this.#sitDown(known.agent.id); // who is known may not have sat down yet
  }

  /** Nobody is known to sit here. */
  async ask() {
    const known = await post("/api/desk/enter").catch(() => null); // a login is enough
    if (known) {
      this.#entered(known);
      return;
    }
    this.#on.choose();
    this.#parts.box.hidden = false;
    const agents = await ask("/api/desk/agents");
    this.#parts.list.replaceChildren(...agents.map((agent) => this.#item(agent)));
    if (!agents.length) this.#parts.list.append(element("li", { content: text("desk_nobody") }));
    document.body.dataset.ready = "true";
  }

  #item(agent) {
    const choose = button(agent.name, () => this.#sitDown(agent.id).catch((error) => this.#on.problem(error)), { "data-agent": agent.id });
    choose.append(element("span", { className: "pill small", content: text(`desk_status_${agent.status}`) }));
    return element("li", {}, choose);
  }

  async #sitDown(agentId) {
    this.#entered(await post("/api/desk/enter", { agent: agentId }));
  }

  #entered(data) {
    this.#parts.box.hidden = true;
    this.#on.entered(data);
    document.body.dataset.ready = "true";
    Notes.keepDraft().catch((error) => console.warn("desk: draft not kept", error.message));
  }
}
