// The pages that show calls. The server draws them; here they are renewed while a call goes on.

import { connectLanguageButtons, loadTexts, onLanguage } from "./i18n.js";
import { follow } from "./live.js";

const SETTLE_MS = 250; // several events of one turn come together, and have to reach the database
const AT_END_PX = 40;
const ONLY_LIVE = new Set(["partial", "speaking"]); // not kept, so not in the page

const main = document.querySelector("main");
let timer = null;

/** Times in the reader's own zone. */
function localise(root) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) time.textContent = form.format(moment);
  }
}

/** Replace only what has changed: focus, selection and scrolling elsewhere stay as they are. */
function renewPart(old, fresh) {
  const atEnd = old.scrollWidth - old.scrollLeft - old.clientWidth < AT_END_PX;
  const before = [...old.children];
  const after = [...fresh.children];
  after.forEach((child, index) => {
    if (!before[index]) old.append(child);
    else if (!before[index].isEqualNode(child)) before[index].replaceWith(child);
  });
  for (const gone of before.slice(after.length)) gone.remove();
  if (atEnd) old.scrollLeft = old.scrollWidth;
}

async function renew() {
  timer = null;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return; // the next event, or the next look, tries again
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  localise(fresh);
  for (const old of document.querySelectorAll("[data-part]")) {
    const part = fresh.getElementById(old.id);
    if (part) renewPart(old, document.importNode(part, true));
  }
  for (const old of document.querySelectorAll(".empty")) old.hidden = Boolean(document.querySelector("[data-part] > li"));
}

function renewSoon() {
  timer ??= setTimeout(renew, SETTLE_MS);
}

await loadTexts();
connectLanguageButtons();
onLanguage(renewSoon);
localise(document);
const every = Number(main.dataset.renew);
if (every) setInterval(() => document.visibilityState === "visible" && renewSoon(), every * 1000);
if (main.dataset.live) {
  const told = (name) => ONLY_LIVE.has(name) || renewSoon();
  follow(main.dataset.live, told, (why) => {
    if (why === "logged_out") location.reload(); // the server leads to the login, and back here
    else document.getElementById("notice").hidden = false;
  });
}
document.body.dataset.ready = "true";
