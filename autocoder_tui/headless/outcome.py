"""How a run without the screen came out: its report and its exit code."""

from __future__ import annotations

import time
from dataclasses import field, replace
from decimal import Decimal
from typing import Any

from autocoder_tui.edits.edit import made_blocks
from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.events import FileProposed, PartFinished, UsageUpdated
from autocoder_tui.engine.run_state import Extrapolation, RunState
from autocoder_tui.engine.steps import read_steps
from autocoder_tui.headless.exit_codes import EXIT_FAILED
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.values import dataclass


@dataclass(slots=True)
class Outcome:
    """What `--json` reports, and the exit code that goes with it."""

    status: str = "failed"
    error: dict[str, str] | None = None
    state: RunState = field(default_factory=RunState)
    requests: int = 0
    model: int = 0
    joins: dict[tuple[int, int], str] = field(default_factory=dict)
    parts: list[tuple[int, PartFinished, Extrapolation]] = field(default_factory=list)
    """With the number of the model they came from: 0, or more after a fallback."""
    earlier: list[UsageUpdated] = field(default_factory=list)
    """What models used that turned out not to be available."""
    files: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    """One for each round: what came of trying the proposal before it was written."""
    clarification: Clarification | None = None
    """What was asked before anything was written."""
    feedback: dict[str, Any] | None = None
    """What was complained of, what was sent for that, and the rounds so far."""
    text: str | None = None
    """The text so far, when nothing but the report can hold it."""
    is_answer: bool = False
    """Whether the reply is an answer and no files."""
    exit_code: int = EXIT_FAILED
    started: float = field(default_factory=time.monotonic)

    def report(self) -> dict[str, Any]:
        usage, first = self._usage(), self.state.first_token_seconds
        return {
            "status": self.status,
            "error": self.error,
            "files": self.files or self._offered(),
            "warnings": self.warnings,
            "parts": [
                {
                    "finish_reason": part.finish_reason,
                    "completion_tokens": part.completion_tokens,
                    "join": self.joins.get((model, part.part)),
                    "begin": came.begin,
                    "end": came.end,
                    "cost_usd": None if came.cost_usd is None else float(came.cost_usd),
                }
                for model, part, came in self.parts
            ],
            "requests": self.requests,
            "retries": self.state.retries,
            "edits_sent_back": self.state.sent_back,
            "prompt_tokens": usage.prompt_tokens,
            "cached_tokens": usage.cached_tokens,
            "completion_tokens": usage.completion_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "cost_usd": None if usage.cost_usd is None else float(usage.cost_usd),
            "cost_estimated": usage.cost_usd is not None and not usage.cost_reported,
            "estimated": usage.estimated,
            "seconds": round(time.monotonic() - self.started, 3),
            "first_token_seconds": None if first is None else round(first, 3),
            "chunks": self.state.stats.chunks,
            "notes": self.state.notes,
            **self._answer(),
            **({"checks": self.checks} if self.checks else {}),
            **({} if self.clarification is None else {"clarification": _said(self.clarification)}),
            **({} if self.feedback is None else {"feedback": self.feedback}),
            **({} if self.text is None else {"text": self.text}),
        }

    def _answer(self) -> dict[str, str]:
        """The answer, and what was thought first; of a run that did not end well, what came."""
        if not self.is_answer:
            return {}
        text = self.state.text
        steps, begin = read_steps(text, finished=True)
        return {"answer": text[begin or 0 :], "steps": steps}

    def _offered(self) -> list[dict[str, Any]]:
        """The files of a run that was not delivered, incomplete ones too."""
        return [file_report(_review_of(file), file) for file in self.state.files]

    def _usage(self) -> UsageUpdated:
        """Of every model that was used, summed; the cost is unknown if any of them is."""
        used = [*self.earlier, *([self.state.usage] if self.state.usage is not None else [])]
        costs = [usage.cost_usd for usage in used if usage.cost_usd is not None]
        return UsageUpdated(
            sum(usage.prompt_tokens for usage in used),
            sum(usage.completion_tokens for usage in used),
            sum(usage.cached_tokens for usage in used),
            sum(costs, Decimal(0)) if used and len(costs) == len(used) else None,
            estimated=not used or any(usage.estimated for usage in used),
            reasoning_tokens=sum(usage.reasoning_tokens for usage in used),
            cost_reported=bool(used) and all(usage.cost_reported for usage in used),
        )


def _said(made: Clarification) -> dict[str, Any]:
    """What was asked, answered and assumed, and what asking cost."""
    return {
        "questions": [
            {
                "question": each.question,
                "suggestions": list(each.suggestions),
                "answer": each.outcome if each.state == "answered" else None,
                "assumed": each.outcome if each.state == "assumed" else None,
            }
            for each in made.rounds
        ],
        "ended": made.ended,
        "requests": made.calls,
        "prompt_tokens": made.tokens[0],
        "completion_tokens": made.tokens[1],
        "cost_usd": None if made.cost_usd is None else float(made.cost_usd),
    }


def _review_of(file: FileProposed) -> FileReview:
    review = FileReview.of(
        file.path,
        file.before,
        file.after,
        file.complete,
        file.remark,
        source="" if file.before is None else file.renamed_from,
        deletes=file.deletes and file.before is not None,
    )
    edits = None if file.placed is None else FileEdits.of(file.edits, file.placed)
    return replace(review, edits=edits)


def file_report(file: FileReview, proposed: FileProposed | None = None) -> dict[str, Any]:
    """What the report says of a file under review; or of one that was only `proposed`, of which
    the old text may not be known."""
    edits = file.edits
    action: str = file.action
    source = file.source
    if proposed is not None and (proposed.deletes or proposed.renamed_from):
        action = "delete" if proposed.deletes else "rename"
        source = proposed.renamed_from
    return {
        "path": file.path,
        "action": action,
        **({"renamed_from": source} if source else {}),
        "complete": file.complete and not (edits and edits.unplaced),
        "added": file.lines.added,
        "removed": file.lines.removed,
        **({"line_ends": file.lines.ends} if file.lines.ends else {}),
        **({} if edits is None else {"edits": edits_report(edits)}),
    }


def edits_report(edits: FileEdits) -> dict[str, Any]:
    """How many changes have a place, and why the others have none."""
    return {
        "placed": len(made_blocks(edits.placements)),
        "already": len(edits.already),
        "unplaced": [
            {"change": one.block + 1, "reason": one.reason, "said": one.said}
            for one in edits.unplaced
        ],
    }
