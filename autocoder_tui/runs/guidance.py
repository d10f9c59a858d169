"""What a person tells the model in every run: their preprompts and their preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from autocoder_tui.config.preferences import Preferences, load_preferences
from autocoder_tui.config.preprompts import Preprompt, load_preprompts
from autocoder_tui.runs.setup import Setup
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Guidance:
    """`preprompts` are those in force, `liked` where the preferences come from; `problems` are
    sentences about files that are not used, or not known."""

    preprompts: Mapping[str, Preprompt] = field(default_factory=dict)
    liked: tuple[Preferences, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def instructions(self) -> Mapping[str, str]:
        """What replaces the shipped instructions, by purpose or step."""
        return {
            name: found.text for name, found in self.preprompts.items() if found.source != "shipped"
        }

    @property
    def preferences(self) -> str:
        """All lines to be heeded: the person's own first, then those of the project."""
        return "\n".join(each.text for each in self.liked)


NO_GUIDANCE: Final = Guidance()


def load_guidance(setup: Setup) -> Guidance:
    """What is in force in the project of `setup`. Blocking; raises nothing: what can't be used
    is told in `problems`."""
    return guidance_of(setup.root, setup.places.config)


def guidance_of(root: Path, config: Path) -> Guidance:
    """The same by the folders of the project and of the configuration."""
    preprompts, problems = load_preprompts(root, config)
    liked, more = load_preferences(root, config)
    return Guidance(preprompts, liked, tuple(each.in_full for each in (*problems, *more)))
