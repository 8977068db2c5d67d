// The agent's own card: what they do and what the day has cost them; and what the desk will do by itself, and when.

import { text } from "../phone/i18n.js";
import { now, span } from "./clock.js";
import { shown } from "./elements.js";

const $ = (id) => document.getElementById(id);

export function drawMe(agent) {
  $("me-name").textContent = shown(agent.name);
  $("me-status").textContent = text(`desk_status_${agent.status}`);
  $("me-status").className = `pill ${agent.status}`;
  for (const status of ["available", "break", "offline"]) {
    $(status).setAttribute("aria-pressed", String(agent.status === status));
    $(status).disabled = agent.status === "busy";
  }
  $("calls-today").textContent = agent.calls_today;
  $("hard-today").textContent = agent.hard_calls_today;
  $("anger-today").textContent = agent.anger_today.toFixed(1);
}

/** What changes by the second: the breather, how long it still rings, how long there is to write up. */
export function drawClocks(me) {
  const restsS = secondsTo(me?.agent.resting_until) ?? 0;
  $("breather").hidden = restsS <= 0;
  if (restsS > 0) $("breather").textContent = text("desk_breather", { time: span(restsS) });
  const idle = me?.agent.status !== "available" ? "desk_idle_not" : restsS > 0 ? "desk_idle_rests" : "desk_idle_available";
  const words = text(idle, { time: span(restsS) });
  if ($("idle-text").textContent !== words) $("idle-text").textContent = words;
  const leftS = secondsTo(me?.call?.until);
  $("ring-left").textContent = leftS === null ? "" : text("desk_ring_left", { seconds: leftS });
  $("wrap-left").textContent = leftS === null ? "" : text("desk_wrap_left", { time: span(leftS) });
}

function secondsTo(at) {
  return at ? Math.max(0, Math.ceil((Date.parse(at) - now()) / 1000)) : null;
}
