"""A reply from elsewhere, read for the full-screen program."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.workspace.textfile import read_text_file


class UnreadableReply(AutocoderError):
    kind = "unreadable_reply"


def read_reply(name: str) -> str:
    """The text of the file `name`, or what comes in by stdin for "-"; the screen's keys are read
    from the terminal then. Raises UnreadableReply, or WorkspaceError for a file."""
    if name != "-":
        return _filled(read_text_file(Path(name)).text)
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise UnreadableReply("What comes in by stdin is not UTF-8 text.") from None
    except (OSError, AttributeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise UnreadableReply(f"stdin can't be read: {reason.lower()}.") from error
    # Without a terminal there is no screen, which is said where it is to begin.
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR)
        os.dup2(terminal, 0)
        os.close(terminal)
    return _filled(text)


def _filled(text: str) -> str:
    if not text.strip():
        raise UnreadableReply("The reply is empty: copy it again.")
    return text
