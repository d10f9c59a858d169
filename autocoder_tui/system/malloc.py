"""Has memory given back that a large reply needed for a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""As in glibc's malloc.h; `man mallopt` describes them."""

_LARGE: Final = 512 * 1024
"""Bytes from which on a block is mapped by itself, and so returned when it is freed. asyncio takes
256 KB for each read of a socket, which cost as much as the reading itself when they were mapped."""
_SPARE: Final = 1024 * 1024
"""Bytes free at the end of the heap that are kept, for the same reason."""


def return_freed_memory() -> None:
    """Set glibc's malloc so that what is freed goes back to the system; elsewhere do nothing.

    By itself it keeps an arena for every thread and, after the first large blocks have been
    freed, takes even those of 32 MB from its heap, where one small neighbour keeps them: a
    reply of 8 MB then costs some 60 MB more than its copies hold.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _SPARE)
        mallopt(_M_ARENA_MAX, 1)


def return_holes() -> None:
    """Give back the pages within glibc's heap on which nothing is left, some 5 MB after a reply of
    one; elsewhere do nothing. Takes a few milliseconds: call it in a thread."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    try:
        import ctypes

        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (ImportError, OSError, AttributeError, TypeError):
        return None  # no glibc: musl and macOS have no such call, Windows no such library
    return found
