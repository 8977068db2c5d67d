// One call, open before the agent: what is known, what is said, what could be answered, what is written.

import { text } from "../phone/i18n.js";
import { follow } from "../phone/live.js";
import { callPath, post } from "./api.js";
import { since, span } from "./clock.js";
import { element, shown } from "./elements.js";
import { Feedback } from "./feedback.js";
import { Help } from "./help.js";
import { Notes } from "./notes.js";
import { tags } from "./queue.js";
import { showCourse, showSummary, showTurning } from "./summary.js";
import { Transcript } from "./transcript.js";
import { headlineOf, worded } from "../phone/worded.js";

const $ = (id) => document.getElementById(id);
const TIMELINE = "desk_timeline"; // whether the agent had it open in the call before
const AGAIN_MS = 1000;
const TIMELINE_MS = 3000; // at most so often is the drawing renewed

export class Workspace {
  #on;
  #call = null;
  #summary = null;
  #unfollow = () => {};
  #transcript;
  #help;
  #notes;
  #feedback;
  #timelineAt = 0;

  /** `on`: {problem(error), notice(key, values)}. */
  constructor(on) {
    this.#on = on;
    this.#feedback = new Feedback({ changed: () => this.#drawMarks(), problem: on.problem });
    this.#transcript = new Transcript($("turns"), (turn) => this.#feedback.marks(turn));
    this.#help = new Help($("help"));
    this.#notes = new Notes($("notes"), $("notes-state"));
    $("disposition").addEventListener("change", ({ target }) => this.#dispose(target.value));
    $("fb-earlier").addEventListener("click", () => this.#feedback.toggle("should_have_handed_over_earlier"));
    $("fb-later").addEventListener("click", () => this.#feedback.toggle("should_have_handed_over_later"));
    $("timeline-fold").addEventListener("toggle", ({ target }) => {
      localStorage.setItem(TIMELINE, target.open ? "open" : "shut");
      this.#timeline(true);
    });
    $("timeline").addEventListener("error", () => ($("timeline-fold").hidden = true));
    setInterval(() => this.#tick(), 500);
  }

  /** Show a call of the desk's API; the same one again only renews what may have changed. */
  show(call, agentId) {
    const another = call.call_sid !== this.#call?.call_sid;
    const same = !another && JSON.stringify({ ...call, waited_s: 0 }) === JSON.stringify({ ...this.#call, waited_s: 0 });
    this.#call = call;
    if (another) this.#open(call, agentId);
    this.#notes.forCall(call.call_sid, call.notes);
    if (document.activeElement !== $("disposition")) $("disposition").value = call.disposition ?? "";
    if (!same) this.#drawHead();
  }

  #open(call, agentId) {
    this.#unfollow();
    this.#summary = null;
    this.#transcript.clear();
    this.#help.forCall(call.call_sid);
    this.#feedback.forCall(call.call_sid, agentId);
    $("timeline-fold").hidden = false;
    $("timeline").removeAttribute("src");
    $("timeline-fold").open = localStorage.getItem(TIMELINE) === "open";
    this.#timeline(true);
    this.#drawSummary();
    this.#follow(call.call_sid);
  }

  #follow(callSid) {
    this.#unfollow = follow(
      callSid,
      (name, data) => this.#event(callSid, name, data),
      (why) => {
        if (why === "lost") this.#on.notice("desk_talk_lost");
        // The login that opened it has ended; the browser may have another by now.
        else setTimeout(() => callSid === this.#call?.call_sid && this.#follow(callSid), AGAIN_MS);
      },
    );
  }

  /** No call is before the agent any more. */
  close() {
    this.#unfollow();
    this.#unfollow = () => {};
    this.#call = null;
    this.#notes.forCall(null, "");
    this.#help.forCall(null);
  }

  /** Save what is written; true when it is kept. */
  saved() {
    return this.#notes.flush();
  }

  #event(callSid, name, data) {
    if (callSid !== this.#call?.call_sid) return;
    this.#transcript.event(name, data);
    if (name === "handoff" && data.summary) {
      this.#summary = data.summary;
      this.#drawSummary();
    }
    if ((name === "turn" || name === "went_on") && data.speaker === "caller") {
      this.#help.renew();
      this.#drawCourse();
      this.#timeline(false);
    }
  }

  redraw() {
    this.#notes.redraw();
    if (!this.#call) return;
    this.#drawHead();
    this.#drawSummary();
    this.#transcript.redraw();
    this.#feedback.renewIntents();
    this.#help.renew();
    this.#help.redraw();
  }

  #drawHead() {
    const call = this.#call;
    $("headline").textContent = shown(headlineOf(call));
    $("call-facts").replaceChildren(...tags(call));
    if (call.returned) $("call-facts").append(element("li", { className: "risk", content: text("desk_returned", { count: call.returned }) }));
    this.#tick();
  }

  #drawSummary() {
    const page = document.documentElement.lang;
    const summary = worded(this.#summary ?? {}, page);
    // To be said to the caller, so in the caller's language.
    const opening = worded(this.#summary ?? {}, this.#call.language);
    showSummary($("summary"), summary, this.#call, (intent) => this.#feedback.named(intent));
    $("opening").hidden = !opening.suggested_opening;
    $("opening-words").textContent = shown(opening.suggested_opening);
    $("opening-words").lang = opening.language ?? "";
    $("summary").lang = summary.language ?? "";
    const turned = summary.turned_at;
    showTurning({ box: $("turned"), label: $("turned-label"), said: $("turned-said") }, turned);
    const points = this.#transcript.turns;
    this.#transcript.turnedAt(turned ? points.find((turn) => this.#isTurning(turn, turned))?.start_ms ?? null : null);
    this.#drawCourse();
  }

  #isTurning(turn, turned) {
    return turn.speaker === "caller" && turn.start_ms <= turned.at_ms && turned.at_ms <= (turn.end_ms ?? turn.start_ms);
  }

  #drawCourse() {
    showCourse($("course"), this.#transcript.turns, this.#summary?.turned_at?.at_ms);
  }

  #drawMarks() {
    if (!this.#call) return;
    this.#transcript.redraw();
    this.#drawSummary(); // requests have got their names
    for (const side of ["earlier", "later"]) {
      $(`fb-${side}`).setAttribute("aria-pressed", String(this.#feedback.has(`should_have_handed_over_${side}`)));
    }
  }

  #timeline(opened) {
    const fold = $("timeline-fold");
    if (!fold.open || !this.#call || (!opened && performance.now() - this.#timelineAt < TIMELINE_MS)) return;
    this.#timelineAt = performance.now();
    $("timeline").src = `/api/calls/${encodeURIComponent(this.#call.call_sid)}/timeline.svg?ui=${document.documentElement.lang}&n=${this.#transcript.turns.length}`;
  }

  async #dispose(disposition) {
    try {
      await post(callPath(this.#call.call_sid, "disposition"), { disposition });
    } catch (error) {
      this.#on.problem(error);
      $("disposition").value = this.#call?.disposition ?? "";
    }
  }

  #tick() {
    if (!this.#call) return;
    const { accepted_at: from, ended_at: until } = this.#call;
    const seconds = !from ? 0 : until ? (Date.parse(until) - Date.parse(from)) / 1000 : since(from);
    $("timer").textContent = span(seconds);
  }
}
