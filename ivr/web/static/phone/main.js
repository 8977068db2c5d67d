// The phone page: joins its buttons to one call at a time.

import { audioSupported, decodeFile } from "./audio.js";
import { Call } from "./call.js";
import { Conversation } from "./conversation.js";
import { connectLanguageButtons, loadTexts, onLanguage, text, textOr } from "./i18n.js";
import { connectKeypad } from "./keypad.js";
import { Recordings } from "./recordings.js";

const METER_FLOOR_DB = -60; // quieter shows as nothing
const METER_FALL = 0.85; // per step: a meter rises at once and falls slowly, as the eye expects

const $ = (id) => document.getElementById(id);
await loadTexts();

const conversation = new Conversation($("turns"), $("decisions"));
const recordings = new Recordings((samples) => call?.say(samples), drawRecordings);
const shown = { caller: 0, assistant: 0 };
let call = null;
let state = { name: "idle" };
let speaking = false;
let muted = false;
let liveSince = null;
let outcome = null;
let notice = null; // [key, values]

function busy() {
  return ["asking", "calling", "live"].includes(state.name);
}

function meter(which, level) {
  const decibels = 20 * Math.log10(Math.max(level, 1e-6));
  const height = Math.max(0, 1 - decibels / METER_FLOOR_DB);
  shown[which] = Math.min(1, Math.max(height, shown[which] * METER_FALL));
  $(`meter-${which}`).style.transform = `scaleX(${shown[which]})`;
}

function statusText() {
  if (state.name === "live" && liveSince !== null) return text(speaking ? "state_live_speaking" : "state_live_listening");
  return text(`state_${state.name}`);
}

function outcomeText() {
  if (state.name !== "ended" || state.failure) return "";
  if (state.next === "person" || state.next === "voicemail") return text(`outcome_${state.next}`);
  if (outcome === "resolved") return text(state.byUs ? "outcome_resolved_hung_up" : "outcome_resolved");
  return text(state.byUs ? "outcome_hung_up" : "outcome_hang_up");
}

function draw() {
  document.body.dataset.state = state.name;
  if ($("status").textContent !== statusText()) $("status").textContent = statusText();
  $("call").textContent = text(busy() ? "hang_up" : "call");
  $("mute").disabled = state.name !== "live";
  $("mute").setAttribute("aria-pressed", String(muted));
  $("mute").textContent = text(muted ? "unmute" : "mute");
  $("language").disabled = busy();
  for (const button of $("keypad").querySelectorAll("[data-key]")) button.disabled = state.name !== "live";
  $("outcome").textContent = outcomeText();
  $("record").hidden = !(state.name === "ended" && call?.callSid);
  if (call?.callSid) $("record").href = `/calls/${encodeURIComponent(call.callSid)}`;
  $("notice").textContent = notice ? text(...notice) : "";
  $("notice").hidden = !notice;
}

function drawRecordings() {
  const items = recordings.items.map(({ name, state: how }) => {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = name;
    const badge = document.createElement("span");
    badge.className = `badge ${how}`;
    badge.textContent = text(`recording_${how}`);
    item.append(label, badge);
    return item;
  });
  $("recordings").replaceChildren(...items);
  $("recordings-stop").hidden = !items.length;
}

function microphoneNotice(name) {
  if (!name) return null;
  const key = `microphone_${name}`;
  return textOr(key, null) ? [key] : ["microphone_other", { detail: name }];
}

function entered(name, detail = {}) {
  state = { name, ...detail };
  if (name === "calling") notice = microphoneNotice(detail.microphoneError);
  if (name === "live") {
    liveSince = performance.now();
    recordings.callStarted();
  }
  if (name === "ended") {
    if (detail.failure) notice = [`failure_${detail.failure}`, { detail: detail.detail ?? "" }];
    else if (call.callSid) learnOutcome(call);
    liveSince = null;
    for (const which of Object.keys(shown)) {
      shown[which] = 0;
      meter(which, 0);
    }
    recordings.callEnded();
    conversation.finish();
  }
  draw();
}

/** The record is closed a moment after the line: ask until it says how the call ended. */
async function learnOutcome(ended) {
  for (let attempt = 0; attempt < 6 && ended === call && !outcome; attempt += 1) {
    const response = await fetch(`/api/calls/${encodeURIComponent(ended.callSid)}`).catch(() => null);
    const record = response?.ok ? await response.json().catch(() => null) : null;
    if (ended !== call) return;
    if (record && record.outcome !== "in_progress") outcome = record.outcome;
    draw();
    if (!outcome) await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function startCall() {
  call?.forget();
  conversation.clear();
  outcome = null;
  notice = null;
  muted = false;
  speaking = false;
  liveSince = null;
  $("timer").textContent = "00:00";
  call = new Call({
    state: entered,
    levels: (levels) => {
      for (const [which, level] of Object.entries(levels)) meter(which, level);
    },
    assistant: (isSpeaking) => {
      speaking = isSpeaking;
      recordings.assistant(isSpeaking);
      draw();
    },
    said: () => recordings.said(),
    event: (name, data) => {
      if (name === "ended" && data.outcome && data.outcome !== "in_progress") outcome = data.outcome;
      if (name === "lost") notice ??= ["live_lost"];
      if (name === "microphone_lost") notice = ["microphone_lost"];
      conversation.event(name, data);
      draw();
    },
  });
  call.start($("language").value);
}

$("call").addEventListener("click", () => (busy() ? call.hangUp() : startCall()));
$("mute").addEventListener("click", () => {
  muted = !muted;
  call.mute(muted);
  draw();
});
$("recordings-add").addEventListener("change", async ({ target }) => {
  const files = [...target.files];
  target.value = ""; // the same file may be chosen again
  for (const file of files) {
    try {
      recordings.add(file.name, await decodeFile(file));
    } catch (error) {
      console.warn("recording not read", file.name, error);
      notice = ["recording_unreadable", { name: file.name }];
      draw();
    }
  }
});
$("recordings-polite").addEventListener("change", ({ target }) => (recordings.polite = target.checked));
$("recordings-stop").addEventListener("click", () => recordings.stop());
connectKeypad($("keypad"), { press: (key) => call.press(key), active: () => state.name === "live" });
connectLanguageButtons();
onLanguage(() => {
  conversation.redraw();
  drawRecordings();
  draw();
});
window.addEventListener("pagehide", () => busy() && call.leave());
setInterval(() => {
  if (liveSince === null) return;
  const seconds = Math.floor((performance.now() - liveSince) / 1000);
  $("timer").textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}, 250);

// On a small screen the conversation matters more than twelve keys.
if (matchMedia("(max-width: 46rem)").matches) $("keypad-fold").open = false;
if (!audioSupported()) {
  notice = ["unsupported"];
  $("call").disabled = true;
}
recordings.polite = $("recordings-polite").checked;
draw();
document.body.dataset.ready = "true";
