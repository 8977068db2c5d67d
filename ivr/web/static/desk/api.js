// The desk's requests. What goes wrong is an ApiError: with the server's code, or status 0 when it was not reached.

import { csrfHeaders, renewCsrf } from "../csrf.js";

const PATIENCE_MS = 8000; // a click that is not answered by then is told to have failed

export class ApiError extends Error {
  /** `about`: the refusal's further fields, such as who has the call. */
  constructor(message, status, code = "", about = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.about = about;
  }
}

async function send(path, { method, body, keepalive }) {
  const headers = method === "GET" ? {} : { "Content-Type": "application/json", ...csrfHeaders() };
  const options = { method, headers, keepalive, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    throw new ApiError(error.message, 0);
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return answer;
  const { error, code, ...about } = answer ?? {};
  throw new ApiError(error ?? response.statusText, response.status, code, about);
}

/** Ask the server; gives its JSON, null when it has nothing to say. */
export async function ask(path, { method = "GET", body, keepalive = false } = {}) {
  try {
    return await send(path, { method, body, keepalive });
  } catch (error) {
    // Somebody has logged in anew in another window: this page's token is of the login before.
    if (error.code !== "stale_page" || !(await renewCsrf())) throw error;
    return send(path, { method, body, keepalive });
  }
}

export function post(path, body = {}) {
  return ask(path, { method: "POST", body });
}

/** The address of something about one call. */
export function callPath(callSid, what) {
  return `/api/desk/calls/${encodeURIComponent(callSid)}${what ? `/${what}` : ""}`;
}
