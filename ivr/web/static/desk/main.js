// The desk: what the server says about this agent decides what is shown; clicks and keys ask the server.

import { renewCsrf } from "../csrf.js";
import { connectLanguageButtons, loadTexts, onLanguage, text } from "../phone/i18n.js";
import { ask, callPath, post } from "./api.js";
import { drawClocks, drawMe } from "./card.js";
import { heard } from "./clock.js";
import { element, shown } from "./elements.js";
import { Entrance } from "./entrance.js";
import { DeskEvents } from "./events.js";
import { connectKeys } from "./keys.js";
import { Queue, tags } from "./queue.js";
import { refusal } from "./refusals.js";
import { Ring } from "./ring.js";
import { Talk } from "./talk.js";
import { Todo } from "./todo.js";
import { Wish } from "./wish.js";
import { Workspace } from "./workspace.js";
import { headlineOf } from "../phone/worded.js";

const SETTLE_MS = 80; // several events come together
const RENEW_MS = 15_000; // even without events: expected waiting times and breathers change by themselves
const ANNOUNCED_MS = 10_000;
const SURE_MS = 2500; // a key ends a talk when it is pressed twice within this time
const QUIET = new Set(["accepted", "declined", "missed", "callback", "voicemail", "back_to_machine", "abandoned"]);
const ON_THE_LINE = new Set(["accepted", "talking"]);

const $ = (id) => document.getElementById(id);
await loadTexts(new URL("texts.json", import.meta.url));

let me = null; // {agent, call, waiting}
let names = {}; // agent id → name
let notice = null; // [key, values]
let ringing = null; // call SID that rang at the last look
let renewing = null;
let again = false;
let accepting = false;
let acts = 0; // clicks sent or answered: what was asked before one is old after it
let loginOver = false;
let ended = null; // call SID whose talk was ended here
let ending = null; // timer: the key that ends a talk was pressed once

/** Read out, one after the other: a second announcement does not swallow the first. */
function announce(words) {
  const line = element("p", { content: words });
  $("announce").append(line);
  setTimeout(() => line.remove(), ANNOUNCED_MS);
}

const queue = new Queue(
  { list: $("waiting"), count: $("waiting-count"), more: $("waiting-more"), closed: $("closed") },
  { accept: (call) => accept(call), announce, rings: ringsAt, mine: () => mayAccept() },
);
const workspace = new Workspace({ problem, notice: tell });
const talk = new Talk(
  { state: $("audio-state"), mute: $("mute"), rejoin: $("rejoin"), meterMe: $("meter-me"), meterCaller: $("meter-caller") },
  { problem, notice: tell, ended: () => loginOver && leave() },
);
const hold = new Wish({
  is: () => me?.call?.on_hold ?? false,
  ask: async (on) => Boolean(me?.call) && act(callPath(me.call.call_sid, "hold"), { on }),
  changed: () => drawHold(),
});
const ring = new Ring(
  { on: $("ring-on"), volume: $("ring-volume"), notify: $("ring-notify"), notifyBox: $("ring-notify-box"), blocked: $("ring-blocked"), refused: () => tell("desk_ring_refused") },
  () => title(),
);
const entrance = new Entrance({ box: $("enter"), list: $("agents") }, { entered, choose, problem });
const todo = new Todo($("todo"), problem);
const events = new DeskEvents({
  hello: (data) => {
    show(data);
    renew();
  },
  event: (kind, data) => {
    if (kind === "callback" || kind === "voicemail") todo.renew();
    const ours = data.call_sid && data.call_sid === me?.call?.call_sid;
    if (ours && kind === "waiting" && live()) tell("desk_requeued");
    if (ours && kind === "abandoned") tell("refused_caller_gone");
    if (ours && kind === "wrap_up" && ended !== data.call_sid) tell("desk_talk_cut");
    if (ours && QUIET.has(kind)) ring.stop(); // at once; what else there is to know is asked for
    renew();
  },
  connection: (isThere) => {
    $("lost").hidden = isThere;
    if (isThere) renew();
    else {
      ring.stop(); // by the time it is back, somebody else may have the call
      ringing = null; // if nobody has, it rings anew
    }
  },
  loggedOut: logIn,
});

// --- what the server says -------------------------------------------------------------------------------

function tell(key, values = {}) {
  notice = key ? [key, values] : null;
  $("notice-box").hidden = !notice; // first: only what changes in sight is read out
  $("notice").textContent = notice ? text(...notice) : "";
}

function problem(error) {
  console.warn("desk:", error);
  if (error.status === 401) logIn();
  else tell(...refusal(error));
}

/** Ask for everything anew; requests that come meanwhile are one more. */
async function renew() {
  if (renewing) {
    again = true;
    return;
  }
  renewing = new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await renewing;
  try {
    const asked = performance.now();
    const before = acts;
    const mine = await ask("/api/desk/me");
    heard(mine.at, asked);
    if (before === acts) show(mine);
    else again = true;
    const [waiting, agents] = await Promise.all([ask("/api/desk/waiting"), ask("/api/desk/agents")]);
    names = Object.fromEntries(agents.map((agent) => [agent.id, agent.name]));
    queue.show(waiting);
    title();
  } catch (error) {
    if (error.code === "not_entered") await entrance.ask();
    else if (error.status === 401) logIn();
    else console.warn("desk: not renewed", error.message); // the connection's own state tells the agent
  } finally {
    renewing = null;
    if (again) {
      again = false;
      renew();
    }
  }
}

function show(data) {
  const hadCall = me?.call?.call_sid ?? null;
  me = data;
  const { agent, call } = data;
  const rings = call?.state === "offered";
  const works = Boolean(call) && !rings;
  document.body.dataset.phase = works ? "call" : rings ? "ring" : "idle";
  $("side").hidden = false;
  $("idle").hidden = Boolean(call);
  $("ring").hidden = !rings;
  $("call").hidden = !works;
  drawMe(agent);
  drawClocks(me);
  if (rings) showRing(call);
  else {
    ringing = null;
    ring.stop();
  }
  const live = works && ON_THE_LINE.has(call.state);
  if (works) showCall(call, live, agent.id);
  else if (hadCall) workspace.close();
  if (hadCall !== (call?.call_sid ?? null)) hold.forget();
  talk.follow(works ? call.call_sid : null, live);
  title();
}

function showRing(call) {
  $("ring-headline").textContent = shown(headlineOf(call));
  $("ring-facts").replaceChildren(...tags(call));
  if (ringing === call.call_sid) return;
  ringing = call.call_sid;
  ring.start();
  announce(text("desk_rings_announced", { headline: headlineOf(call) }));
  const busy = document.activeElement?.closest("input, textarea, select, #ring");
  if (!busy) $("ring-accept").focus({ preventScroll: true });
}

function showCall(call, live, agentId) {
  $("controls").classList.toggle("over", !live);
  for (const id of ["hold", "back", "end", "mute"]) $(id).hidden = !live;
  $("sound").hidden = !live;
  $("wrap").hidden = live;
  document.body.dataset.talk = live ? "on" : "over";
  if (!live) sure(false);
  drawHold();
  workspace.show(call, agentId);
}

/** What counts is what the server says: until it has answered, the caller still hears (or does not). */
function drawHold() {
  const on = me?.call?.on_hold ?? false;
  const wanted = hold.wanted;
  const waits = wanted !== null && wanted !== on;
  $("hold").textContent = text(waits ? (wanted ? "desk_holding" : "desk_unholding") : on ? "desk_unhold" : "desk_hold");
  $("hold").setAttribute("aria-pressed", String(on));
  $("hold").setAttribute("aria-busy", String(waits));
}

function title() {
  const waiting = me?.waiting ?? 0;
  const rings = me?.call?.state === "offered";
  const place = rings && ring.flash ? text("desk_rings") : text("desk_title");
  document.title = `${rings ? "☎ " : ""}${waiting ? `(${waiting}) ` : ""}${place} · ${text("product")}`;
}

// --- what the agent does --------------------------------------------------------------------------------

function ringsAt(agentId) {
  return agentId === me?.agent.id ? text("desk_rings_here") : text("desk_rings_at", { name: names[agentId] ?? agentId });
}

function mayAccept() {
  const status = me?.agent.status;
  const held = me?.call && me.call.state !== "offered";
  return !accepting && !held && (status === "available" || status === "break" || status === "wrap_up");
}

/** Take a call; the slower of two is told who has it. */
async function accept(call) {
  if (!mayAccept()) return;
  accepting = true;
  tell(null);
  try {
    const answer = await talk.accept(call.call_sid);
    show({ ...me, call: answer, agent: { ...me.agent, status: "busy" } });
    $("work").focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  } catch (error) {
    problem(error);
    talk.follow(null, false);
  } finally {
    accepting = false;
    renew();
  }
}

/** Ask for a change; whether it was made. */
async function act(path, body) {
  let done = false;
  acts += 1;
  try {
    tell(null);
    const answer = await post(path, body);
    if (answer?.agent) show(answer);
    done = true;
  } catch (error) {
    problem(error);
  }
  acts += 1;
  renew();
  return done;
}

const decline = (reason) => act(callPath(me.call.call_sid, "decline"), { reason });
const setStatus = (status) => act("/api/desk/me/status", { status });

/** A key alone ends no talk: it may have been meant for the notes. */
function sure(asks) {
  clearTimeout(ending);
  ending = asks ? setTimeout(() => sure(false), SURE_MS) : null;
  $("end").textContent = text(asks ? "desk_end_sure" : "desk_end");
  if (asks) announce(text("desk_end_sure"));
}

function endByKey() {
  if (ending) $("end").click();
  else sure(true);
}

async function endTalk(backToMachine) {
  sure(false);
  ended = me.call.call_sid;
  await workspace.saved();
  if (!(await act(callPath(ended, "finish"), backToMachine ? { back_to_machine: true } : {}))) ended = null;
  if (backToMachine) return;
  window.scrollTo({ top: 0 });
  if (matchMedia("(hover: hover)").matches) $("notes").focus({ preventScroll: true }); // else the keyboard would hide half the page
}

/** Wrap-up is over, and what was written is kept. */
async function done(status) {
  if (!(await workspace.saved())) {
    tell("desk_notes_failed");
    return;
  }
  await setStatus(status);
  $("queue").focus({ preventScroll: true });
}

// --- who sits here --------------------------------------------------------------------------------------

/** The login has ended. Its caller goes to a colleague within seconds; until then the two hear each other. */
async function logIn() {
  if (loginOver) return;
  loginOver = true;
  await renewCsrf();
  if (await ask("/api/desk/me").then(() => true, () => false)) { // logged in anew, in another window
    loginOver = false;
    events.start();
    renew();
    return;
  }
  events.stop();
  ring.stop();
  if (talk.connected) tell("desk_login_over");
  else leave();
}

function leave() {
  me = null; // nobody is asked whether they mean to leave a call that is not theirs any more
  location.assign("/login?next=/desk");
}

/** Nobody is known to sit here. */
function choose() {
  events.stop();
  ring.stop();
  $("side").hidden = true;
  for (const id of ["idle", "ring", "call"]) $(id).hidden = true;
}

function entered(data) {
  tell(null);
  show(data);
  events.start();
  renew();
}

// --- joining it all -------------------------------------------------------------------------------------

for (const status of ["available", "break", "offline"]) $(status).addEventListener("click", () => setStatus(status));
$("notice-close").addEventListener("click", () => tell(null));
$("ring-accept").addEventListener("click", () => accept(me.call));
$("ring-decline").addEventListener("click", () => decline("declined"));
$("ring-busy").addEventListener("click", () => decline("busy"));
$("hold").addEventListener("click", () => hold.press());
$("back").addEventListener("click", () => endTalk(true));
$("end").addEventListener("click", () => endTalk(false));
$("done").addEventListener("click", () => done("available"));
$("done-break").addEventListener("click", () => done("break"));

const phase = () => (me?.call ? me.call.state : null);
const live = () => ON_THE_LINE.has(phase());
const when = (true_, act_) => () => true_() && (act_(), true);
connectKeys($("keys-on"), {
  A: () => {
    const call = phase() === "offered" ? me.call : queue.first;
    return Boolean(call && mayAccept()) && (accept(call), true);
  },
  D: when(() => phase() === "offered", () => decline("declined")),
  M: when(live, () => talk.toggleMute()),
  H: when(live, () => $("hold").click()),
  E: () => {
    if (live()) endByKey();
    else if (phase() === "wrap_up") $("done").click();
    else return false;
    return true;
  },
  N: when(() => !$("call").hidden, () => $("notes").focus()),
  T: when(() => !$("call").hidden, () => $("turns").focus()),
  Q: when(() => true, () => $("queue").focus()),
  B: when(() => ["available", "break"].includes(me?.agent.status), () => setStatus(me.agent.status === "available" ? "break" : "available")),
});
connectLanguageButtons();
onLanguage(() => {
  if (notice) tell(...notice);
  if (me) show(me);
  sure(false);
  queue.redraw();
  workspace.redraw();
  talk.redraw();
  todo.redraw();
  title();
});
window.addEventListener("beforeunload", (event) => live() && event.preventDefault());
window.addEventListener("pagehide", () => talk.leave());
setInterval(() => drawClocks(me), 1000);
setInterval(() => document.visibilityState === "visible" && me && renew(), RENEW_MS);
todo.start();

try {
  await entrance.open();
} catch (error) {
  problem(error);
  setTimeout(() => location.reload(), RENEW_MS);
}
