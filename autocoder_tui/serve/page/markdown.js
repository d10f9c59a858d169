// Markdown as it comes, a line at a time. A line that is complete is built once; the last one,
// which is not, is built tentatively and taken back before it is built again.

import { CodeBlock } from "./code_block.js";
import { element } from "./element.js";
import { appendInline } from "./inline.js";

const LONGEST_PIECE = 2000; // characters of a line without an end that are built tentatively
const LONGEST_PARAGRAPH = 6000; // after which its text goes on in a further element

const MOST_TOGETHER = 300; // items or rows in one list or table: a browser lays it out as a whole

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const MARKER = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const UNDECIDED = /^[ \t>]*(?:[`~]+[^`]*|[-*+_=#|: \t]+|\d+[.)]?[ \t]*)$/;

export class Markdown {
  constructor(root) {
    this.text = "";
    this._root = root;
    this._clear();
  }

  append(text) {
    this.text += text;
    this._waiting += text;
  }

  // Take back the last `count` characters.
  retract(count) {
    this.text = this.text.slice(0, this.text.length - count);
    if (count <= this._waiting.length) {
      this._waiting = this._waiting.slice(0, this._waiting.length - count);
      return;
    }
    this._root.replaceChildren();
    this._clear();
    this._waiting = this.text;
  }

  // Build what has come since. `ended`: nothing more comes.
  flush(ended = false) {
    this._takeBack();
    const lines = this._waiting.split("\n");
    let last = lines.pop();
    for (const line of lines) this._line(this._shortened(line.replace(/\r$/, "")), true);
    last = this._shortened(last);
    this._waiting = ended ? "" : last;
    if (ended && last) this._line(last.replace(/\r$/, ""), true);
    else if (last) this._tentative(last);
    this._renderLeaf();
  }

  // Build a very long line in pieces; the last of them.
  _shortened(line) {
    while (line.length > LONGEST_PIECE) {
      const space = line.lastIndexOf(" ", LONGEST_PIECE);
      const length = space > 0 ? space + 1 : LONGEST_PIECE;
      this._line(line.slice(0, length), false);
      line = line.slice(length);
    }
    return line;
  }

  _clear() {
    this._waiting = "";
    this._containers = []; // of lists and quotes that are open
    this._leaf = null; // the paragraph or table that is open
    this._fence = null; // the block of code that is open
    this._goesOn = false; // the line before has not ended
    this._undo = null;
  }

  _tentative(line) {
    if (this._fence) {
      const code = this._inFence(line);
      if (code !== null) this._fence.block.draft(/^\s*[`~]+\s*$/.test(code) ? "" : code);
      return;
    }
    if (UNDECIDED.test(line) && !this._goesOn) return;
    const leaf = this._leaf;
    const state = {
      containers: [...this._containers],
      leaf,
      text: leaf?.text,
      goesOn: this._goesOn,
    };
    this._undo = { ...state, added: [] };
    this._line(line, true, true);
  }

  _takeBack() {
    if (this._fence) this._fence.block.draft("");
    if (!this._undo) return;
    const { containers, leaf, text, goesOn, added } = this._undo;
    for (const node of added.reverse()) node.remove();
    this._containers = containers;
    this._leaf = leaf;
    if (leaf) leaf.text = text;
    this._goesOn = goesOn;
    this._undo = null;
  }

  _add(node) {
    const parent = this._containers.at(-1)?.node ?? this._root;
    parent.append(node);
    this._undo?.added.push(node);
    return node;
  }

  // `ends`: whether the line ends here, or goes on in the next piece.
  _line(line, ends, tentative = false) {
    const goesOn = this._goesOn;
    this._goesOn = !ends;
    if (this._fence) {
      const code = this._inFence(line);
      if (code !== null) {
        if (!goesOn && this._closesFence(code)) this._fence = null;
        else this._fence.block.add(code, ends);
        return;
      }
      this._fence = null; // the quote around it has ended
    }
    if (goesOn) {
      this._paragraph(line, "");
      return;
    }
    let rest = line.replace(/^[ \t]+/, (indent) => indent.replaceAll("\t", "    "));
    const blank = !rest.trim();
    let matched = 0;
    for (const container of this._containers) {
      const inside = within(container, rest, blank);
      if (inside === null) break;
      rest = inside;
      matched += 1;
    }
    if (blank || !rest.trim()) {
      this._close();
      const quote = this._containers.findIndex((each) => !each.list);
      if (blank && quote >= 0) this._containers.length = quote;
      return;
    }
    if (matched < this._containers.length) {
      if (this._leaf?.kind === "paragraph" && !beginsBlock(rest)) {
        this._paragraph(rest.trimStart(), "\n");
        return;
      }
      this._close();
      this._containers.length = matched;
    }
    this._block(this._open(rest), tentative);
  }

  // Open the lists and quotes that begin here; what is left of the line.
  _open(rest) {
    for (let depth = 0; depth < 12; depth += 1) {
      if (QUOTE.test(rest)) {
        this._close();
        this._containers.push({ node: this._add(element("blockquote")) });
        rest = rest.replace(QUOTE, "");
        continue;
      }
      const marker = RULE.test(rest) ? null : MARKER.exec(rest);
      if (!marker) return rest;
      // A number in the middle of a sentence that was wrapped is no list.
      if (this._leaf && /\d/.test(marker[2]) && !/^1[.)]$/.test(marker[2])) return rest;
      this._close();
      rest = this._item(rest, marker);
    }
    return rest;
  }

  _item(rest, [all, indent, mark, spaces]) {
    const name = /\d/.test(mark) ? "ol" : "ul";
    const parent = this._containers.at(-1)?.node ?? this._root;
    let list = parent.lastElementChild;
    const same = list?.localName === name && list.dataset.mark === mark.at(-1);
    if (!same || list.childElementCount >= MOST_TOGETHER) {
      const number = same ? list.start + list.childElementCount : parseInt(mark, 10);
      const start = name === "ol" && number !== 1 ? number : null;
      list = this._add(element(name, { start, "data-mark": mark.at(-1) }));
    }
    const item = element("li");
    list.append(item);
    this._undo?.added.push(item);
    const wide = spaces.length > 4 || !spaces ? 1 : spaces.length;
    this._containers.push({ node: item, list, indent: indent.length + mark.length + wide });
    return rest.slice(Math.min(all.length, indent.length + mark.length + wide));
  }

  _block(rest, tentative) {
    const fence = FENCE.exec(rest);
    if (fence) {
      if (tentative) return;
      this._close();
      const block = new CodeBlock(fence[2]);
      this._add(block.node);
      const indent = rest.length - rest.trimStart().length;
      this._fence = { block, mark: fence[1], indent, info: fence[2].trim(), depth: 0 };
      return;
    }
    const heading = HEADING.exec(rest);
    if (heading) {
      this._close();
      // The page has a heading of its own above an answer.
      const node = this._add(element(`h${Math.min(heading[1].length + 2, 6)}`));
      appendInline(node, heading[2] ?? "");
      return;
    }
    if (RULE.test(rest)) {
      this._close();
      this._add(element("hr"));
      return;
    }
    if (this._leaf?.kind === "table" && rest.includes("|")) {
      this._row(this._leaf, rest);
      return;
    }
    if (this._leaf?.kind === "table") this._close();
    if (!tentative && this._leaf && DELIMITERS.test(rest) && this._table(rest)) return;
    this._paragraph(rest.trimStart(), "\n");
  }

  _paragraph(text, joint) {
    if (this._leaf?.kind === "paragraph" && this._leaf.text.length < LONGEST_PARAGRAPH) {
      this._leaf.text += joint + text;
      return;
    }
    const more = this._leaf?.kind === "paragraph";
    this._close();
    const node = this._add(element("p", { class: more ? "more" : null }));
    this._leaf = { kind: "paragraph", node, text, rendered: "" };
  }

  // Make a table of the line that was taken for a paragraph; false where it is no head of one.
  _table(delimiters) {
    const { node, text } = this._leaf;
    const names = cells(text);
    const aligned = cells(delimiters).map((each) =>
      each.endsWith(":") ? (each.startsWith(":") ? "center" : "right") : null,
    );
    if (!text.includes("|") || text.includes("\n") || names.length !== aligned.length) return false;
    const made = tableOf(names, aligned);
    node.replaceWith(made.node);
    this._leaf = { kind: "table", body: made.body, names, aligned };
    return true;
  }

  _row({ body, names, aligned }, line) {
    if (body.childElementCount >= MOST_TOGETHER) {
      const made = tableOf(names, aligned);
      this._add(made.node);
      this._leaf = { kind: "table", body: made.body, names, aligned };
    }
    const row = rowOf("td", aligned, cells(line));
    this._leaf.body.append(row);
    this._undo?.added.push(row);
  }

  _close() {
    this._renderLeaf();
    this._leaf = null;
  }

  _renderLeaf() {
    const leaf = this._leaf;
    if (leaf?.kind !== "paragraph" || leaf.rendered === leaf.text) return;
    leaf.node.replaceChildren();
    appendInline(leaf.node, leaf.text.trimEnd());
    leaf.rendered = leaf.text;
  }

  // What a line says within the open block of code; null where a quote around it has ended.
  _inFence(line) {
    let rest = line;
    for (const container of this._containers) {
      if (!container.list) {
        if (!QUOTE.test(rest)) return null;
        rest = rest.replace(QUOTE, "");
      } else rest = dedented(rest, container.indent);
    }
    return dedented(rest, this._fence.indent);
  }

  // Whether this line ends the open block. Markdown in a block has blocks of its own.
  _closesFence(code) {
    const found = FENCE.exec(code);
    const fence = this._fence;
    if (!found?.[1].startsWith(fence.mark)) return false;
    if (found[2].trim()) {
      if (/^(markdown|md)\b/i.test(fence.info)) fence.depth += 1;
      return false;
    }
    if (fence.depth === 0) return true;
    fence.depth -= 1;
    return false;
  }
}

// What is left of a line within an open list item or quote; null where it stands outside.
function within(container, rest, blank) {
  if (!container.list) return QUOTE.test(rest) ? rest.replace(QUOTE, "") : null;
  if (blank) return rest;
  const indent = rest.length - rest.trimStart().length;
  return indent >= container.indent ? rest.slice(container.indent) : null;
}

function beginsBlock(rest) {
  return [FENCE, HEADING, RULE, QUOTE, MARKER].some((begin) => begin.test(rest));
}

function tableOf(names, aligned) {
  const body = element("tbody");
  const head = element("thead", {}, rowOf("th", aligned, names));
  const table = element("table", {}, head, body);
  const around = { class: "table", tabindex: 0, role: "group", "aria-label": "Table" };
  return { body, node: element("div", around, table) };
}

function rowOf(kind, aligned, texts) {
  const row = element("tr");
  aligned.forEach((side, column) => {
    const cell = element(kind, { class: side, scope: kind === "th" ? "col" : null });
    appendInline(cell, texts[column] ?? "");
    row.append(cell);
  });
  return row;
}

function dedented(line, count) {
  let at = 0;
  while (at < count && line[at] === " ") at += 1;
  return line.slice(at);
}

function cells(line) {
  const found = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return found.split(/(?<!\\)\|/).map((each) => each.trim().replaceAll("\\|", "|"));
}
