// Which model answers, from where, and how the page looks.

import { element, visible } from "./element.js";
import { ask } from "./server.js";

const OTHER = "\u0000other";
const byId = (id) => document.getElementById(id);

export class ModelChoice {
  constructor() {
    this._model = byId("model");
    this._other = byId("other-model");
    this._url = byId("custom-url");
    this._model.addEventListener("change", () => {
      byId("other-model-field").hidden = this._model.value !== OTHER;
      if (this._model.value === OTHER) this._other.focus();
    });
  }

  // Ask the server what there is.
  async load() {
    const { default: own, models, custom_urls: urls } = await ask("/models");
    const groups = new Map();
    for (const { name, provider } of models) {
      if (!groups.has(provider)) groups.set(provider, []);
      groups.get(provider).push(element("option", { value: name }, visible(name)));
    }
    this._model.replaceChildren(
      element("option", { value: "" }, own ? `${visible(own)} (the server's own)` : "none chosen"),
      ...[...groups].map(([label, options]) => element("optgroup", { label }, ...options)),
      element("option", { value: OTHER }, "Another model"),
    );
    byId("custom-url-field").hidden = urls.length === 0;
    byId("custom-urls").replaceChildren(...urls.map((value) => element("option", { value })));
  }

  // As the server wants it: {model?, custom_url?}
  get value() {
    const model = this._model.value === OTHER ? this._other.value.trim() : this._model.value;
    const url = this._url.value.trim();
    return { ...(model && { model }), ...(url && { custom_url: url }) };
  }
}

const THEME = "autocoder-tui theme";

// Light or dark: as the system has it until the person says otherwise.
export function followTheme(button) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem(THEME);
    } catch {
      return null;
    }
  };
  let theme = chosen();
  const isDark = () => (theme ? theme === "dark" : system.matches);
  const show = () => {
    if (theme) document.documentElement.dataset.theme = theme;
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
  };
  button.addEventListener("click", () => {
    theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(THEME, theme);
    } catch {
      // It holds for this page alone.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}
