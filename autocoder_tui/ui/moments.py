"""Moments of history in words."""

from __future__ import annotations

from datetime import datetime

from autocoder_tui.display import visible


def local_time(iso: str) -> str:
    """A moment of history as the clock on the wall showed it: 2026-11-21 14:03."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return visible(iso[:16])
