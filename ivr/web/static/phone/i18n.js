// The page's own words, Korean and English, from one table that the server renders from too.

const REMEMBER_S = 365 * 24 * 3600;

let table = { en: {} };
let language = "en";
const listeners = [];

/** Load the words of all pages, and those of `more`: addresses of further tables. */
export async function loadTexts(...more) {
  const addresses = [new URL("texts.json", import.meta.url), ...more];
  const tables = await Promise.all(addresses.map(async (address) => (await fetch(address)).json()));
  table = Object.fromEntries(Object.keys(tables[0]).map((ui) => [ui, Object.assign({}, ...tables.map((each) => each[ui]))]));
  language = document.documentElement.lang in table ? document.documentElement.lang : "en";
}

/** The text of `key` with its {placeholders} filled in; an unknown key shows itself. */
export function text(key, values = {}) {
  return (table[language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The text of `key`, or `otherwise` when there is none: for words that come from the server. */
export function textOr(key, otherwise) {
  return table[language][key] ?? otherwise;
}

/** `redraw()` is called whenever the language changes. */
export function onLanguage(redraw) {
  listeners.push(redraw);
}

function apply() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label, element.dataset));
  }
  for (const button of document.querySelectorAll("[data-ui]")) {
    button.setAttribute("aria-pressed", String(button.dataset.ui === language));
  }
  const heading = document.body.dataset.title;
  document.title = heading ? `${text(heading)} · ${text("product")}` : text("product");
  for (const redraw of listeners) redraw();
}

/** Let the page's language buttons work. */
export function connectLanguageButtons() {
  for (const button of document.querySelectorAll("[data-ui]")) {
    button.addEventListener("click", () => {
      language = button.dataset.ui;
      document.cookie = `ui=${language}; path=/; max-age=${REMEMBER_S}; samesite=lax`;
      apply();
    });
  }
}
