// Builds elements. Text is only ever text: nothing here, or anywhere in the page, parses markup.

// What is not seen, or turns the order of a line around, is shown as a mark. An emoji's parts stay.
const HIDDEN = new RegExp(
  "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e" +
    "\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb" +
    "\\u{e0000}-\\u{e007f}]",
  "gu",
);

export function visible(text) {
  return text.replace(HIDDEN, "\ufffd");
}

// An element with attributes; those that are null, undefined or false are left out, and a function
// listens to the event of its name.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function button(label, pressed, attributes = {}) {
  return element("button", { type: "button", click: pressed, ...attributes }, label);
}

// A button that copies what `source` gives, and says that it has.
export function copyButton(label, source) {
  const made = button(label, async () => {
    const copied = await copy(source());
    made.textContent = copied ? "Copied" : "Not copied";
    setTimeout(() => (made.textContent = label), 1500);
  });
  made.classList.add("copy");
  return made;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https a browser offers the clipboard to pages of this machine alone.
    const field = element("textarea", { "aria-hidden": "true", class: "unseen" });
    field.value = text;
    const before = document.activeElement;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    before?.focus();
    return copied;
  }
}
