"""What two texts have in common from their beginning."""

from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.text.common_prefix import common_length


@given(st.text("ab"), st.text("ab"), st.text("ab"))
def test_it_is_as_long_as_character_by_character(head: str, one: str, other: str) -> None:
    texts = head + one, head + other
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))
    assert common_length(*texts) == len(list(same))
