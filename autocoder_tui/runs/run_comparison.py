"""Two runs of one task beside each other: what they were given, what they took, and in what the
files differ that they proposed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.runs.export import local_time
from autocoder_tui.runs.proposed_review import ProposedReview, proposed_review, said_by
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun

Way: TypeAlias = Literal["same", "differs", "only_first", "only_second"]
"""How two proposals for one file stand to each other."""

WAYS: Final[dict[Way, str]] = {
    "same": "the same in both",
    "differs": "differs",
    "only_first": "proposed by the first only",
    "only_second": "proposed by the second only",
}
MOST_COMPARED: Final = 20_000_000
"""Characters of two texts together: more take too long to compare."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table. Untrusted texts."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that one of them proposed or both, the text of the first against that of the second;
    or another text of theirs, by its `title`. Where only one proposed it, the other side is the
    file as it was. `too_large` to be compared: then `review` is None, and so it is for the same."""

    title: str
    way: Way
    review: FileReview | None = field(repr=False)
    too_large: bool = False

    @property
    def says(self) -> str:
        """What there is to know of it, in words."""
        if self.too_large:
            return f"{WAYS[self.way]}; too large to be compared"
        if self.review is None:
            return WAYS[self.way]
        return f"{WAYS[self.way]}  {self.review.lines}"

    def patch(self) -> str:
        """From the text of the first to that of the second, "" where there is nothing to tell."""
        if self.review is None:
            return ""
        return self.review.to_patch()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs; `texts` are what was asked for where that differs, and then the files."""

    first: KeptRun
    second: KeptRun
    facts: tuple[Fact, ...]
    texts: tuple[ComparedFile, ...]

    def data(self) -> dict[str, Any]:
        """As values for JSON."""
        return {
            "first": self.first.run_id,
            "second": self.second.run_id,
            "facts": [{**asdict(fact), "differs": fact.differs} for fact in self.facts],
            "files": [
                {
                    "path": text.title,
                    "state": text.way,
                    "added": 0 if text.review is None else text.review.lines.added,
                    "removed": 0 if text.review is None else text.review.lines.removed,
                    "too_large": text.too_large,
                    "patch": text.patch(),
                }
                for text in self.texts
            ],
        }


def compared_runs(first: KeptRun, second: KeptRun) -> Comparison:
    """Put two runs beside each other. Blocking: diffs. Raises AutocoderError, or OSError."""
    left, right = proposed_review(first), proposed_review(second)
    table = zip(_facts(first, left), _facts(second, right), strict=True)
    facts = tuple(Fact(name, one, other) for (name, one), (_, other) in table if one or other)
    return Comparison(first, second, facts, tuple(_texts(first, second, left, right)))


def duration(run: KeptRun) -> timedelta | None:
    """How long it took from its beginning to its end, with all waiting; None where unknown."""
    try:
        took = datetime.fromisoformat(run.ended) - datetime.fromisoformat(run.started)
    except (ValueError, TypeError):
        return None
    return took if took >= timedelta(0) else None


def duration_in_words(run: KeptRun) -> str:
    took = duration(run)
    if took is None:
        return ""
    minutes, seconds = divmod(round(took.total_seconds(), 1), 60)
    return f"{int(minutes)} min {seconds:.0f} s" if minutes else f"{seconds:g} s"


def _facts(run: KeptRun, proposed: ProposedReview) -> list[tuple[str, str]]:
    sent, limits = run.snapshot, run.snapshot.limits
    most = limits.max_output_tokens
    asked = "all the model has" if most is None else f"{most:,} tokens"
    cap = "none" if limits.max_cost_usd is None else f"${limits.max_cost_usd:f}"
    return [
        ("run", run.run_id),
        ("name", run.name),
        ("started", local_time(run.started)),
        ("took", duration_in_words(run)),
        ("state", run.status),
        ("model", sent.model),
        ("provider", sent.provider),
        ("address", sent.base_url),
        ("mode", sent.mode),
        ("temperature", "" if sent.temperature is None else f"{sent.temperature:g}"),
        ("most output", f"{asked} a part, {limits.max_parts} parts at most"),
        ("cost cap", cap),
        ("target", sent.target or ""),
        ("inputs", ", ".join(sent.picks)),
        ("cost", "unknown" if run.cost_usd is None else format_usd(run.cost_usd)),
        ("tokens in", f"{run.prompt_tokens:,}"),
        ("tokens out", f"{run.completion_tokens:,}"),
        ("requests", f"{run.requests:,}"),
        ("parts", f"{len(run.parts):,}"),
        ("files", f"{len(proposed.review.files):,}"),
        ("lines", str(proposed.review.lines) if proposed.review.files else ""),
        ("decided", proposed.decided),
        ("written", proposed.written),
    ]


def _texts(
    first: KeptRun, second: KeptRun, left: ProposedReview, right: ProposedReview
) -> Iterator[ComparedFile]:
    one, other = first.snapshot, second.snapshot
    for title, before, after in (
        ("(requirements)", one.requirements, other.requirements),
        ("(system prompt)", one.system_prompt, other.system_prompt),
        ("(preferences)", one.preferences, other.preferences),
    ):
        if before != after:
            yield _compared(title, "differs", before, after)
    if not left.review.files and not right.review.files:
        said, against = said_by(first), said_by(second)
        yield _compared("(reply)", "same" if said == against else "differs", said, against)
        return
    paths = [file.path for file in left.review.files]
    paths += [file.path for file in right.review.files if file.path not in paths]
    for path in paths:
        ours, theirs = _proposal(left.review, path), _proposal(right.review, path)
        if ours is None:
            assert theirs is not None, "one of them proposed it"
            yield _compared(path, "only_second", theirs.before, _text(theirs))
        elif theirs is None:
            yield _compared(path, "only_first", _text(ours), ours.before)
        else:
            same = _text(ours) == _text(theirs) and ours.source == theirs.source
            yield _compared(path, "same" if same else "differs", _text(ours), _text(theirs))


def _proposal(review: Review, path: str) -> FileReview | None:
    return next((file for file in review.files if file.path == path), None)


def _text(file: FileReview) -> str | None:
    return None if file.deletes else file.after


def _compared(title: str, way: Way, before: str | None, after: str | None) -> ComparedFile:
    if len(before or "") + len(after or "") > MOST_COMPARED:
        return ComparedFile(title, way, None, too_large=way != "same")
    if way == "same":
        return ComparedFile(title, way, None)
    gone = after is None and before is not None
    return ComparedFile(title, way, FileReview.of(title, before, after or "", deletes=gone))


def comparison_text(found: Comparison, *, patches: bool) -> str:
    """The comparison for a terminal or a file, in plain lines. Safe to show."""
    rows = [(fact.label, visible(fact.first), visible(fact.second)) for fact in found.facts]
    widths = [max((len(row[at]) for row in rows), default=0) for at in (0, 1)]
    lines = []
    for fact, (label, first, second) in zip(found.facts, rows, strict=True):
        mark = "≠" if fact.differs else " "
        cells = f"{mark} {label:<{widths[0]}}  {first:<{widths[1]}}  {second}"
        lines.append(cells.rstrip())
    lines += ["", *(f"{visible(text.title)}  {text.says}" for text in found.texts)]
    if patches:
        for text in found.texts:
            patch = text.patch()
            if patch:
                lines += ["", visible(patch.rstrip("\n"), lines=True)]
    return "\n".join(lines) + "\n"
