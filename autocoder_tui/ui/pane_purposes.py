"""What each pane and screen is for, in the words of its help. Keys stand in it by the names of
their bindings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Files": "The project's files. {files.toggle} picks what the model gets to read; letters "
        "go to a name, {files.search} finds in all folders. Beside a file: its tokens, and what "
        "git says of it.",
        "Requirements": "Say here what you want, in plain words. @ and letters of a name pick a "
        "file and refer to it. {run.start} sends it with the files you picked.",
        "Output": "The reply as it streams in. Scroll up to read, {output.follow} follows it "
        "again. When it is complete the review ({pane.review}) opens.",
        "Answers": "The conversation. Ask the next question in the requirements. A block of code "
        "that you mark can become a proposal.",
        "Review": "What the model proposes, beside what is on disk. Decide hunk by hunk; "
        "{review.apply} writes what you accepted, and nothing else.",
        "Diff": "What the model proposes, beside what is on disk. Decide hunk by hunk; "
        "{review.apply} writes what you accepted, and nothing else.",
        "Check": "The project's own tests and linters, run on a copy with the proposal in it. "
        "What failed can go back to the model.",
        "Log": "What the program did and why, newest last.",
        "Steps": "From a prompt to a code base, step by step. Nothing is in the project before "
        "you accept it.",
        "Meters": "What the next run will send and may cost; while one runs, what it costs so "
        "far. {meters.explain} explains each figure.",
        "History": "Every run so far. The preview shows what it proposed and what you decided.",
        "Settings": "Every setting with its value and where that comes from. Enter changes one; "
        "it is saved in config.toml, where your comments stay.",
        "Finding files": "Type letters or words of a name, or a glob. {finder.pick} picks and goes "
        "on, Enter picks and closes.",
        "Choosing a model": "Who answers, what it costs, and where its key comes from.",
        "Batch": "Many jobs in a queue, and what became of each.",
        "Changes without a place": "The model wrote a change for text that is not in the file. "
        "Choose where it goes, or leave it out.",
        "Asked before writing": "The model asks before it writes. Skip a question, and it assumes "
        "an answer and says so.",
    }
)
"""By the title of their section in the list of keys."""
