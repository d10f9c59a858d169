// Keys that a browser keeps for itself, or that a phone has none of.

import { button } from "./element.js";

const ESC = "\x1b";
const KEYS = [
  ["Esc", ESC],
  ["Tab", "\t"],
  ["Shift+Tab", `${ESC}[Z`],
  ["Enter", "\r"],
  ["↑", `${ESC}[A`, "Up"],
  ["↓", `${ESC}[B`, "Down"],
  ["←", `${ESC}[D`, "Left"],
  ["→", `${ESC}[C`, "Right"],
  ["Space", " "],
  ["PgUp", `${ESC}[5~`],
  ["PgDn", `${ESC}[6~`],
  ["Ctrl+N", "\x0e"],
  ["Ctrl+T", "\x14"],
  ["Ctrl+W", "\x17"],
  ...[80, 81, 82, 83].map((code, at) => [`F${at + 1}`, `${ESC}O${String.fromCharCode(code)}`]),
  ...[15, 17, 18, 19, 20].map((code, at) => [`F${at + 5}`, `${ESC}[${code}~`]),
];
const LEFT_TO_THE_BROWSER = new Set(["F11", "F12"]);

// Buttons in `bar`. Ctrl is held until the next letter, wherever that is typed.
export class Keys {
  #held = false;
  #ctrl;

  constructor(bar, press) {
    this.#ctrl = button("Ctrl", () => this.#hold(!this.#held), { "aria-pressed": "false" });
    const made = KEYS.map(([label, sequence, name]) =>
      button(label, () => press(sequence), { "aria-label": name }),
    );
    made.splice(4, 0, this.#ctrl);
    // The keyboard of a phone would close when the terminal loses the focus.
    for (const each of made) each.addEventListener("pointerdown", (event) => event.preventDefault());
    bar.replaceChildren(...made);
  }

  // What was typed, with Ctrl where that is held.
  held(data) {
    if (!this.#held || data.length !== 1) return data;
    this.#hold(false);
    const code = data.toUpperCase().charCodeAt(0);
    return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : data;
  }

  #hold(held) {
    this.#held = held;
    this.#ctrl.setAttribute("aria-pressed", String(held));
  }
}

// Whether the terminal takes a key; the others are the browser's: it pastes, and copies what is
// selected with Shift held.
export function isTerminalKey(event, terminal) {
  const command = event.ctrlKey || event.metaKey;
  const letter = event.key.toLowerCase();
  if (LEFT_TO_THE_BROWSER.has(event.key)) return false;
  if (command && !event.altKey && letter === "v") return false;
  if (event.shiftKey && event.key === "Insert") return false;
  return !(command && letter === "c" && terminal.hasSelection());
}
