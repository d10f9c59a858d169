"""The steps that come with the program, one subject a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.steps.shipped.benchmark import benchmark
from autocoder_tui.steps.shipped.check import check, fix_code
from autocoder_tui.steps.shipped.clarify import clarify
from autocoder_tui.steps.shipped.code import gen_clarified_code, gen_code
from autocoder_tui.steps.shipped.entry_point import execute_entrypoint, gen_entrypoint
from autocoder_tui.steps.shipped.evaluate import evaluate
from autocoder_tui.steps.shipped.improve import improve, use_feedback
from autocoder_tui.steps.shipped.plan import plan
from autocoder_tui.steps.shipped.propose import propose
from autocoder_tui.steps.shipped.simple import simple
from autocoder_tui.steps.shipped.specification import gen_spec, respec
from autocoder_tui.steps.shipped.unit_tests import gen_code_after_unit_tests, gen_unit_tests
from autocoder_tui.steps.step import Work

SHIPPED: Final[Mapping[str, Work]] = {
    "clarify": clarify,
    "gen_spec": gen_spec,
    "respec": respec,
    "plan": plan,
    "gen_unit_tests": gen_unit_tests,
    "gen_code": gen_code,
    "gen_clarified_code": gen_clarified_code,
    "gen_code_after_unit_tests": gen_code_after_unit_tests,
    "fix_code": fix_code,
    "use_feedback": use_feedback,
    "improve": improve,
    "gen_entrypoint": gen_entrypoint,
    "check": check,
    "benchmark": benchmark,
    "propose": propose,
    "execute_entrypoint": execute_entrypoint,
    "evaluate": evaluate,
    "simple": simple,
}
"""Each by the name it has in configurations, in the order in which they are usually run."""
