"""What the steps of a conversation used."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, fields

from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one step, and of all until then."""

    step_name: str
    in_step_prompt_tokens: int
    in_step_completion_tokens: int
    in_step_total_tokens: int
    cumulative_prompt_tokens: int
    cumulative_completion_tokens: int
    cumulative_total_tokens: int


def format_token_usage(log: list[TokenUsage]) -> str:
    """The log as CSV with a line of names at its top."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(TokenUsage))
    writer.writerows(astuple(each) for each in log)
    return text.getvalue()
