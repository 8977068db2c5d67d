// What happens on the desk, as it happens; and whether the server is still there.

import { ask } from "./api.js";

const KINDS = [
  "waiting", "offered", "accepted", "talking", "wrap_up", "completed", "declined", "missed", "callback", "voicemail",
  "back_to_machine", "abandoned", "agent", "hold", "written", "feedback", "gap",
];
const BEAT_MS = 1500; // a browser that reloads has 4 s to come back before its call goes to somebody else
const RETRY_MS = 1500;
const SILENT_BEATS = 2; // beats that fail in a row until the connection counts as lost

export class DeskEvents {
  #on;
  #source = null;
  #retry = null;
  #beat = null;
  #failed = 0;
  #open = false;
  #lost = false;

  /** `on`: {hello(data), event(kind, data), connection(isThere), loggedOut()}. The browser sends Last-Event-ID. */
  constructor(on) {
    this.#on = on;
  }

  start() {
    this.#connect();
    this.#beat ??= setInterval(() => this.#alive(), BEAT_MS);
  }

  stop() {
    clearInterval(this.#beat);
    clearTimeout(this.#retry);
    this.#beat = null;
    this.#source?.close();
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    const source = new EventSource("/api/desk/events");
    this.#source = source;
    const told = (kind, message, tell) => {
      try {
        tell(JSON.parse(message.data));
      } catch (error) {
        console.warn("desk: event skipped", kind, error);
      }
    };
    source.addEventListener("hello", (message) => {
      this.#open = true;
      this.#failed = 0;
      this.#judge();
      told("hello", message, (data) => this.#on.hello(data));
    });
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => told(kind, message, (data) => this.#on.event(kind, data)));
    }
    source.addEventListener("logged_out", () => {
      source.close(); // or it would ask again and again, and be refused
      this.#on.loggedOut();
    });
    source.onerror = () => {
      this.#open = false;
      this.#judge();
      if (source.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
    };
  }

  /** Show that somebody sits here; a connection that only seems open is found out by it, too. */
  async #alive() {
    try {
      await ask("/api/desk/me/alive", { method: "POST", body: {} });
      const wasLost = this.#failed >= SILENT_BEATS;
      this.#failed = 0;
      if (wasLost) this.#connect(); // what came meanwhile is told again by `hello`
    } catch (error) {
      if (error.status === 401) this.#on.loggedOut();
      if (error.status === 401 || error.status === 403) return; // 403: somebody else sits here now: `hello` will tell
      this.#failed += 1;
    }
    this.#judge();
  }

  #judge() {
    const lost = !this.#open || this.#failed >= SILENT_BEATS;
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#on.connection(!lost);
  }
}
