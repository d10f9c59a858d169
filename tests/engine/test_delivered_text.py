"""A text that goes out as it comes: what is new of it, and whether it was right."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.delivered_text import DeliveredText

_STEPS = st.lists(st.one_of(st.text("ab", min_size=1, max_size=4), st.integers(0, 6)))


@given(_STEPS)
def test_what_goes_out_is_the_text_where_it_was_written_again_as_it_was(
    steps: list[str | int],
) -> None:
    delivered, text, out = DeliveredText(), "", ""
    exact = True
    for step in steps:
        if isinstance(step, int):
            count = min(step, len(text))
            delivered.retract(count)
            text = text[: len(text) - count]
            continue
        known = out[len(text) : len(text) + len(step)]
        exact = exact and step.startswith(known)
        text += step
        out += delivered.append(step)
        assert delivered.exact == exact
        assert len(out) >= len(text)
    if exact:
        assert out.startswith(text)
