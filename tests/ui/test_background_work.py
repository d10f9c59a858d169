"""Work that never began leaves nothing to be said when the program ends."""

from __future__ import annotations

import gc
import warnings

import pytest

from autocoder_tui.ui.background_work import BackgroundWork
from tests.ui.driving import until


@pytest.mark.parametrize("ends", [False, True], ids=["other work instead", "the program ends"])
async def test_work_called_off_before_it_began_is_let_go_of(ends: bool) -> None:
    done: list[int] = []

    async def work(number: int) -> int:
        done.append(number)
        return number

    app = BackgroundWork()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        async with app.run_test() as pilot:
            app.run_worker(work(1), exclusive=True)
            if ends:
                app.workers.cancel_all()
            else:
                app.run_worker(work(2), exclusive=True)
                await until(pilot, lambda: done == [2])
            await pilot.pause()
        gc.collect()
    assert done == ([] if ends else [2])
    assert [str(one.message) for one in said if "never awaited" in str(one.message)] == []


async def test_work_that_began_comes_to_its_end() -> None:
    app = BackgroundWork()

    async def work() -> str:
        return "done"

    async with app.run_test():
        assert await app.run_worker(work()).wait() == "done"
