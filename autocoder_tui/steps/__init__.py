"""From a prompt to a code base: steps, run one after the other, each kept on disk.

A step is a coroutine function that gets a `StepContext`. What it asks and what came of it is
written down as it goes, so that a run that was killed goes on where it stood and nothing is paid
for twice.
"""
