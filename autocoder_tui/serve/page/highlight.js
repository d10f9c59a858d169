// Colours for code: comments, strings, keywords, numbers, a line at a time.

const words = (text) => new Set(text.split(" "));

const C = words(
  "abstract as async await bool boolean break byte case catch char class const continue " +
    "default defer delete do double else enum export extends extern false final finally float " +
    "fn for foreach from func function get go goto if impl implements import in instanceof " +
    "int interface internal is let long loop match mod move mut namespace new nil null " +
    "nullptr of operator out override package private protected pub public readonly ref " +
    "return select self set short signed sizeof static string struct super switch template " +
    "this throw throws trait true try type typedef typeof undefined union unsafe unsigned use " +
    "using val var virtual void volatile when where while with yield",
);
const PYTHON = words(
  "False None True and as assert async await break case class continue def del elif else " +
    "except finally for from global if import in is lambda match nonlocal not or pass raise " +
    "return self try while with yield",
);
const SHELL = words(
  "case do done elif else esac export fi for function if in local return select set then " +
    "time unset until while",
);
const RUBY = words(
  "BEGIN END alias and begin break case class def defined do else elsif end ensure false " +
    "for if in module next nil not or redo rescue retry return self super then true undef " +
    "unless until when while yield local function repeat elseif",
);
const SQL = words(
  "add all alter and any as asc begin between by case column commit constraint create cross " +
    "database default delete desc distinct drop else end exists false foreign from full group " +
    "having if in index inner insert into is join key left like limit not null offset on or " +
    "order outer primary references returning right rollback select set table then true union " +
    "unique update using values view when where with",
);
const DATA = words("true false null yes no on off");

const STRING = `"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?`;
const DOUBLE = `"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)'`;
const NUMBER = "\\b(?:0[xXbBoO][\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)\\w*";
const WORD = "[A-Za-z_$][\\w$]*";

// `line`: what begins a comment up to the end of the line. `spans`: what begins something that may
// go on over lines, what ends it, and what it is.
function language(keywords, line, spans = [], strings = STRING, anyCase = false) {
  const begins = spans.map(([begin]) => escaped(begin)).join("|");
  const parts = [
    line ? `(?<comment>(?:${line}).*)` : "(?<comment>$^)",
    begins ? `(?<span>${begins})` : "(?<span>$^)",
    `(?<string>${strings})`,
    `(?<number>${NUMBER})`,
    `(?<word>${WORD})`,
  ];
  const known = new Map(spans.map(([begin, end, kind]) => [begin, { end, kind }]));
  return { keywords, spans: known, token: new RegExp(parts.join("|"), "g"), anyCase };
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

const BLOCK = ["/*", "*/", "comment"];
const TEMPLATE = ["`", "`", "string"];
const LANGUAGES = new Map();
const name = (names, made) => names.split(" ").forEach((each) => LANGUAGES.set(each, made));
name(
  "python py python3 pyi",
  language(PYTHON, "#", [
    ['"""', '"""', "string"],
    ["'''", "'''", "string"],
  ]),
);
name("js javascript jsx mjs ts typescript tsx go golang", language(C, "//", [BLOCK, TEMPLATE]));
name(
  "c h cpp c++ cc hpp csharp cs java kotlin kt swift scala php dart objc groovy proto zig jsonc",
  language(C, "//", [BLOCK]),
);
name("rust rs", language(C, "//", [BLOCK], DOUBLE));
name("css scss less", language(words("important media import"), null, [BLOCK]));
name("sh bash shell zsh console fish", language(SHELL, "(?<![^\\s;])#"));
name("dockerfile docker makefile make", language(SHELL, "#"));
name("ruby rb perl pl r elixir ex", language(RUBY, "#"));
name("lua", language(RUBY, "--"));
name("haskell hs", language(C, "--", [["{-", "-}", "comment"]], DOUBLE));
name("sql sqlite postgres postgresql mysql", language(SQL, "--", [BLOCK], STRING, true));
name("json yaml yml toml ini conf cfg properties", language(DATA, "(?<!\\S)[#;]"));
name("html xml svg vue", language(new Set(), null, [["<!--", "-->", "comment"]]));

const MOST = 4000; // characters of a line that are coloured

// The pieces of `line` as [kind, text], kind null for plain, and the state for the next line:
// `state` is null, or what the line before left open.
export function highlightLine(line, languageName, state) {
  if (languageName === "diff" || languageName === "patch") return [diffPieces(line), null];
  const known = LANGUAGES.get(languageName);
  if (!known || line.length > MOST) return [[[null, line]], state];
  const pieces = [];
  let at = 0;
  const put = (kind, end) => {
    if (end > at) pieces.push([kind, line.slice(at, end)]);
    at = end;
  };
  while (at < line.length) {
    if (state) {
      const end = line.indexOf(state.end, at + (state.skip ?? 0));
      put(state.kind, end < 0 ? line.length : end + state.end.length);
      state = end < 0 ? { ...state, skip: 0 } : null;
      continue;
    }
    known.token.lastIndex = at;
    const found = known.token.exec(line);
    if (!found || !found[0]) break;
    const { comment, span, string, number } = found.groups;
    put(null, found.index);
    if (span) {
      state = { ...known.spans.get(span), skip: span.length };
      continue;
    }
    const end = found.index + found[0].length;
    if (comment) put("comment", end);
    else if (string) put("string", end);
    else if (number) put("number", end);
    else put(isKeyword(known, found[0]) ? "keyword" : null, end);
  }
  put(null, line.length);
  return [pieces, state && { ...state, skip: 0 }];
}

function isKeyword(known, word) {
  return known.keywords.has(known.anyCase ? word.toLowerCase() : word);
}

function diffPieces(line) {
  const kind = { "+": "added", "-": "removed", "@": "comment" }[line[0]] ?? null;
  return [[kind, line]];
}
