// Making elements. What is put in is text, never HTML: a caller may say anything.

/** Characters that turn the direction of what follows (Unicode 9, bidirectional controls), and control codes. */
const TRICKS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Text as it may be shown: what would only deceive the eye is gone. */
export function shown(value) {
  return String(value ?? "").replace(TRICKS, "");
}

export function element(tag, { className = "", content = "", ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content !== "") made.textContent = shown(content);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

export function button(content, onClick, { className = "plain", ...attributes } = {}) {
  const made = element("button", { className, content, type: "button", ...attributes });
  made.addEventListener("click", onClick);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A tag that shows how frustrated somebody is, 0 to 1, by a bar and a number. */
export function heat(value, name, hardFrom) {
  const bar = element("span", { className: value >= hardFrom ? "heat hard" : "heat", "aria-hidden": "true" }, element("span"));
  bar.firstChild.style.transform = `scaleX(${Math.min(1, Math.max(0, value))})`;
  return element("li", {}, bar, element("span", { content: name }));
}
