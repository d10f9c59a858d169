"""The cap that all jobs of a batch share: reserved before a job starts, settled after it."""

from __future__ import annotations

from decimal import Decimal


class SharedBudget:
    """US dollars. `cap` None is no cap.

    What a job may cost at most is reserved before it starts and nothing starts that could pass
    the cap together with what is spent and reserved. After it what it cost takes the place of
    the reservation; where that is not known, all that was reserved counts as spent.
    """

    def __init__(self, cap: Decimal | None) -> None:
        self.cap = cap
        self._reserved: dict[int, Decimal] = {}
        self._spent: dict[int, Decimal] = {}
        self._total = Decimal(0)

    @property
    def spent(self) -> Decimal:
        """What the jobs that ended have cost, all their tries."""
        return self._total

    @property
    def reserved(self) -> Decimal:
        return sum(self._reserved.values(), Decimal(0))

    @property
    def left(self) -> Decimal | None:
        """What may still be reserved, None without a cap."""
        return None if self.cap is None else self.cap - self._total - self.reserved

    def fits(self, number: int, most: Decimal) -> bool:
        """Whether `most` may be reserved now for a job, in all its tries."""
        return self.left is None or most <= self.left + self._spent.get(number, Decimal(0))

    def could_fit(self, number: int, most: Decimal) -> bool:
        """Whether it might fit when what is reserved turns out to cost nothing."""
        return self.fits(number, most - self.reserved)

    def reserve(self, number: int, most: Decimal) -> None:
        """Set `most` aside for a job; it has in it what the job has cost already. Raises
        ValueError where it does not fit."""
        if not self.fits(number, most) or number in self._reserved:
            raise ValueError(f"{most} for job {number} can't be reserved")
        self._forget(number)
        self._reserved[number] = most

    def settle(self, number: int, cost: Decimal | None, *, paid: bool = True) -> None:
        """The job is over and cost `cost` in all its tries, None where that is not known: then
        all of its reservation is spent, unless nothing was `paid`."""
        reserved = self._reserved.pop(number, Decimal(0))
        if cost is None and paid:
            cost = reserved
        if cost is not None:
            self._forget(number)
            self._spent[number] = cost
            self._total += cost

    def _forget(self, number: int) -> None:
        self._total -= self._spent.pop(number, Decimal(0))
