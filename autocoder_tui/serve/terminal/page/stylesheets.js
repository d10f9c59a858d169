// xterm.js writes its styles as <style> elements and style attributes, which the policy of this page
// forbids to markup. Here they become constructed stylesheets and properties, which are the
// script's own doing and need no leave. Imported before xterm.js.

const create = document.createElement;
document.createElement = function (name, ...options) {
  return name === "style" ? stylesheet() : create.call(this, name, ...options);
};

// Stands where a <style> would, and is one by its `textContent`.
function stylesheet() {
  const sheet = new CSSStyleSheet();
  const stand = create.call(document, "span");
  let said = "";
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(stand, "textContent", {
    get: () => said,
    set(text) {
      said = text;
      sheet.replaceSync(text);
    },
  });
  stand.hidden = true;
  stand.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    HTMLElement.prototype.remove.call(stand);
  };
  return stand;
}

HTMLSpanElement.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};
