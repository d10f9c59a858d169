"""Dataclasses made when first used are those of the standard library in all that can be seen."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
import threading
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from autocoder_tui import values

T = TypeVar("T")


def point(make: Any, **options: bool) -> Any:
    @make(slots=True, **options)
    class Point:
        x: int
        y: int = 2
        tags: list[str] = dataclasses.field(default_factory=list)
        kind: ClassVar[str] = "point"

        def moved(self) -> Any:
            return dataclasses.replace(self, x=self.x + 1)  # type: ignore[type-var]

        @property
        def sum(self) -> int:
            return self.x + self.y

    return Point


OPTIONS = [
    {},
    {"frozen": True},
    {"eq": False},
    {"frozen": True, "eq": False},
    {"frozen": True, "repr": False},
]
both = pytest.mark.parametrize("options", OPTIONS, ids=str)


def outcome(call: Any) -> Any:
    try:
        return call()
    except Exception as error:
        return type(error), str(error)


SEEN: dict[str, Any] = {
    "fields": lambda kind: [(f.name, f.type, f.default) for f in dataclasses.fields(kind)],
    "is one": dataclasses.is_dataclass,
    "match": lambda kind: kind.__match_args__,
    "slots": lambda kind: kind.__slots__,
    "params": lambda kind: kind.__dataclass_params__.frozen,
    "repr": lambda kind: repr(kind(1)).partition("(")[2] if kind(1) != object() else None,
    "equal": lambda kind: (kind(1) == kind(1, 2, []), kind(1) == kind(2), kind(1) == 1),
    "hash": lambda kind: isinstance(hash(kind(1, 2, ())), int),
    "hash of a list": lambda kind: isinstance(hash(kind(1)), int),
    "set": lambda kind: setattr(kind(1), "x", 5),
    "set another": lambda kind: type(outcome(lambda: setattr(kind(1), "z", 5))),
    "delete": lambda kind: delattr(kind(1), "x"),
    "too few": lambda kind: kind(),
    "too many": lambda kind: kind(1, 2, [], 4),
    "unknown": lambda kind: kind(1, q=2),
    "dictionary": lambda kind: dataclasses.asdict(kind(1, tags=["a"])),
    "replaced": lambda kind: dataclasses.astuple(kind(1).moved()),
    "copied": lambda kind: dataclasses.astuple(copy.deepcopy(kind(4))),
    "own": lambda kind: (kind(1).sum, kind.kind, kind(1).kind, kind(1).tags is kind(1).tags),
    "no dict": lambda kind: hasattr(kind(1), "__dict__"),
    "name": lambda kind: (kind.__name__, kind.__qualname__, kind.__module__),
}


@both
@pytest.mark.parametrize("what", SEEN)
def test_as_the_standard_library_has_it(what: str, options: dict[str, bool]) -> None:
    ask = SEEN[what]
    ours = outcome(lambda: ask(point(values.dataclass, **options)))
    standard = outcome(lambda: ask(point(dataclasses.dataclass, **options)))
    if what == "repr" and (options.get("repr") is False):
        assert "object" in str(point(values.dataclass, **options)(1))
    else:
        assert ours == standard


@values.dataclass(frozen=True, slots=True)
class Base(Generic[T]):
    """Compared by one of its two."""

    name: T
    note: str = dataclasses.field(default="", compare=False)


@values.dataclass(frozen=True, slots=True)
class Below(Base[str]):
    size: int = 0

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("below nothing")


@dataclasses.dataclass(frozen=True, slots=True)
class Mixed(Below):
    more: str = "m"


class Plain(Below):
    def __init__(self, name: str) -> None:
        super().__init__(name.upper(), size=3)


@values.dataclass(slots=True)
class Counter:
    count: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counter)

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "a counter"


def test_what_is_below_has_the_fields_above() -> None:
    assert [field.name for field in dataclasses.fields(Mixed)] == ["name", "note", "size", "more"]
    assert Below("a", "x", 1) == Below("a", "y", 1)
    assert Below("a") != Base("a")
    with pytest.raises(ValueError, match="below nothing"):
        Below("a", size=-1)
    assert Mixed("a", size=2).more == "m"
    plain = Plain("a")
    assert (plain.name, plain.size) == ("A", 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        plain.name = "b"  # type: ignore[misc]
    match Below("a", "n", 4):
        case Below(name, note, size):
            assert (name, note, size) == ("a", "n", 4)


def test_what_a_class_says_itself_stays() -> None:
    assert Counter(1) == Counter(2)
    assert hash(Counter(1)) == 7
    assert repr(Counter()) == "a counter"
    assert Counter.__doc__ is None


@pytest.mark.parametrize("one", [Below("a", "n", 1), Counter(3), Mixed("q")])
def test_it_goes_through_pickle(one: Any) -> None:
    back = pickle.loads(pickle.dumps(one))
    assert back == one
    assert dataclasses.astuple(back) == dataclasses.astuple(one)


def test_unpickled_where_none_was_made_before() -> None:
    code = (
        "import pickle, sys; from tests.test_values import Below;"
        f"one = pickle.loads({pickle.dumps(Below('a', 'n', 1))!r});"
        "print(one == one, hash(one) == hash(one), repr(one))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True True Below(name='a', note='n', size=1)"


def test_many_threads_may_make_the_first() -> None:
    for _ in range(30):
        kind = point(values.dataclass, frozen=True)
        at_once, made = threading.Barrier(8), list[Any]()

        def work(kind: Any = kind, at_once: threading.Barrier = at_once, made: Any = made) -> None:
            at_once.wait(10)
            made.append(kind(1))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 8
        assert all(one == made[0] for one in made)


def test_nothing_is_made_before_it_is_needed() -> None:
    kind = point(values.dataclass, frozen=True)
    assert type(vars(kind)["__init__"]).__name__ == "_Pending"
    kind(1)
    assert type(vars(kind)["__init__"]).__name__ == "function"
