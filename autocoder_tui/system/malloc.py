"""Has memory given back that a large reply needed for a moment."""

from __future__ import annotations

from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""As in glibc's malloc.h; `man mallopt` describes them."""

_LARGE: Final = 128 * 1024
"""Bytes from which on a block is mapped by itself, and so returned when it is freed."""


def return_freed_memory() -> None:
    """Set glibc's malloc so that what is freed goes back to the system; elsewhere do nothing.

    By itself it keeps an arena for every thread and, after the first large blocks have been
    freed, takes even those of 32 MB from its heap, where one small neighbour keeps them: a
    reply of 8 MB then costs some 60 MB more than its copies hold.
    """
    try:
        import ctypes

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError, TypeError):
        return  # no glibc: musl and macOS have no such call, Windows no such library
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    mallopt(_M_ARENA_MAX, 1)
