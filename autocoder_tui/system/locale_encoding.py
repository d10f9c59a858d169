"""What to do where the locale is not UTF-8: go on in UTF-8, and say so."""

from __future__ import annotations

import codecs
import locale
import os
import sys

from autocoder_tui.safety.sanitize import visible


def begin_again_in_utf8() -> None:
    """Start this program anew in Python's UTF-8 mode, where the locale would forbid file names.

    In a Latin-1 or plain C locale a name with an accent could neither be opened nor sent.
    """
    if sys.flags.utf8_mode or is_utf8(sys.getfilesystemencoding()) or not sys.orig_argv:
        return
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def character_set_warning() -> str | None:
    """A sentence where the locale's characters are not UTF-8, else None."""
    if shows_utf8():
        return None
    name = locale.getencoding()
    return (
        f"The locale's character set is {visible(name)[:40]}, not UTF-8: the full screen shows "
        "plain signs, and ? for letters that have none; elsewhere they may look wrong. Files are "
        "read and written as ever. Set LC_ALL to a UTF-8 locale such as C.UTF-8."
    )


def shows_utf8() -> bool:
    """Whether the locale says that the terminal takes every character."""
    return is_utf8(locale.getencoding())


def is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name == "utf-8"
    except LookupError:
        return False
