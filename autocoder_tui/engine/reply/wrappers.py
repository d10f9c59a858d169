"""What models put around the text of a framed file, taken off it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from autocoder_tui.engine.reply.blocks import lines_of
from autocoder_tui.engine.reply.framing import CDATA, CDATA_END, read_fence
from autocoder_tui.text.late_pattern import late_pattern

_FILLED_LINE = late_pattern(r"^[^\n]*\S[^\n]*", re.MULTILINE)
_MARKDOWN = ("md", "markdown", "mdx", "rst", "")
_ENTITY = late_pattern(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")


def unquoted(body: str) -> str:
    """The body of a quotation, without the ">" of its lines if all have one."""
    lines = lines_of(body)
    if not all(line.startswith(">") for line in lines if line.strip()):
        return body
    return "".join(
        line[2:] if line[1:2] == " " else line[1:] if line.startswith(">") else line
        for line in lines
    )


def unescaped(body: str) -> str:
    """The body with its HTML entities read, if all of it is written so."""
    if "<" in body or ">" in body or body.count("&") != len(_ENTITY.findall(body)):
        return body
    return html.unescape(body)


def undented(body: str, closing: str) -> str:
    """The body without an indentation that it shares with its closing line."""
    width = len(closing) - len(closing.lstrip(" "))
    if not width:
        return body
    indent = " " * width
    lines = lines_of(body)
    if not all(line.startswith(indent) for line in lines if line.strip()):
        return body
    return "".join(line[width:] if line.strip() else line.lstrip(" ") for line in lines)


def without_cdata(body: str, given: str | None) -> str:
    """The body without a CDATA section around it, unless the `given` file begins with one."""
    begin = body.lstrip()
    if not begin.startswith(CDATA) or (given or "").lstrip().startswith(CDATA):
        return body
    inner = begin[len(CDATA) :]
    head, newline, rest = inner.partition("\n")
    inner = rest if newline and not head.strip() else inner
    end = inner.rstrip()
    if end.endswith(CDATA_END):
        inner = end[: -len(CDATA_END)]
        inner += "" if not inner or inner.endswith("\n") else "\n"
    return inner.replace("]]]]><![CDATA[>", "]]>")


_ELEMENTS = "content|contents|file_content|file_contents|code|source|source_code|text|body"
_IN_ELEMENT = late_pattern(rf"\s*<({_ELEMENTS})>(?:[ \t]*\r?\n)?", re.IGNORECASE)
_MARKUP = ("html", "htm", "xml", "svg", "vue", "svelte", "xhtml", "md", "markdown", "rst", "txt")


def without_element(body: str, path: str, given: str | None) -> str:
    """The body without an element around all of it (`<content>`), which no line of code is.

    In markup it may be the file's own, and so it is where the `given` file begins with it.
    """
    found = _IN_ELEMENT.match(body)
    if found is None or path.rsplit(".", 1)[-1].lower() in _MARKUP:
        return body
    if given is not None and _IN_ELEMENT.match(given):
        return body
    closing = f"</{found[1]}>"
    end = body.rstrip()
    if not end.lower().endswith(closing.lower()):
        return body
    inner = end[found.end() : -len(closing)]
    head, newline, last = inner.rpartition("\n")
    return inner + "\n" if last.strip() else head + newline


def without_wrapping_fence(body: str, path: str, closed: bool) -> str:
    """The body without a code fence around all of it, which some models add.

    In Markdown a fence may be content: there it comes off only if it says that it holds
    Markdown, and around code always.
    """
    begin = _FILLED_LINE.search(body)
    if begin is None or read_fence(begin.group()) is None:
        return body
    lines = lines_of(body)
    filled = [index for index, line in enumerate(lines) if line.strip()]
    first, last = filled[0], filled[-1]
    opening, closing = read_fence(lines[first]), read_fence(lines[last])
    if opening is None:
        return body
    suffix = path.rsplit(".", 1)[-1].lower() if "." in path else ""
    if suffix in _MARKDOWN and opening.info.lower() not in ("md", "markdown"):
        return body
    if last > first and closing is not None and closing.closes(opening):
        return "".join(lines[first + 1 : last])
    return body if closed else "".join(lines[first + 1 :])


def without_stray_fences(notes: list[str]) -> str:
    """Notes around frames, without the marks of a fence that was put around the frames."""
    kept = "".join(_unfenced(notes))
    return kept.strip("\n")


def _unfenced(notes: list[str]) -> Iterator[str]:
    marks = [line for line in notes if read_fence(line) is not None]
    only_wrapper = len([line for line in notes if line.strip()]) == len(marks)
    for line in notes:
        if not (only_wrapper and read_fence(line) is not None):
            yield line
