"""One thing amiss with a proposed file, and what the checks look at."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.text.syntax import LARGEST_PARSED, Language, language_of, parse_error
from autocoder_tui.values import dataclass

Kind = Literal[
    "incomplete", "remark", "empty", "shrunk", "unchanged", "placeholder", "syntax", "diff",
    "edit", "frame", "stray", "entities", "replaced", "hidden", "numbers", "tabs", "path",
    "unplaced", "placed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Concern:
    """`message` is one or more sentences, safe to show. Where `blocks` is set the text would most
    likely do damage: it is not written over anything while nobody looks.
    """

    kind: Kind
    message: str
    blocks: bool = False


Line = tuple[int, str]
"""A line of the proposed text: its number from 1, and it without its newline."""


class Change:
    """What is looked at: a file's old text and the text to be written in its place."""

    def __init__(self, file: FileReview, after: str) -> None:
        self.file = file
        self.path = file.path
        self.is_new = file.before is None
        self.before = file.before or ""
        self.after = after
        self.suffix = PurePosixPath(file.path).suffix.lower()
        self.name = PurePosixPath(file.path).name

    @cached_property
    def language(self) -> Language | None:
        """What the text has to be of; None without a parser, and where it is too large."""
        return _language(self.path, self.after)

    @cached_property
    def error(self) -> str | None:
        """Why the text is not of its language; None where it is, or where nobody can tell."""
        return None if self.language is None else parse_error(self.language, self.after)

    @cached_property
    def parsed_before(self) -> bool:
        """Whether the old text was of its language. Costly; False where nobody can tell."""
        language = None if self.is_new else _language(self.path, self.before)
        return language is not None and parse_error(language, self.before) is None

    @property
    def is_sound(self) -> bool:
        """Whether the text parses: marks in it are then inside its strings and comments."""
        return self.language is not None and self.error is None

    @property
    def is_prose(self) -> bool:
        return self.suffix in (".md", ".markdown", ".mdx", ".rst", ".adoc", ".txt")

    @property
    def is_markup(self) -> bool:
        """Whether tags and entities are this file's own way of writing."""
        return self.suffix in _MARKUP

    @cached_property
    def old_lines(self) -> frozenset[str]:
        return frozenset(self.before.split("\n"))

    @cached_property
    def lines(self) -> list[str]:
        return self.after.split("\n")

    @cached_property
    def added(self) -> list[Line]:
        """The lines of the hunks that are in the text, in order, numbered as proposed."""
        return [line for hunk in self.file.hunks for line in self.added_by(hunk)]

    def added_by(self, hunk: Hunk) -> Iterable[Line]:
        """The lines of one hunk that are in the text: of some hunks only, not all are."""
        numbers = range(hunk.new_start + 1, hunk.new_end + 1)
        lines = zip(numbers, self._proposed[hunk.new_start : hunk.new_end], strict=True)
        if self.after is self.file.after:
            return lines
        return (line for line in lines if line[1] in self._text_lines)

    @cached_property
    def _proposed(self) -> list[str]:
        return self.lines if self.after is self.file.after else self.file.after.split("\n")

    @cached_property
    def _text_lines(self) -> frozenset[str]:
        return frozenset(self.lines)


_MARKUP = frozenset(
    f".{suffix}"
    for suffixes in (
        "html htm xhtml xml svg vue svelte astro jsx tsx xsl xslt xsd rss atom plist resx xaml",
        "axaml xlf xliff csproj vbproj fsproj props targets nuspec config pom strings ipynb",
        "ejs erb hbs mustache j2 jinja jinja2 njk php phtml md markdown mdx rst adoc",
    )
    for suffix in suffixes.split()
)


def _language(path: str, text: str) -> Language | None:
    return None if len(text) > LARGEST_PARSED else language_of(path)
