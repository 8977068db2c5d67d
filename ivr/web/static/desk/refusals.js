// What the server refused, in the reader's words: the codes are the server's (docs/desk.md), the words are ours.

import { text, textOr } from "../phone/i18n.js";
import { shown } from "./elements.js";

/** The text for an ApiError, as [key, values]. */
export function refusal(error) {
  if (!error.status) return ["refused_try_again", {}]; // the server was not reached
  const key = `refused_${error.code}`;
  if (textOr(key, null) === null) return ["refused_failed", {}];
  const { agent_name: name, agent } = error.about;
  return [key, { name: shown(name ?? agent ?? "") || text("desk_somebody"), detail: shown(error.message) }];
}
