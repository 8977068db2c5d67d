// The live view's events, as the server sends them (GET /api/calls/SID/events).

const EVENTS = ["turn", "went_on", "decision", "handoff", "callback", "voicemail", "status", "partial", "speaking", "ended"];
const TOLD_ONCE = new Set(["turn", "went_on", "decision"]); // these carry an id; what is only shown live inherits an old one
const RETRY_MS = 500;
const RETRIES = 10;

/**
 * Follow a call. `on(name, data)` is told each event once; `failed(why)` that the view is lost (the call is not):
 * `lost`, or `logged_out`.
 * Gives back a function that stops following.
 */
export function follow(callSid, on, failed) {
  const seen = new Set();
  let source = null;
  let timer = null;
  let retries = 0;

  function stop() {
    clearTimeout(timer);
    source?.close();
  }

  function receive(name, message) {
    if (message.lastEventId && TOLD_ONCE.has(name)) {
      const id = `${name} ${message.lastEventId}`;
      if (seen.has(id)) return; // told again after a reconnection
      seen.add(id);
    }
    let data;
    try {
      data = JSON.parse(message.data);
    } catch (error) {
      console.warn("live view: event skipped", error);
      return;
    }
    if (name === "ended") stop();
    on(name, data ?? {});
  }

  function connect() {
    source = new EventSource(`/api/calls/${encodeURIComponent(callSid)}/events`);
    source.onopen = () => (retries = 0);
    for (const name of EVENTS) source.addEventListener(name, (message) => receive(name, message));
    source.addEventListener("logged_out", () => {
      stop();
      failed("logged_out");
    });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser itself tries again
      retries += 1;
      if (retries > RETRIES) failed("lost");
      else timer = setTimeout(connect, RETRY_MS); // the call's record may not be written yet
    };
  }

  connect();
  return stop;
}
