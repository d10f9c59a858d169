"""A record of a write says after a restart what it said before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.apply_record import FileState, KeptFile, KeptState, Record
from autocoder_tui.workspace.attributes import Attributes

names = st.text(max_size=12)
states = st.builds(
    FileState, st.none() | st.binary(max_size=9), st.none() | st.builds(Attributes, st.just(0o644))
).map(KeptState.of)
files = st.builds(
    KeptFile, names, names, states, states, st.booleans(), st.booleans(), moved_from=names
)
records = st.builds(
    Record,
    id=names,
    at=st.floats(0, 2e9),
    title=names,
    forward=st.booleans(),
    replaces=st.none() | names,
    folders=st.lists(names, max_size=2).map(tuple),
    made=st.lists(names, max_size=2).map(tuple),
    files=st.lists(files, max_size=3).map(tuple),
    emptied=st.lists(st.tuples(names, st.integers(0, 0o777)), max_size=2).map(tuple),
)


@given(records)
def test_a_record_read_again_is_the_same(record: Record) -> None:
    assert Record.from_json(record.to_json()) == record
