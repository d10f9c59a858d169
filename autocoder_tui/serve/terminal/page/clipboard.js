// What the program copies comes as a sequence of the terminal (OSC 52). What the clipboard holds is
// never told to it: it comes when the person pastes.

import { copy } from "./element.js";

const MOST = 4_000_000;

export function takeCopies(terminal, said) {
  terminal.parser.registerOscHandler(52, (data) => {
    const base64 = data.slice(data.indexOf(";") + 1);
    if (base64 && base64 !== "?" && base64.length <= MOST) take(base64, said);
    return true;
  });
}

async function take(base64, said) {
  let text;
  try {
    text = new TextDecoder().decode(Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)));
  } catch {
    return;
  }
  said((await copy(text)) ? "Copied." : "The browser refused the clipboard.");
}
