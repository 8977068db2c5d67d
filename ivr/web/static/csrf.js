// A logged-in browser's requests that change something must show the token of the page they come from.

/** Headers to add to such a request; none where nobody need log in. */
export function csrfHeaders() {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  return token ? { "X-CSRF-Token": token } : {};
}
