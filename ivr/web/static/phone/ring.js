// Bytes waiting to be played, with marks between them. Twilio buffers a whole prompt and so do we: the ring
// grows with what is sent, up to a bound no honest prompt comes near.

const FIRST_BYTES = 1 << 16; // 8 s
const MOST_BYTES = 1 << 24; // 35 min of µ-law at 8 kHz

export class PlaybackRing {
  constructor() {
    this.bytes = new Uint8Array(FIRST_BYTES);
    this.written = 0; // bytes ever accepted
    this.read = 0; // bytes ever taken or thrown away
    this.marks = []; // {name, at}: reached once `read` is `at`
  }

  get length() {
    return this.written - this.read;
  }

  /** Queue audio. Gives back how many bytes did not fit. */
  push(chunk) {
    const room = Math.min(chunk.length, MOST_BYTES - this.length);
    while (this.length + room > this.bytes.length) this.#grow();
    const start = this.written % this.bytes.length;
    const first = Math.min(room, this.bytes.length - start);
    this.bytes.set(chunk.subarray(0, first), start);
    this.bytes.set(chunk.subarray(first, room), 0);
    this.written += room;
    return chunk.length - room;
  }

  #grow() {
    const larger = new Uint8Array(this.bytes.length * 2);
    for (let at = this.read; at < this.written; at += 1) larger[at % larger.length] = this.bytes[at % this.bytes.length];
    this.bytes = larger;
  }

  /** A mark behind all audio queued so far. */
  mark(name) {
    this.marks.push({ name, at: this.written });
  }

  /** The next byte, or undefined when there is none. */
  take() {
    if (this.read === this.written) return undefined;
    const byte = this.bytes[this.read % this.bytes.length];
    this.read += 1;
    return byte;
  }

  /** Names of the marks reached since the last call. */
  reached() {
    const names = [];
    while (this.marks.length && this.marks[0].at <= this.read) names.push(this.marks.shift().name);
    return names;
  }

  /** Throw away what is queued; gives back the names of the marks that were outstanding. */
  clear() {
    this.read = this.written;
    return this.reached();
  }
}
