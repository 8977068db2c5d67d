// A logged-in browser's requests that change something must show the token of the page they come from.

const meta = () => document.querySelector('meta[name="csrf-token"]');

/** Headers to add to such a request; none where nobody need log in. */
export function csrfHeaders() {
  const token = meta()?.content;
  return token ? { "X-CSRF-Token": token } : {};
}

/** Get the token of the login that the browser has now; whether it is another than before. */
export async function renewCsrf() {
  const me = await fetch("/api/me", { cache: "no-store" })
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  const page = meta();
  if (!me?.csrf_token || !page || page.content === me.csrf_token) return false;
  page.content = me.csrf_token;
  return true;
}
