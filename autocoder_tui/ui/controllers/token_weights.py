"""Counts the tokens of the project's files while the program is open, never on its own thread.

What a folder shows when it is opened comes first, then the rest of the project. A file is
counted again only when its size or its time of change is another.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from autocoder_tui.engine.calibration import Weights
from autocoder_tui.engine.metering.tokens import TokenCounter, load_counter
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.weights import TreeWeights
from autocoder_tui.workspace.entry import Entry
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.ignore import load_rules
from autocoder_tui.workspace.listing import list_project
from autocoder_tui.workspace.textfile import MAX_INPUT_BYTES, read_text_file

BATCH_SECONDS = 0.1
"""How long one visit to the counting thread takes at most, but for a single large file."""


class FileWeigher:
    def __init__(self, app: Program) -> None:
        self._app = app
        self._root = app.setup.root
        self._waiting: OrderedDict[str, Entry] = OrderedDict()
        self._known: dict[tuple[str, str], tuple[int, int, Weights]] = {}
        self._weights = TreeWeights()
        self._chosen: ChosenModel | None = None
        self._counter: TokenCounter | None = None
        self._whole_project = False
        self._working = False

    @property
    def weights(self) -> TreeWeights:
        """What is counted by now."""
        return self._weights

    def count_for(self, chosen: ChosenModel) -> None:
        """From now on weights are those of this model; all are shown anew."""
        if self._chosen is not None and (self._chosen.model, self._chosen.calibration) == (
            chosen.model,
            chosen.calibration,
        ):
            return
        self._chosen, self._counter, self._whole_project = chosen, None, False
        self._start()

    def add(self, entries: Iterable[Entry]) -> None:
        """Files that came into sight: they are counted next."""
        for entry in reversed(list(entries)):
            if _is_counted(entry):
                self._waiting[entry.path] = entry
                self._waiting.move_to_end(entry.path, last=False)
        self._start()

    def _start(self) -> None:
        if not self._working and self._chosen is not None:
            self._working = True
            self._app.run_worker(self._work(), group="weights", exit_on_error=False)

    async def _work(self) -> None:
        try:
            while True:
                if self._counter is None:
                    await self._begin_count()
                elif self._waiting:
                    weights = await asyncio.to_thread(self._batch, self._counter)
                    self._weights.add(weights)
                    self._app.main.query_one(FilePicker).show_weights(self._weights)
                    self._app.file_finder.weighed()
                elif not self._whole_project:
                    self._whole_project = True
                    self._take_behind(await asyncio.to_thread(self._all_files))
                else:
                    return
        finally:
            self._working = False

    async def _begin_count(self) -> None:
        chosen = self._chosen
        assert chosen is not None
        counter = await asyncio.to_thread(load_counter, chosen.model, chosen.calibration)
        if chosen is self._chosen:
            self._counter = counter
            self._weights = TreeWeights(exact=counter.exact)

    def _all_files(self) -> list[Entry]:
        """Runs in a thread."""
        entries = list_project(self._root, load_rules(self._root)).entries
        return [entry for entry in entries if not entry.ignored and _is_counted(entry)]

    def _take_behind(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._waiting.setdefault(entry.path, entry)

    def _batch(self, counter: TokenCounter) -> dict[str, int]:
        """Runs in a thread, and alone takes entries out: weights of the next few files."""
        deadline = time.monotonic() + BATCH_SECONDS
        weights: dict[str, int] = {}
        while time.monotonic() < deadline:
            try:
                path, _ = self._waiting.popitem(last=False)
            except KeyError:
                break
            counted = self._weights_of(path, counter)
            # No wait: it hands the interpreter to the thread that draws, if that wants it. Else
            # that one gets it a switch interval later, again and again within one frame.
            time.sleep(0)
            if counted is not None:
                weights[path] = counter.calibrated(counted)
        return weights

    def _weights_of(self, path: str, counter: TokenCounter) -> Weights | None:
        file = self._root / path
        try:
            status = file.stat()
            key = (path, counter.vocabulary)
            known = self._known.get(key)
            if known is not None and known[:2] == (status.st_size, status.st_mtime_ns):
                return known[2]
            weights = counter.weigh_text(_text_of(file, path))
        except (OSError, ValueError, WorkspaceError):
            return None
        self._known[key] = (status.st_size, status.st_mtime_ns, weights)
        return weights


def _is_counted(entry: Entry) -> bool:
    never = entry.is_dir or entry.binary or entry.special or entry.outside
    return not never and entry.size <= MAX_INPUT_BYTES


def _text_of(file: Path, path: str) -> str:
    return read_text_file(file, name=path).text
