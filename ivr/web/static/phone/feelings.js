// How the caller feels, as bars: the frustration after a turn, and what made it.

import { element } from "./elements.js";
import { text, textOr } from "./i18n.js";

const LEAST = 0.005; // what rounds to nothing is not shown
const FELT = new Set(document.body.dataset.felt?.split(" ")); // contributions that tell how the caller felt: the server's list
const ACTED_ON = new Set(["empathise", "offer_agent", "hand_off"]);

function meter(value, name) {
  const made = document.createElement("meter");
  made.max = 1;
  made.value = value;
  made.setAttribute("aria-label", name);
  return made;
}

/** What made a decision; where feelings changed nothing, they stand below the turn alone. */
export function reasonsOf({ action, contributions }) {
  const entries = Object.entries(contributions ?? {});
  return strengths(ACTED_ON.has(action) ? entries : entries.filter(([name]) => !FELT.has(name)));
}

/** Names and strengths as bars. Counts and other numbers above 1 have none. */
function strengths(entries) {
  const list = element("dl", "signs");
  for (const [name, value] of entries) {
    if (typeof value === "number" && value < LEAST) continue;
    const called = textOr(`sign_${name}`, name.replaceAll("_", " "));
    const known = typeof value === "number";
    const shown = element("dd", "");
    if (known && value >= 0 && value <= 1) shown.append(meter(value, called));
    shown.append(element("span", "", known ? value.toFixed(2) : String(value)));
    const pair = element("div", "");
    pair.append(element("dt", "", called), shown);
    list.append(pair);
  }
  return list;
}

/** The frustration after a turn of the caller. */
export function frustrationOf(turn) {
  const box = element("div", "frustration");
  const score = element("p", "score");
  const name = text("label_frustration");
  score.append(element("span", "", name), meter(turn.frustration, name), element("b", "", turn.frustration.toFixed(2)));
  box.append(score);
  box.append(strengths(Object.entries(turn.contributions ?? {})));
  return box;
}
