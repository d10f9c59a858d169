"""What a killed write can leave, and what only another program wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.durable import is_mixture

contents = st.binary(max_size=6)


@given(contents, contents, st.data())
def test_any_prefix_of_one_over_the_other_is_a_mixture(
    one: bytes, other: bytes, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(one)))
    assert is_mixture(one[:length] + other[length:], one, other)


@pytest.mark.parametrize("found", [b"ab", b"aeX", b"abcx", b"abcXYZ", b"xbcXY", b"abcX "])
def test_what_neither_holds_is_none(found: bytes) -> None:
    assert not is_mixture(found, b"abc", b"defXY")
