// Notes keep themselves: a moment after the last key, again and again until the server has them.

import { text } from "../phone/i18n.js";
import { ask, callPath, post } from "./api.js";

const DRAFT = "desk_draft"; // what the server does not have yet outlives a reload and a new login, in this window
const SETTLE_MS = 800;
const RETRY_MS = 3000;

export class Notes {
  #field;
  #state;
  #callSid = null;
  #dirty = false;
  #timer = null;
  #said = "";

  constructor(field, state) {
    this.#field = field;
    this.#state = state;
    field.addEventListener("input", () => {
      this.#dirty = true;
      if (this.#callSid) sessionStorage.setItem(DRAFT, JSON.stringify({ callSid: this.#callSid, notes: field.value }));
      this.#tell("desk_notes_saving");
      this.#later(SETTLE_MS);
    });
    field.addEventListener("blur", () => this.flush());
    window.addEventListener("pagehide", () => this.#last());
  }

  /** Turn to a call; what is written on the server shows, unless something newer stands here. */
  forCall(callSid, notes) {
    if (callSid === this.#callSid) {
      if (!this.#dirty && document.activeElement !== this.#field && this.#field.value !== notes) this.#field.value = notes;
      return;
    }
    this.#callSid = callSid;
    this.#dirty = false;
    this.#field.value = notes ?? "";
    this.#tell("");
  }

  /** Keep what was written before the page was left. */
  static async keepDraft() {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? "null");
    if (!draft) return;
    await post(callPath(draft.callSid, "notes"), { notes: draft.notes });
    sessionStorage.removeItem(DRAFT);
  }

  redraw() {
    this.#tell(this.#said);
  }

  /** Save now what is not saved; true when everything is kept. */
  async flush() {
    clearTimeout(this.#timer);
    if (!this.#dirty || !this.#callSid) return true;
    const callSid = this.#callSid;
    const notes = this.#field.value;
    try {
      await post(callPath(callSid, "notes"), { notes });
    } catch (error) {
      if (callSid !== this.#callSid) return false;
      this.#tell("desk_notes_failed");
      if (error.status === 409) sessionStorage.removeItem(DRAFT); // no longer this agent's call
      if (error.status === 401 || error.status === 409) return false;
      this.#later(RETRY_MS);
      return false;
    }
    if (callSid === this.#callSid && this.#field.value === notes) {
      this.#dirty = false;
      sessionStorage.removeItem(DRAFT);
      this.#tell("desk_notes_saved");
    }
    return true;
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), ms);
  }

  #last() {
    if (!this.#dirty || !this.#callSid) return;
    const body = { notes: this.#field.value };
    ask(callPath(this.#callSid, "notes"), { method: "POST", body, keepalive: true }).catch(() => {}); // the page is going away
  }

  #tell(key) {
    this.#said = key;
    this.#state.textContent = key ? text(key) : "";
  }
}
