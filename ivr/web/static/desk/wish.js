// A switch whose position the server keeps: one request at a time, and what was wanted last is what comes of it.

export class Wish {
  #is;
  #ask;
  #changed;
  #wanted = null; // null: nothing but what is
  #asking = false;

  /** `is()`: how it stands at the server; `ask(value)`: have it changed, gives whether that was done; `changed()`. */
  constructor({ is, ask, changed }) {
    this.#is = is;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** What is wanted and not yet so; null: nothing. */
  get wanted() {
    return this.#wanted;
  }

  /** Want the opposite of what was wanted last. */
  press() {
    this.#wanted = !(this.#wanted ?? this.#is());
    this.#changed();
    if (!this.#asking) this.#work();
  }

  /** Another call: what was wanted for the last one is void. */
  forget() {
    this.#wanted = null;
  }

  async #work() {
    this.#asking = true;
    try {
      while (this.#wanted !== null && this.#wanted !== this.#is()) {
        if (!(await this.#ask(this.#wanted))) break;
      }
    } finally {
      this.#asking = false;
      this.#wanted = null;
      this.#changed();
    }
  }
}
