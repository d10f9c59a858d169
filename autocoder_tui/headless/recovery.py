"""What an earlier end left undone, brought to an end without the screen, and said."""

from __future__ import annotations

from collections.abc import Callable

from autocoder_tui.headless.console import say, say_folding
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import Recovery, recover_runs


def recover_kept(history: History, tell: Callable[[str], object] = say) -> Recovery:
    """Put runs that were cut short into history; how far that is is said, and `tell` hears what
    went wrong with it. Blocking; raises nothing."""
    recovery = recover_runs(history, say_folding())
    for message in recovery.messages:
        tell(message)
    return recovery
