"""Which models think by themselves before they answer."""

from __future__ import annotations

import re
from typing import Final

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.provider.capabilities import Capabilities

_NAMES: Final = re.compile(
    r"(?:^|[/:_-])(?:o[134](?:$|[:@_-])|gpt-5(?!\S*chat)|gpt-oss|qwq|r1(?:$|[:@_-])|magistral"
    r"|deepseek-reasoner)|thinking|reasoning|reasoner",
    re.IGNORECASE,
)
"""Parts of the names of models that are known to reason: the OpenAI-compatible interfaces do not
say it."""


def is_reasoning(model: Model, known: Capabilities) -> bool:
    """Whether `model` reasons: by what it has sent, by what is set for it, or by its name."""
    if known.reasons is not None:
        return known.reasons
    return model.reasoning_effort not in (None, "none") or bool(_NAMES.search(model.name))
