"""How long the rest of a batch takes, from what its jobs have taken so far."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

_REMEMBERED: Final = 50


class TimeLeft:
    """Seconds of the jobs that ended last; what is said of the rest follows from them alone."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def ended(self, seconds: float) -> None:
        """A job that sent a request was done after `seconds`."""
        self._seconds.append(seconds)

    def of(self, waiting: int, running: Iterable[float], at_once: float) -> float | None:
        """Seconds until all is done, None as long as nothing is known: no job has ended yet.

        `waiting` jobs are still to start, `running` are the seconds that the others have run,
        `at_once` is how many run at the same time as things stand.
        """
        if not self._seconds:
            return None
        usual = sum(self._seconds) / len(self._seconds)
        rest = [max(usual - seconds, 0.0) for seconds in running]
        if not waiting and not rest:
            return 0.0
        work = waiting * usual + sum(rest)
        # The last job takes its time, however many could run beside it.
        longest = max(rest, default=0.0) if not waiting else usual
        return max(work / max(1.0, min(at_once, waiting + len(rest))), longest)


def in_words(seconds: float | None) -> str:
    """ "about 40 s left", "about 3 min left", "time left unknown"."""
    if seconds is None:
        return "time left unknown"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"
