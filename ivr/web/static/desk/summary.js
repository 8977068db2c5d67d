// What is known at the hand-off, and how the feeling went: at a glance, without asking the caller again.

import { text, textOr } from "../phone/i18n.js";
import { moment, span } from "./clock.js";
import { drawn, element, shown } from "./elements.js";

const WIDTH = 320;
const HEIGHT = 88;
const EDGE = 8;

function group(list, label, lines, className = "") {
  const known = lines.filter((line) => line !== null && line !== undefined && line !== "");
  if (!known.length) return;
  const box = element("div", { className });
  box.append(element("dt", { content: text(label) }));
  for (const line of known) box.append(element("dd", { content: line, dir: "auto" }));
  list.append(box);
}

function pairs(values) {
  return Object.entries(values ?? {}).map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`);
}

/** The sentences of one section, in the agents' language; each was made from the call or the database. */
function said(summary, section) {
  return (summary.statements ?? []).filter((each) => each.section === section).map((each) => each.text);
}

function earlier(call, named) {
  const intents = (call.intents ?? []).map(named).join(", ");
  const outcome = textOr(`desk_outcome_${call.outcome}`, call.outcome);
  return [moment(call.started_at), intents, outcome].filter(Boolean).join(" · ");
}

/** Fill the list with a summary; `named(intent)` says what a request is called. */
export function showSummary(list, summary, call, named) {
  list.replaceChildren();
  const caller = summary.caller ?? {};
  const proven = text(summary.identity_proven ? "desk_proven" : "desk_not_proven");
  const who = said(summary, "caller");
  const known = [caller.name, caller.number ?? text("desk_number_withheld"), proven].filter(Boolean).join(" · ");
  const risks = said(summary, "risks");
  group(list, "desk_s_risks", risks.length ? risks : (summary.risks ?? []).map((risk) => risk.words ?? risk), "risk");
  group(list, "desk_s_caller", who.length ? who : [known]);
  const request = said(summary, "request");
  group(list, "desk_s_request", request.length ? request : [summary.request]);
  const verified = said(summary, "verified");
  group(list, "desk_s_verified", verified.length ? verified : pairs(summary.verified));
  const checked = new Set(Object.values(summary.verified ?? {}));
  const told = Object.fromEntries(Object.entries(summary.told ?? {}).filter(([, value]) => !checked.has(value)));
  group(list, "desk_s_told", pairs(told));
  group(list, "desk_s_tried", summary.tried ?? []);
  const feeling = said(summary, "feeling");
  group(list, "desk_s_feeling", feeling.length ? feeling : [summary.feeling && textOr(`emotion_${summary.feeling}`, summary.feeling)]);
  if (call.reason) group(list, "desk_s_why", [textOr(`reason_${call.reason}`, call.reason)]);
  group(list, "desk_s_history", (caller.earlier_calls ?? []).map((each) => earlier(each, named)));
}

/** The sentence at which the feeling turned. */
export function showTurning(parts, turned) {
  parts.box.hidden = !turned?.said;
  if (parts.box.hidden) return;
  parts.label.textContent = text("desk_turned", { time: span((turned.at_ms ?? 0) / 1000) });
  parts.said.textContent = shown(turned.said);
}

/** The frustration after each of the caller's turns, as a line that grows while they talk. */
export function showCourse(box, turns, turnedMs) {
  const points = turns
    .filter((turn) => turn.speaker === "caller" && typeof turn.frustration === "number")
    .map((turn) => ({ atMs: turn.end_ms ?? turn.start_ms ?? 0, value: turn.frustration }));
  if (!points.length) {
    box.replaceChildren();
    return;
  }
  const last = Math.max(...points.map(({ atMs }) => atMs), 1);
  const x = ({ atMs }) => EDGE + (atMs / last) * (WIDTH - 2 * EDGE);
  const y = ({ value }) => HEIGHT - EDGE - Math.min(1, Math.max(0, value)) * (HEIGHT - 2 * EDGE);
  const values = points.map(({ value }) => value);
  const name = text("desk_course_alt", {
    from: values[0].toFixed(2),
    to: values.at(-1).toFixed(2),
    most: Math.max(...values).toFixed(2),
  });
  const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name });
  for (const level of [0, 0.5, 1]) {
    const at = y({ value: level });
    picture.append(drawn("line", { class: "axis", x1: EDGE, x2: WIDTH - EDGE, y1: at, y2: at }));
  }
  picture.append(drawn("polyline", { class: "line", points: points.map((point) => `${x(point)},${y(point)}`).join(" ") }));
  for (const point of points) {
    const turning = typeof turnedMs === "number" && Math.abs(point.atMs - turnedMs) < 1;
    picture.append(drawn("circle", { class: turning ? "dot turn-point" : "dot", cx: x(point), cy: y(point), r: turning ? 5 : 3 }));
  }
  box.replaceChildren(picture, element("p", { className: "small", content: name }));
}
