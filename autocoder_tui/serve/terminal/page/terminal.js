// The full-screen program in a tab: its terminal, drawn here, and the process on the server.

import "./stylesheets.js";
import { Terminal } from "./xterm.mjs";
import { FitAddon } from "./addon-fit.mjs";
import { WebglAddon } from "./addon-webgl.mjs";
import { takeCopies } from "./clipboard.js";
import { Connection } from "./connection.js";
import { isTerminalKey, Keys } from "./keys.js";
import { measureAsTheProgram } from "./widths.js";

const LARGEST = 14;
const SMALLEST = 7;
const COLUMNS = 80;
const FAMILY =
  'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
const COLOURS = {
  light: { background: "#ffffff", foreground: "#1a1f27", cursor: "#1a1f27" },
  dark: { background: "#14171c", foreground: "#e4e8ee", cursor: "#e4e8ee" },
};

const found = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
const coarse = matchMedia("(pointer: coarse)");
const encoder = new TextEncoder();

const terminal = new Terminal({
  allowProposedApi: true,
  fontFamily: FAMILY,
  fontSize: LARGEST,
  lineHeight: 1.1, // below that the underscore of some fonts is cut off
  macOptionIsMeta: true,
  scrollback: 0,
  theme: colours(),
});
const fit = new FitAddon();
terminal.loadAddon(fit);
measureAsTheProgram(terminal);
takeCopies(terminal, said);

// With a graphics card lines and blocks join, and much output costs little. Without one, or where
// it is taken away, the terminal is made of elements.
function drawByCard() {
  const options = { failIfMajorPerformanceCaveat: true };
  const context = document.createElement("canvas").getContext("webgl2", options);
  if (!context) return;
  context.getExtension("WEBGL_lose_context")?.loseContext();
  try {
    const card = new WebglAddon();
    card.onContextLoss(() => card.dispose());
    terminal.loadAddon(card);
  } catch {
    // There is one, and it does not do what is needed: it goes on with elements.
  }
}

let connection = null;
let chosenSize = Number(localStorage.getItem("terminal-letters")) || 0;
let announced;

function colours() {
  const theme = dark.matches ? COLOURS.dark : COLOURS.light;
  return { ...theme, selectionBackground: dark.matches ? "#3b5275" : "#b5d0ff" };
}

// The colour of the last cell: what no cell covers goes on in it.
function cornerColour() {
  const { cols, rows, buffer } = terminal;
  const cell = buffer.active.getLine(buffer.active.viewportY + rows - 1)?.getCell(cols - 1);
  return cell?.isBgRGB() ? `#${cell.getBgColor().toString(16).padStart(6, "0")}` : "";
}

function said(text) {
  found("status").textContent = text;
  clearTimeout(announced);
  announced = setTimeout(() => (found("status").textContent = ""), 4000);
}

// Letters as large as was chosen, or else as lets a small window hold the columns a program needs.
function measure() {
  if (chosenSize) {
    terminal.options.fontSize = chosenSize;
    return fit.fit();
  }
  for (let size = LARGEST; size >= SMALLEST; size -= 1) {
    terminal.options.fontSize = size;
    if ((fit.proposeDimensions()?.cols ?? COLUMNS) >= COLUMNS) break;
  }
  fit.fit();
}

function changeSize(by) {
  chosenSize = Math.min(40, Math.max(SMALLEST - 1, terminal.options.fontSize + by));
  localStorage.setItem("terminal-letters", String(chosenSize));
  measure();
  terminal.focus();
}

function start() {
  found("over").hidden = true;
  terminal.reset();
  measure();
  const mine = new Connection(terminal.cols, terminal.rows, (bytes, done) => {
    if (connection === mine) terminal.write(bytes, done);
  });
  connection = mine;
  mine.addEventListener("open", () => mine.resize(terminal.cols, terminal.rows));
  mine.addEventListener("over", ({ detail }) => {
    connection = null;
    // Whatever the program had switched on is off again, so that its last words can be read.
    terminal.write("\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25l");
    document.title = "autocoder-tui";
    found("over-message").textContent = detail;
    found("over").hidden = false;
    found("again").focus();
  });
  terminal.focus();
}

const type = (text) => connection?.type(encoder.encode(text));
const keys = new Keys(found("keys"), (sequence) => {
  type(sequence);
  terminal.focus();
});

function showKeys(shown) {
  found("keys").hidden = !shown;
  found("show-keys").setAttribute("aria-expanded", String(shown));
}

terminal.open(found("terminal"));
drawByCard();
terminal.attachCustomKeyEventHandler((event) => isTerminalKey(event, terminal));
terminal.onData((data) => type(keys.held(data)));
terminal.onBinary((data) =>
  connection?.type(Uint8Array.from(data, (sign) => sign.charCodeAt(0) & 255)),
);
terminal.onResize(({ cols, rows }) => connection?.resize(cols, rows));
terminal.onRender(() => (found("terminal").style.backgroundColor = cornerColour()));
terminal.onTitleChange((title) => (document.title = title || "autocoder-tui"));

found("again").addEventListener("click", start);
found("smaller").addEventListener("click", () => changeSize(-1));
found("larger").addEventListener("click", () => changeSize(1));
found("show-keys").addEventListener("click", () => {
  showKeys(found("keys").hidden);
  terminal.focus();
});
found("reader").addEventListener("click", ({ currentTarget }) => {
  terminal.options.screenReaderMode = !terminal.options.screenReaderMode;
  currentTarget.setAttribute("aria-pressed", String(terminal.options.screenReaderMode));
  terminal.focus();
});
dark.addEventListener("change", () => (terminal.options.theme = colours()));
showKeys(coarse.matches);
new ResizeObserver(measure).observe(found("terminal"));
addEventListener("pageshow", ({ persisted }) => persisted && !connection && start());
start();
