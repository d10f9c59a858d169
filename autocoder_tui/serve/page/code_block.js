// A block of code that grows: what stands is never built again, only the line that is being
// written is.

import { copyButton, element, visible } from "./element.js";
import { highlightLine } from "./highlight.js";

const LINES_TOGETHER = 40; // in an element of their own: a browser lays out the last one alone

export class CodeBlock {
  constructor(info) {
    this._source = [];
    this._lineOpen = false;
    this._language = (/^[\w+#.-]+/.exec(info.trim())?.[0] ?? "").toLowerCase();
    const shown = visible(info.trim().slice(0, 80)) || "code";
    this._code = element("code");
    this._draft = element("span");
    this.node = element(
      "div",
      { class: "code" },
      element(
        "div",
        { class: "code-head" },
        element("span", {}, shown),
        copyButton("Copy code", () => this._source.join("")),
      ),
      element("pre", { tabindex: 0, role: "group", "aria-label": `Code: ${shown}` }, this._code),
    );
    this._lines = 0;
    this._state = null;
  }

  // Add `text` of one line; `ends` where the line ends with it.
  add(text, ends) {
    if (this._lines % LINES_TOGETHER === 0 && !this._lineOpen) {
      this._together = element("span", { class: "lines" });
      this._code.append(this._together);
    }
    const piece = ends ? `${text}\n` : text;
    this._state = this._put(this._together, piece);
    this._source.push(piece);
    this._lineOpen = !ends;
    if (ends) this._lines += 1;
  }

  // Show a line that is not complete yet; "" for none.
  draft(text) {
    if (this._draft.textContent === text) return;
    this._draft.replaceChildren();
    if (!text) return this._draft.remove();
    this._put(this._draft, text);
    (this._together ?? this._code).append(this._draft);
  }

  _put(parent, text) {
    const [pieces, state] = highlightLine(text, this._language, this._state);
    for (const [kind, piece] of pieces) {
      const shown = visible(piece);
      parent.append(kind ? element("span", { class: `t-${kind}` }, shown) : shown);
    }
    return state;
  }
}
