// The list of snippets: the history of this page and of the program on the screen.

import { button, element, visible } from "./element.js";
import { ask } from "./server.js";

const PAUSE = 250; // milliseconds after the last key before a search is sent

export class Snippets {
  // `opened` is called with the id of a run that is to be shown.
  constructor(section, opened) {
    this._list = section.querySelector("#snippet-list");
    this._search = section.querySelector("#search");
    this._said = section.querySelector("#snippets-said");
    this._opened = opened;
    this._asked = 0;
    this._search.addEventListener("input", () => {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this.load(), PAUSE);
    });
  }

  async load() {
    const asked = ++this._asked;
    const search = this._search.value.trim();
    try {
      const { snippets } = await ask(`/snippets?${new URLSearchParams({ search })}`);
      if (asked !== this._asked) return; // a later search has been sent
      this._list.replaceChildren(...snippets.map((snippet) => this._line(snippet)));
      this._say(said(snippets.length, search));
    } catch (error) {
      if (asked === this._asked) this._say(error.message);
    }
  }

  _line(snippet) {
    const name = visible(snippet.name || "(no name)");
    const open = button("", () => this._opened(snippet.run_id), { class: "open" });
    open.append(
      element("span", { class: "name" }, name),
      element("span", { class: "quiet" }, details(snippet)),
    );
    const line = element("li", {}, open);
    const remove = button("Delete", () => this._confirm(line, remove, snippet, name), {
      class: "delete",
      "aria-label": `Delete ${name}`,
    });
    line.append(remove);
    return line;
  }

  _confirm(line, remove, snippet, name) {
    const sure = button("Really delete", () => this._delete(line, snippet.run_id), {
      class: "danger",
      "aria-label": `Really delete ${name}`,
    });
    const keep = button("Keep", () => {
      choice.replaceWith(remove);
      remove.focus();
    });
    const choice = element("span", { class: "choice" }, sure, keep);
    remove.replaceWith(choice);
    keep.focus();
  }

  async _delete(line, runId) {
    try {
      await ask(`/snippets/${encodeURIComponent(runId)}`, { method: "DELETE" });
    } catch (error) {
      if (error.status !== 404) return this._say(error.message);
    }
    const next = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    (next?.querySelector("button") ?? this._search).focus();
    this._say("Deleted.");
  }

  _say(text) {
    this._said.textContent = text;
  }
}

function said(count, search) {
  if (!count) return search ? "Nothing has all these words." : "There are no snippets yet.";
  return count === 1 ? "1 snippet" : `${count} snippets`;
}

function details({ started, model, status, characters }) {
  const when = new Date(typeof started === "number" ? started * 1000 : started);
  const shown = { dateStyle: "short", timeStyle: "short" };
  const time = Number.isNaN(when.getTime()) ? "" : when.toLocaleString([], shown);
  const parts = [time, visible(model ?? "")];
  parts.push(status === "finished" ? `${characters.toLocaleString()} characters` : status);
  return parts.filter(Boolean).join(" · ");
}
