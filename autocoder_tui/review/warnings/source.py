"""A text that its own language does not know."""

from __future__ import annotations

from collections.abc import Iterator

from autocoder_tui.errors import sentence
from autocoder_tui.review.warnings.concern import Change, Concern
from autocoder_tui.safety.sanitize import visible


def source(change: Change) -> Iterator[Concern]:
    """A text that does not parse. Where the old one did not either, that is nothing new.

    Of a new file it is only said: nothing is lost by it, and it may be a template, or of a
    version of its language that is not known here.
    """
    language, error = change.language, change.error
    if language is None or error is None or not (change.is_new or change.parsed_before):
        return
    was = "" if change.is_new else ", though the file did before"
    message = sentence(f"The text is not valid {language.name}{was}: {visible(error)}")
    yield Concern("syntax", message, not change.is_new)
