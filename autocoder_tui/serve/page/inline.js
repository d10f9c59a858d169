// What stands within a line: code, emphasis, links. Whatever is no such thing is text.

import { element, visible } from "./element.js";

const DEEPEST = 6;
const LONGEST_ADDRESS = 2000;
const PLAIN = /[^\\`*_~[!<h\n]+/y;
const BARE_ADDRESS = /https?:\/\/[^\s<>"'`]+/y;

// Append `text` to `parent` as elements and text.
export function appendInline(parent, text, depth = 0) {
  const closers = new Map(); // of a mark: from where on there is none
  let plain = "";
  let at = 0;
  const put = (node) => {
    if (plain) parent.append(visible(plain));
    plain = "";
    parent.append(node);
  };
  while (at < text.length) {
    PLAIN.lastIndex = at;
    const skipped = PLAIN.exec(text);
    if (skipped) {
      plain += skipped[0];
      at += skipped[0].length;
      continue;
    }
    const found = spanAt(text, at, depth, closers);
    if (found) {
      put(found.node);
      at = found.end;
    } else if (text[at] === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
    } else if (text[at] === "\n" && (plain.endsWith("  ") || plain.endsWith("\\"))) {
      plain = plain.replace(/(\\| +)$/, "");
      put(element("br"));
      at += 1;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) parent.append(visible(plain));
}

function spanAt(text, at, depth, closers) {
  switch (text[at]) {
    case "`":
      return codeAt(text, at, closers);
    case "*":
    case "_":
    case "~":
      return depth < DEEPEST ? emphasisAt(text, at, depth, closers) : null;
    case "!":
      return text[at + 1] === "[" ? linkAt(text, at + 1, depth) : null;
    case "[":
      return linkAt(text, at, depth);
    case "<":
      return bracketedAt(text, at);
    case "h":
      return bareAt(text, at);
    default:
      return null;
  }
}

// Where `mark` comes next, -1 for nowhere: what is not there is looked for once.
function next(text, mark, from, closers) {
  if (closers.get(mark) <= from) return -1;
  const found = text.indexOf(mark, from);
  if (found < 0) closers.set(mark, from);
  return found;
}

function runLength(text, at) {
  let end = at;
  while (text[end] === text[at]) end += 1;
  return end - at;
}

function codeAt(text, at, closers) {
  const length = runLength(text, at);
  const mark = "`".repeat(length);
  const from = at + length;
  let end = next(text, mark, from, closers);
  while (end >= 0 && text[end + length] === "`") {
    end = next(text, mark, end + runLength(text, end), closers);
  }
  if (end < 0) return { node: document.createTextNode(mark), end: from };
  let code = text.slice(from, end).replaceAll("\n", " ");
  if (/^ .*[^ ].* $/.test(code)) code = code.slice(1, -1);
  return { node: element("code", {}, visible(code)), end: end + length };
}

const ELEMENT_OF = { "*": "em", _: "em", "**": "strong", __: "strong", "~~": "del" };
const WORD = /[\p{L}\p{N}]/u;

function emphasisAt(text, at, depth, closers) {
  const run = Math.min(runLength(text, at), 2);
  const mark = text[at].repeat(run);
  const name = ELEMENT_OF[mark];
  const from = at + run;
  if (!name || /\s/.test(text[from] ?? " ")) return null;
  const within = text[at] === "_";
  if (within && WORD.test(text[at - 1] ?? " ")) return null;
  let end = next(text, mark, from, closers);
  for (let tried = 0; end >= 0 && tried < 20; tried += 1) {
    const length = runLength(text, end);
    const closes = !/\s/.test(text[end - 1]) && (length === run || length === 3 || run === 2);
    if (closes && end > from && !(within && WORD.test(text[end + length] ?? " "))) {
      if (length === 3 && run === 2) end += 1;
      const node = element(name);
      appendInline(node, text.slice(from, end), depth + 1);
      return { node, end: end + run };
    }
    end = next(text, mark, end + length, closers);
  }
  return null;
}

// An address that may be opened: http and https alone. null for any other.
function safeAddress(text) {
  if (text.length > LONGEST_ADDRESS || !/^https?:\/\//i.test(text)) return null;
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function anchor(href, ...children) {
  return element("a", { href, rel: "noopener noreferrer", target: "_blank" }, ...children);
}

// A link is shown with its address; an image is one, too: nothing is loaded from elsewhere.
function linkAt(text, at, depth) {
  const middle = closing(text, at, "[", "]");
  if (middle < 0 || text[middle + 1] !== "(") return null;
  const end = closing(text, middle + 1, "(", ")");
  if (end < 0) return null;
  const said = text.slice(middle + 2, end).trim();
  const address = safeAddress(said.replace(/\s+["'(].*$/s, "").replace(/^<(.*)>$/, "$1"));
  if (address === null) return null;
  const label = text.slice(at + 1, middle);
  const link = anchor(address);
  // Within a link there is no further one.
  if (depth < DEEPEST && !/[[<]|https?:/.test(label)) appendInline(link, label, depth + 1);
  else link.append(visible(label));
  const node = element("span", {}, link);
  if (!link.textContent.trim()) link.append(visible(address));
  else if (label !== said) {
    node.append(element("span", { class: "address" }, ` (${visible(address)})`));
  }
  return { node, end: end + 1 };
}

function closing(text, at, open, close) {
  let depth = 0;
  for (let end = at; end < text.length && end - at < LONGEST_ADDRESS; end += 1) {
    if (text[end] === "\\") end += 1;
    else if (text[end] === open) depth += 1;
    else if (text[end] === close && --depth === 0) return end;
  }
  return -1;
}

function bracketedAt(text, at) {
  const found = /^<(https?:\/\/[^\s<>]+)>/.exec(text.slice(at, at + LONGEST_ADDRESS));
  const address = found && safeAddress(found[1]);
  return address ? { node: anchor(address, visible(found[1])), end: at + found[0].length } : null;
}

function bareAt(text, at) {
  if (WORD.test(text[at - 1] ?? " ")) return null;
  BARE_ADDRESS.lastIndex = at;
  const found = BARE_ADDRESS.exec(text)?.[0].replace(/[.,;:!?*_~\])]+$/, "");
  const address = found && safeAddress(found);
  return address ? { node: anchor(address, visible(found)), end: at + found.length } : null;
}
