"""What the steps that remain may cost, by what one request for the prompt would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.estimate import weigh
from autocoder_tui.runs.preparation import Job, prepare
from autocoder_tui.steps.step import Step
from autocoder_tui.steps.workplace import Workplace


def remaining_usd(
    place: Workplace, prompt: str, draft: Mapping[str, str | None], left: Iterable[Step]
) -> tuple[Decimal, Decimal] | None:
    """From the least to the most that the steps `left` may cost; None where a price is not known,
    or how much a request would send. Blocking."""
    ranges = [step.requests for step in left]
    least = sum(few for few, _ in ranges)
    most = sum(many for _, many in ranges)
    if not most:
        return Decimal(0), Decimal(0)
    try:
        picks = tuple(path for path in place.head.picks if path not in draft)
        job = Job(place.project.root, picks, None, prompt)
        texts = {path: text for path, text in draft.items() if text is not None}
        made = prepare(job, place.model(), place.limits, texts=texts, guidance=place.guidance)
        figure = weigh(made.request).estimate
    except AutocoderError:
        return None
    if figure.least_usd is None or figure.most_usd is None:
        return None
    return figure.least_usd * least, figure.most_usd * most
