"""What a step gets: the prompt, what earlier steps made, and what it can do.

Everything a step does is written down, in order. A step that is begun again, for the program was
killed or stopped, is called anew from its beginning, and what it had done already is given to it
from its record instead of being done a second time. So a step should do the same things in the
same order where it gets the same results, and leave clocks and chance alone. What it reads of the
project is not written down: let it read before it proposes, or leave that to the step after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, Protocol

from autocoder_tui.engine.request import Turn
from autocoder_tui.store.evaluation import Evaluation
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Generated:
    """The files of a reply. `files` has the new text of each by its path, None for one that is
    to be deleted; `notes` is what the model said beside them, `text` the whole reply."""

    files: Mapping[str, str | None]
    notes: str
    text: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of a proposal: the paths that were written, and whether something of it was
    neither written nor rejected, as where it waits for a review or was printed as a patch."""

    written: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of commands in the check's closed place. `words` is one line for a person,
    `note` what a model is told of what failed, "" where nothing did."""

    passed: bool
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """`code` is the exit code, None where it was not run or did not end of itself; `words` say
    how it ended, in one line; `output` is what it wrote, "" where it had the terminal."""

    code: int | None
    words: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What something took: the requests, the tokens sent and those that came, and what they
    cost, None where a price is not known; `seconds` is how long it worked."""

    requests: int = 0
    tokens: tuple[int, int] = (0, 0)
    cost_usd: Decimal | None = Decimal(0)
    seconds: float = 0.0


class StepContext(Protocol):
    """What a step works with. Paths are relative to the project, with "/" between the parts.

    Every method that waits may end the step by raising: `StepFailed` (say so yourself with it),
    and the cancellation of a step that is stopped. Neither has to be caught.
    """

    @property
    def prompt(self) -> str:
        """What the person wants, as it stands in `.autocoder/prompt`."""

    @property
    def picks(self) -> tuple[str, ...]:
        """The files of the project that the person picked."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the steps before this one by their names, as the person left them."""

    @property
    def draft(self) -> Mapping[str, str | None]:
        """The files that were generated and are not written yet, with the text of each; None for
        one that is to be deleted. None of them is in the project before `propose`."""

    @property
    def spent(self) -> Mapping[str, Spent]:
        """What each step before this one took, by their names."""

    @property
    def room(self) -> int | None:
        """The most tokens that all the texts of one request may have so that there is room for
        the answer, too; None where the model's window is not known."""

    def tokens(self, text: str) -> int:
        """How many tokens of the model a text has, as far as is known beforehand. The same each
        time: what is learnt of the model meanwhile is no part of it."""

    async def paths(self) -> tuple[str, ...]:
        """The files there are: those of the project that are not ignored, and of the draft."""

    async def read(self, path: str) -> str | None:
        """The text of a file as the draft has it, else as the project does; None where there is
        none that could be given to a model."""

    async def refused(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Those of the paths that nothing may be written to, with the reason of each: outside
        of the project, git's or our own folder, a link, a name that differs only in case."""

    def preprompt(self, name: str) -> str:
        """A preprompt in force, by its name without the ending: the person's own, else ours.
        Raises StepFailed where there is none."""

    async def ask(
        self,
        text: str,
        *,
        instructions: str = "",
        files: Sequence[str] | None = None,
        turns: Sequence[Turn] = (),
        purpose: Literal["query", "clarify"] = "query",
    ) -> str:
        """What the model answers to `text`, as a text. `instructions` is how it is to go about
        it, "" for what is in force for the purpose; `files` is which files it is shown: the picks
        and the draft where that is None. `turns` is the conversation before. With the purpose
        "clarify" the answer is a question to the person (`engine.question_reply`)."""

    async def generate(
        self,
        requirements: str,
        *,
        instructions: str = "",
        files: Sequence[str] | None = None,
        target: str | None = None,
    ) -> Generated:
        """Files that the model writes; they are in the draft then. `target` is the one file that
        is asked for, None where the model says which: with one, no other file of the reply is
        taken, and those that are not are said. The rest is as for `ask`."""

    async def ask_person(
        self, question: str, suggestions: Sequence[str] = (), assume: str = ""
    ) -> str:
        """What the person answers, `assume` where nobody does."""

    async def propose(self) -> Proposed:
        """Let the person decide on the draft. What they accept is written, and nothing else;
        what was decided on is not in the draft any more."""

    async def run_check(self, *commands: str) -> Checked:
        """Run commands (the project's own where none is given) in a copy of the project that has
        the draft in it, where the check's closed place is and after the person said yes."""

    async def run_script(self, path: str) -> ScriptEnded:
        """Show a script of the project or of the draft, and run it once the person said yes: in
        the check's closed place, or in the terminal where they want that."""

    async def keep_evaluation(self, evaluation: Evaluation) -> None:
        """Keep beside the run what the person says of it; the history can be listed by it."""

    def say(self, line: str) -> None:
        """Tell the person something; it stands in the step's log too."""
