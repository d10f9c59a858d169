"""The stream as lines: any chunking, any taking back, the same lines and colours."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from autocoder_tui.ui.widgets.stream.colours import (
    LineLexer,
    lex_line,
    lexer_for_language,
    lexer_for_path,
)
from autocoder_tui.ui.widgets.stream.lines import StreamLines

REPLY = '''\
I added the flag.

<file path="src/report.py">
"""What it is
for."""
def f():
    return """
    </p>"""
</file>
and
<file path="web/a.js" id="1">
/* one
   two */ let x = `a ${1}
b`;
</file>
</file id="1">
```yaml
a:
  - b: |
      text
```
<file path="open.toml">
[a]
b = "'''

SAMPLES = {
    "python": '"""Doc\nmore"""\nclass A:\n    """Doc\n\n    of A."""\n    x = f"{1:>3}"  # é\n'
    "    def f(self):\n        return '''a\n'b''', r\"\\d\"\n",
    "javascript": "/* a\n * b */\nconst x = `t ${y +\n 1} z`;\n// c\nf = () => /re/g;\n",
    "c": '/* a\n b */ int main(void) {\n  char *s = "x";\n  return 0; /* c */\n}\n',
    "css": "/* a\n b */\na:hover { color: #fff; }\n",
    "yaml": "a:\n  - b: |\n      two\n      lines\n  - c: 'x'\n# end\n",
    "toml": '[a]\nb = """\nx\n"""\nc = [1,\n 2]\n',
    "json": '{"a": [1, true,\n null], "b": "x"}\n',
    "go": "package a\n\n/* b\n c */\nvar s = `raw\nraw`\n",
    "rust": '/* a /* b */\n c */\nfn main() { let s = "x\ny"; }\n',
    "html": "<!-- a\n b -->\n<p class='x'>hi</p>\n",
    "sql": "/* a\n b */\nSELECT 'x' FROM t; -- c\n",
    "bash": 'f() {\n  echo "a $b\nc"\n}\n',
    "ruby": '# a\ndef f(x)\n  "#{x} y"\nend\n',
}


def lexed(lexer: LineLexer, text: str) -> list[tuple[object, str]]:
    """Type and character, of everything that is not blank."""
    state = lexer.start()
    out: list[tuple[object, str]] = []
    for line in text.split("\n"):
        spans, state = lex_line(lexer, state, line)
        assert "".join(piece for _, piece in spans) == line
        out.extend((kind, char) for kind, piece in spans for char in piece if not char.isspace())
    return out


def test_line_by_line_gives_the_colours_of_the_whole() -> None:
    for name, text in SAMPLES.items():
        lexer = lexer_for_language(name)
        assert lexer is not None, name
        whole = get_lexer_by_name(name).get_tokens_unprocessed(text)
        expected = [
            (kind, char) for _, kind, piece in whole for char in piece if not char.isspace()
        ]
        assert lexed(lexer, text) == expected, name


def test_what_cannot_be_lexed_by_lines_is_plain() -> None:
    assert lexer_for_path("page.html.j2") is None
    assert lexer_for_path("no-such-suffix.qqqq") is None
    assert lexer_for_language("no such language") is None
    assert lexer_for_language("") is None


@given(st.sampled_from(sorted(SAMPLES)), st.text())
def test_any_text_is_lexed_to_itself(name: str, text: str) -> None:
    lexer = lexer_for_language(name)
    assert lexer is not None
    lexed(lexer, text)


def picture(lines: StreamLines) -> list[object]:
    """Everything a view could show of `lines`."""
    while not lines.lex(1.0):
        pass
    return [
        (
            lines.plain(index, 500),
            lines.section(index).kind,
            lines.section(index).label,
            lines.number(index),
            lines.spans(index),
        )
        for index in range(lines.count)
    ]


def test_changes_stand_under_their_file() -> None:
    lines = StreamLines()
    lines.append('<edit path="a.py">\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n</edit>\n')
    lines.append('<delete path="b.py"/>\nDone.\n')
    kinds = [lines.section(index).kind for index in range(9)]
    assert kinds == ["heading", *["code"] * 5, "end", "prose", "prose"]
    assert lines.section(0).label == "a.py"


def test_frames_fences_and_numbers() -> None:
    lines = StreamLines()
    lines.append(REPLY)
    shape = [(lines.section(i).kind, lines.number(i)) for i in range(lines.count)]
    assert shape == [
        ("prose", None),
        ("prose", None),
        ("heading", None),
        *[("code", n) for n in range(1, 6)],
        ("end", None),
        ("prose", None),
        ("heading", None),
        *[("code", n) for n in range(1, 5)],  # a frame with an id holds any other line
        ("end", None),
        ("fence", None),
        *[("code", n) for n in range(1, 4)],
        ("fence", None),
        ("heading", None),
        ("code", 1),
        ("code", 2),
    ]
    assert lines.section(2).label == "src/report.py"
    assert lines.text == REPLY
    assert lines.length == len(REPLY)
    assert lines.line_at(REPLY.index("def f")) == 5


@given(st.randoms(use_true_random=False), st.lists(st.integers(1, 40), max_size=6))
def test_chunks_and_retractions_leave_no_trace(cut: random.Random, retracted: list[int]) -> None:
    whole, grown = StreamLines(), StreamLines()
    whole.append(REPLY)
    position = 0
    while position < len(REPLY):
        step = cut.randint(1, 30)
        grown.append(REPLY[position : position + step])
        position = min(len(REPLY), position + step)
        if cut.random() < 0.5:
            grown.lex(1.0)
        if retracted and cut.random() < 0.2:
            count = retracted.pop()
            grown.retract(count)
            position = max(0, position - count)
            assert grown.text == REPLY[:position]
    assert picture(grown) == picture(whole)


@given(st.lists(st.one_of(st.text("ab\n", max_size=8), st.integers(0, 12)), max_size=20))
def test_text_and_offsets(steps: list[str | int]) -> None:
    lines, text = StreamLines(), ""
    for step in steps:
        if isinstance(step, str):
            lines.append(step)
            text += step
        else:
            lines.retract(step)
            text = text[: max(0, len(text) - step)]
        assert (lines.text, lines.length) == (text, len(text))
        assert lines.count == text.count("\n") + (not text.endswith("\n") and text != "")
    for offset in range(len(text)):
        assert lines.line_at(offset) == text[:offset].count("\n")


def test_what_is_shown_is_safe_and_what_is_kept_is_exact() -> None:
    given_text = "<file path=\"a\u202e.py\">\r\nx = '\x1b]52;c;aGk=\x07'\t\r\n\u200b"
    lines = StreamLines()
    lines.append(given_text)
    assert lines.text == given_text
    assert lines.section(0).label == "a\ufffd.py"
    assert lines.plain(1, 99) == "x = '␛]52;c;aGk=␇'\t"
    lines.lex(1.0)
    spans = lines.spans(1)
    assert spans is None or "\x1b" not in "".join(piece for _, piece in spans)
    assert lines.plain(2, 99) == "\ufffd"


def test_one_huge_line_and_very_many_lines() -> None:
    lines = StreamLines()
    for _ in range(1000):
        lines.append("x" * 1000)
    lines.append("\n")
    assert lines.count == 1
    lines.append("y\n" * 200_000)
    assert lines.count == 200_001
    lines.retract(399_990)
    assert lines.count == 6


@pytest.mark.parametrize("line", ["x = 1\n", "{}\n"])
def test_short_lines_take_little_more_than_their_text(line: str) -> None:
    lines, count = StreamLines(), 50_000
    tracemalloc.start()
    try:
        for number in range(count):
            lines.append(line.format(number))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lines.text == "".join(line.format(number) for number in range(count))
    # A string of its own would take 55 bytes a line beside the list that holds it.
    assert held / count < 40
