"""The recorded task of the demo, without the screen."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from autocoder_tui.headless.console import say
from autocoder_tui.runs.destination import output_here
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.setup import ChosenModel, Setup


async def prepare_demo(
    setup: Setup, stack: AsyncExitStack
) -> tuple[Prepared, ChosenModel, Path | None]:
    """The recorded task on a copy of the sample, which goes with `stack`; -o is still a file where
    the user stands. Raises AutocoderError."""
    from autocoder_tui.demo.replies import NOTICE
    from autocoder_tui.demo.session import demo_model, demo_setup, remove_untouched

    output = output_here(setup)
    sample = replace(setup.task, output=None, inputs=())
    demo = demo_setup(replace(setup, task=sample))
    stack.callback(remove_untouched, demo.root)
    say(NOTICE)
    chosen = await stack.enter_async_context(demo_model(tokens_per_second=0))
    job = Job(demo.root, demo.task.inputs, demo.task.output, demo.task.requirements)
    return prepare(job, chosen, demo.limits, demo=True), chosen, output
