// Single-key shortcuts. They can be switched off (WCAG 2.1.4), and never fire while somebody writes.

const REMEMBERED = "desk_keys";

/** Where letters are written. Boxes to tick and sliders take none. */
function writing(target) {
  return target.closest?.("input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]");
}

/** `actions`: letter → what to do; gives true when there was something to do. */
export function connectKeys(checkbox, actions) {
  checkbox.checked = localStorage.getItem(REMEMBERED) !== "off";
  checkbox.addEventListener("change", () => localStorage.setItem(REMEMBERED, checkbox.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!checkbox.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (writing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    // By the key's place, so that a Korean keyboard's letters do the same.
    const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
    if (letter && actions[letter]?.()) event.preventDefault();
  });
}
