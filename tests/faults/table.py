"""The promises of "nothing is lost, nothing gets in", each with the tests that prove it.

Every module `tests/faults/*_cases.py` lists its part of the table as `CASES`.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """`says` is the promise in a few words; `tests` are pytest node ids from the project's root,
    without parameters (all of them count) or with."""

    says: str
    tests: tuple[str, ...]
