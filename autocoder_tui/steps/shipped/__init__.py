"""The steps that come with the program, one subject a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autocoder_tui.steps.shipped.simple import simple
from autocoder_tui.steps.step import Work

SHIPPED: Final[Mapping[str, Work]] = {"simple": simple}
"""Each by the name it has in configurations."""
