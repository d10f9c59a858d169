"""How answers are shown: what their Markdown means, whatever pieces it comes in, that nothing in
them acts, and that long ones stay fluent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from autocoder_tui.demo.script import Reply
from tests.browser.browser import ask, browsing, opened, said

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    """The page in one tab, for tests that only render."""
    async with browsing([], tmp_path_factory.mktemp("tab")) as (served, context):
        yield await opened(served, context)


RENDER = """async (text) => {
  const { Markdown } = await import("/page/markdown.js");
  const root = document.createElement("div");
  const view = new Markdown(root);
  view.append(text);
  view.flush(true);
  return root.innerHTML;
}"""

LINK = 'rel="noopener noreferrer" target="_blank"'
SHOWN = [
    ("a *b* **c** ***d*** `e`", "<p>a <em>b</em> <strong>c</strong> <strong><em>d</em></strong> "
     "<code>e</code></p>"),
    ("snake_case_name, 2 * 3 * 4, __init__.py", "<p>snake_case_name, 2 * 3 * 4, "
     "<strong>init</strong>.py</p>"),
    ("``a ` b`` and ` alone", "<p><code>a ` b</code> and ` alone</p>"),
    ("\\*no\\* \\<b>", "<p>*no* &lt;b&gt;</p>"),
    ("one\ntwo  \nthree\n\nfour", "<p>one\ntwo<br>three</p><p>four</p>"),
    ("# One\n### Three ###\ntext", "<h3>One</h3><h5>Three</h5><p>text</p>"),
    ("- a\n- b\n  - c\n\n  d\n- e", '<ul data-mark="-"><li><p>a</p></li><li><p>b</p>'
     '<ul data-mark="-"><li><p>c</p></li></ul><p>d</p></li><li><p>e</p></li></ul>'),
    ("3. a\n4. b\n\nc", '<ol start="3" data-mark="."><li><p>a</p></li><li><p>b</p></li></ol>'
     "<p>c</p>"),
    ("> a\nb\n\nc", "<blockquote><p>a\nb</p></blockquote><p>c</p>"),
    ("> - a\n> - b", '<blockquote><ul data-mark="-"><li><p>a</p></li><li><p>b</p></li></ul>'
     "</blockquote>"),
    ("a\n***\nb", "<p>a</p><hr><p>b</p>"),
    ("<b>bold</b> &amp; <!-- x -->", "<p>&lt;b&gt;bold&lt;/b&gt; &amp;amp; &lt;!-- x --&gt;</p>"),
    ("[a](https://b.example/c)", f'<p><span><a href="https://b.example/c" {LINK}>a</a>'
     '<span class="address"> (https://b.example/c)</span></span></p>'),
    ("<https://b.example/c>", f'<p><a href="https://b.example/c" {LINK}>https://b.example/c</a></p>'),
    ("(https://b.example/c).", f'<p>(<a href="https://b.example/c" {LINK}>https://b.example/c</a>).</p>'),
    ("[a](/b) [c](javascript:d) [e](data:f)", "<p>[a](/b) [c](javascript:d) [e](data:f)</p>"),
    ("a\u202eb\u200bc\x07", "<p>a\ufffdb\ufffdc\ufffd</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "html"), SHOWN)
async def test_markdown_means(tab: Page, text: str, html: str) -> None:
    assert await tab.evaluate(RENDER, text) == html


FENCES = [
    ("```\na\n\n  b\n```\nc", ["a\n\n  b\n"], "c"),
    ("~~~py\n```\n~~~", ["```\n"], ""),
    ("````\n```\na\n```\n````", ["```\na\n```\n"], ""),
    ("```python\nnever ended", ["never ended\n"], ""),
    ("1. a\n   ```\n   b\n     c\n   ```\n2. d", ["b\n  c\n"], "d"),
    ("> ```\n> a\n> ```\nb", ["a\n"], "b"),
    ("```markdown\n# a\n```py\nb\n```\nc\n```\nd", ["# a\n```py\nb\n```\nc\n"], "d"),
    ("```\r\na\r\n```\r\nb", ["a\n"], "b"),
]


@pytest.mark.parametrize(("text", "codes", "after"), FENCES)
async def test_blocks_of_code(tab: Page, text: str, codes: list[str], after: str) -> None:
    found = await tab.evaluate(
        """async (text) => {
          const { Markdown } = await import("/page/markdown.js");
          const root = document.createElement("div");
          const view = new Markdown(root);
          view.append(text);
          view.flush(true);
          const codes = [...root.querySelectorAll("pre")].map((each) => each.textContent);
          root.querySelectorAll(".code").forEach((each) => each.remove());
          return [codes, root.textContent];
        }""",
        text,
    )
    assert found[0] == codes
    assert found[1].endswith(after)


COLOURS = [
    ("python", 'x = "a # b"  # c', [("string", '"a # b"'), ("comment", "# c")]),
    ("python", '"""a\nb""" if', [("string", '"""a\n'), ("string", 'b"""'), ("keyword", "if")]),
    ("js", "/* a\nb */ let", [("comment", "/* a\n"), ("comment", "b */"), ("keyword", "let")]),
    ("rust", "fn a<'b>(c: &'b u8)", [("keyword", "fn")]),
    ("sql", "Select 1 -- a", [("keyword", "Select"), ("number", "1"), ("comment", "-- a")]),
    ("sh", "echo $# 'a' # b", [("string", "'a'"), ("comment", "# b")]),
    ("diff", "+a\n-b\n c", [("added", "+a\n"), ("removed", "-b\n")]),
    ("nothing-known", "if 1 # a", []),
]


@pytest.mark.parametrize(("language", "code", "found"), COLOURS)
async def test_code_is_coloured(
    tab: Page, language: str, code: str, found: list[tuple[str, str]]
) -> None:
    pieces = await tab.evaluate(
        """async ([language, code]) => {
          const { highlightLine } = await import("/page/highlight.js");
          let state = null;
          const found = [];
          for (const line of code.match(/.*\\n|.+$/g)) {
            const [pieces, next] = highlightLine(line, language, state);
            found.push(...pieces);
            state = next;
          }
          return found;
        }""",
        [language, code],
    )
    assert "".join(text for _, text in pieces) == code
    assert [(kind, text) for kind, text in pieces if kind] == found


PIECES = """async (texts) => {
  const { Markdown } = await import("/page/markdown.js");
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const whole = (text) => {
    const root = document.createElement("div");
    const view = new Markdown(root);
    view.append(text);
    view.flush(true);
    return root.innerHTML;
  };
  const wrong = [];
  for (let round = 0; round < 300; round += 1) {
    let text = "";
    for (let count = 1 + random(6); count > 0; count -= 1) text += texts[random(texts.length)];
    const root = document.createElement("div");
    const view = new Markdown(root);
    for (let at = 0; at < text.length; ) {
      const length = 1 + random(9);
      view.append(text.slice(at, at + length));
      at += length;
      if (random(2)) view.flush();
      if (random(5) === 0) {
        const back = Math.min(random(30), view.text.length);
        view.retract(back);
        view.append(text.slice(view.text.length, Math.min(at, text.length)));
      }
    }
    view.flush(true);
    if (view.text !== text || root.innerHTML !== whole(text)) wrong.push(text);
  }
  return wrong;
}"""


async def test_the_pieces_it_comes_in_do_not_matter(tab: Page) -> None:
    texts = [text for text, _ in SHOWN] + [text for text, *_ in FENCES]
    texts += [
        "\n",
        "\n\n",
        "|a|b|\n|-|-:|\n|c|d|\n",
        "- ",
        "  ",
        "`",
        "**",
        "```\n",
        "> ",
        "a " * 30,
    ]
    assert await tab.evaluate(PIECES, [*texts, "\n", "\n\n"]) == []


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg/onload=alert(1)//",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java\tscript:alert(1))",
    "[a](<javascript:alert(1)>) <javascript:alert(1)> ![a](javascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>) [b](vbscript:x) [c](file:///etc/passwd)",
    "[a](https://x.example/\"onmouseover=alert(1)) <https://x.example/'onclick=alert(1)>",
    "![a](https://x.example/a.png) ![a][b]\n\n[b]: https://x.example/b.png",
    '```html"onload="alert(1)\n<script>alert(1)</script>\n```',
    "```<script>alert(1)</script>\nx\n```",
    "|<script>alert(1)</script>|a|\n|-|-|\n|<img src=x onerror=alert(1)>|b|",
    "# <style>*{display:none}</style>\n> <link rel=stylesheet href=https://x.example/>",
    "<form action=https://x.example><button>Go</button></form><base href=https://x.example>",
    '<meta http-equiv=refresh content="0;url=https://x.example">',
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
]


async def test_nothing_in_an_answer_or_question_runs(tmp_path: Path) -> None:
    text = "\n\n".join(HOSTILE)
    async with browsing([Reply(text)], tmp_path) as (served, context):
        page = await opened(served, context)
        await ask(page, text)
        await said(page, "The answer is complete.")
        for _ in range(2):
            elements = await page.evaluate(
                """[...document.querySelectorAll("article *")].map((each) =>
                   [each.localName, ...[...each.attributes].map(({ name }) => name)])"""
            )
            names = {name for name, *_ in elements}
            assert not names & {"script", "img", "svg", "iframe", "style", "form", "link", "meta"}
            attributes = {each for _, *attributes in elements for each in attributes}
            assert not {each for each in attributes if each.startswith(("on", "src", "style"))}
            links = await page.evaluate(
                '[...document.querySelectorAll("article a")].map(({ href, rel }) => [href, rel])'
            )
            assert links
            assert all(href.startswith(("http://", "https://")) for href, _ in links)
            assert {rel for _, rel in links} == {"noopener noreferrer"}
            # The same out of the history, and in the list of snippets.
            await page.reload()
            await said(page, "The conversation is here again.")


async def test_a_text_cannot_become_an_element(tab: Page) -> None:
    """The browser itself holds it, whatever a script of the page does."""
    outcomes = await tab.evaluate(
        """() => [
          () => (document.body.innerHTML = "<p>"),
          () => document.body.insertAdjacentHTML("beforeend", "<p>"),
          () => document.write("<p>"),
          () => (document.createElement("script").text = "alert(1)"),
          () => (document.createElement("iframe").srcdoc = "<p>"),
          () => new DOMParser().parseFromString("<p>", "text/html"),
        ].map((attempt) => {
          try {
            attempt();
            return "done";
          } catch (error) {
            return error.name;
          }
        })"""
    )
    assert outcomes == ["TypeError"] * 6


LONG = """async ([kind, tokens]) => {
  const { Turn } = await import("/page/turn.js");
  const line = {
    code: (n) => `    value_${n} = compute(${n}, "text")  # line ${n}\\n`,
    text: (n) => `Sentence ${n} has **bold** words and \\`code\\`.${n % 4 ? " " : "\\n\\n"}`,
    line: (n) => `word${n} and **more** of it `,
    list: (n) => `- item ${n} has **bold** words\\n`,
    table: (n) => `| ${n} | value ${n} | \\`code\\` |\\n`,
  }[kind];
  const begin = { code: "```python\\n", table: "| a | b | c |\\n|---|---|---|\\n" }[kind] ?? "";
  const turn = new Turn({ prompt: "x", feedback: false }, 1);
  document.querySelector("#conversation").append(turn.node);
  const frames = [];
  let text = begin;
  for (let n = 0; text.length < tokens * 4; n += 1) text += line(n);
  const step = Math.ceil(text.length / 400);
  for (let at = 0; at < text.length; at += step) {
    for (let small = at; small < Math.min(at + step, text.length); small += 4)
      turn.append(text.slice(small, Math.min(small + 4, at + step)));
    const begun = performance.now();
    turn._markdown.flush();
    document.body.getBoundingClientRect(); // lays out
    frames.push(performance.now() - begun);
  }
  turn.finish();
  const right = turn.text === text;
  turn.node.remove();
  const tenth = Math.floor(frames.length / 10);
  const median = (part) => [...part].sort((a, b) => a - b)[Math.floor(part.length / 2)];
  return { right, first: median(frames.slice(0, tenth)), last: median(frames.slice(-tenth)),
           worst: Math.max(...frames) };
}"""


@pytest.mark.parametrize("kind", ["code", "text", "line", "list", "table"])
async def test_a_long_answer_costs_no_more_at_its_end(tab: Page, kind: str) -> None:
    """100,000 tokens in 400 pictures: what a picture costs does not grow with what stands."""
    found = await tab.evaluate(LONG, [kind, 100_000])
    print(kind, json.dumps(found))
    assert found["right"]
    assert found["last"] < max(8 * found["first"], 50)


CROWDS = [
    "*a ",
    "**a ",
    "_a ",
    "`" * 3 + " ` ",
    "[",
    "[a](",
    "![",
    "<http://",
    "\\",
    "> " * 40,
    "~~a ",
]
CROWDS += [
    "- " * 40,
    "|",
    "#",
    "((",
    "[a](https://b.example/c) ",
    "*a **b _c __d ~~e `f ",
    "> - 1. ",
]


@pytest.mark.parametrize("ends", ["", "\n"])
@pytest.mark.parametrize("crowd", CROWDS)
async def test_a_crowd_of_marks_takes_no_long_time(tab: Page, crowd: str, ends: str) -> None:
    took = await tab.evaluate(
        """async (text) => {
          const { Markdown } = await import("/page/markdown.js");
          const view = new Markdown(document.createElement("div"));
          const begun = performance.now();
          for (let at = 0; at < text.length; at += 1000) {
            view.append(text.slice(at, at + 1000));
            view.flush();
          }
          view.flush(true);
          return performance.now() - begun;
        }""",
        (crowd * (100 // len(crowd) + 1) + ends) * 500,
    )
    assert took < 10_000
