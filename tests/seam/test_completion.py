"""Which of the joins that were possible is taken in the end."""

from __future__ import annotations

from autocoder_tui.engine.seam import Join, verify
from autocoder_tui.engine.seam.values import Alternative


def joined(text: str, wrong: str, right: str) -> Join:
    """A join that wrote `wrong` into `text` where `right` was possible, too."""
    start = text.index(wrong)
    other = Alternative(start, start + len(wrong), wrong, right)
    return Join(start, "guess", True, (other,))


def test_two_joins_that_are_wrong_are_put_right_together() -> None:
    text = '<file path="a.py">\nx = [\n    1 1,\n]\ny = (\n    2 2,\n)\n</file>\n'
    joins = [joined(text, "1 1", "11"), joined(text, "2 2", "22")]
    chosen, verifies = verify(text, joins)
    assert verifies
    assert chosen == text.replace("1 1", "11").replace("2 2", "22")
    assert verify(text, joins[:1]) == (text, False)
