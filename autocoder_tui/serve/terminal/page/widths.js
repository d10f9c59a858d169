// How many cells a character takes. The program measures by Unicode 17 and whole graphemes (Rich);
// the add-on of xterm.js does graphemes by an older Unicode, in which these were narrow.

import { UnicodeGraphemesAddon } from "./addon-unicode-graphemes.mjs";

const NAME = "17-graphemes";
const WIDE = [
  [0x2630, 0x2637], [0x268a, 0x268f], [0x2ffc, 0x2fff], [0x31e4, 0x31e5], [0x31ef, 0x31ef],
  [0x4dc0, 0x4dff], [0x16ff2, 0x16ff6], [0x187f8, 0x187ff], [0x18cff, 0x18cff], [0x18d09, 0x18d1e],
  [0x18d80, 0x18df2], [0x1aff0, 0x1aff3], [0x1aff5, 0x1affb], [0x1affd, 0x1affe],
  [0x1b11f, 0x1b122], [0x1b132, 0x1b132], [0x1b155, 0x1b155], [0x1d300, 0x1d356],
  [0x1d360, 0x1d376], [0x1f6d8, 0x1f6d8], [0x1f6dc, 0x1f6df], [0x1f7f0, 0x1f7f0],
  [0x1f979, 0x1f979], [0x1f9cc, 0x1f9cc], [0x1fa75, 0x1fa77], [0x1fa7b, 0x1fa7c],
  [0x1fa87, 0x1fa8a], [0x1fa8e, 0x1fa8f], [0x1faa9, 0x1faaf], [0x1fab7, 0x1fabf],
  [0x1fac3, 0x1fac6], [0x1fac8, 0x1fac8], [0x1facd, 0x1facf], [0x1fad7, 0x1fadc],
  [0x1fadf, 0x1faea], [0x1faef, 0x1faf8],
];
const NARROWEST = WIDE[0][0];
// A property of xterm.js holds the width in its bits 1 and 2.
const WIDTH_BITS = 0b110;
const TWO = 2 << 1;

function isWide(point) {
  return point >= NARROWEST && WIDE.some(([first, last]) => point >= first && point <= last);
}

export function measureAsTheProgram(terminal) {
  const { unicode } = terminal;
  const given = new Map();
  new UnicodeGraphemesAddon().activate({
    unicode: { register: (provider) => given.set(provider.version, provider), activeVersion: "" },
  });
  const older = given.get("15-graphemes");
  unicode.register({
    version: NAME,
    wcwidth: (point) => (isWide(point) ? 2 : older.wcwidth(point)),
    charProperties(point, before) {
      const found = older.charProperties(point, before);
      return isWide(point) ? (found & ~WIDTH_BITS) | TWO : found;
    },
  });
  unicode.activeVersion = NAME;
}
