// The keypad: mouse, touch and keyboard press the same keys.

const SHOWN_MS = 160;

/** `press(key)` is told each key; `active()` says whether pressing does anything now. */
export function connectKeypad(keypad, { press, active }) {
  const buttons = new Map([...keypad.querySelectorAll("[data-key]")].map((button) => [button.dataset.key, button]));

  function pressed(key) {
    if (!active()) return;
    const button = buttons.get(key);
    button.classList.add("pressed");
    setTimeout(() => button.classList.remove("pressed"), SHOWN_MS);
    press(key);
  }

  for (const [key, button] of buttons) button.addEventListener("click", () => pressed(key));
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return; // typing belongs to the field
    if (buttons.has(event.key)) pressed(event.key);
  });
}
