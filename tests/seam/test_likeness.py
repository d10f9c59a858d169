"""What single lines say about a join."""

from __future__ import annotations

from autocoder_tui.engine.seam.likeness import is_balanced


def test_a_bracket_within_quotes_opens_nothing() -> None:
    assert is_balanced('f("a(")')
    assert not is_balanced('f("a(")(')
