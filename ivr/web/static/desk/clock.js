// The server's time: an agent's own clock may be wrong by hours, and a waiting time must not.

let offsetMs = 0;
let best = Infinity; // the quickest answer so far tells the time best

function monotonic() {
  return performance.timeOrigin + performance.now();
}

/** An answer that was asked for at `askedMs` (performance.now) says that it is `at`. */
export function heard(at, askedMs) {
  const told = Date.parse(at);
  if (Number.isNaN(told)) return;
  const tookMs = performance.now() - askedMs;
  best = Math.min(best + 50, Math.max(tookMs, 1)); // 50 ms worse each time: an old measurement does not rule for ever
  if (tookMs <= best) offsetMs = told + tookMs / 2 - monotonic();
}

/** Milliseconds since the epoch, by the server's clock. */
export function now() {
  return monotonic() + offsetMs;
}

/** Seconds since `at`, 0 at least. */
export function since(at) {
  return Math.max(0, (now() - Date.parse(at)) / 1000);
}

/** 75 s as 01:15, an hour as 1:00:00. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${pad(minutes)}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** A moment of the day, in the reader's zone; with the day when it is another. */
export function moment(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const sameDay = date.toDateString() === new Date(now()).toDateString();
  const form = sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang, form).format(date);
}
