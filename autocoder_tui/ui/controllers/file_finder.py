"""What can be found in the project and picked: all its files, and groups of them.

The project is listed once the program has begun, and again each time the finder is opened; what
was found before is offered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.store.project_picks import LONGEST_NAME, ProjectPicks, SavedPicks
from autocoder_tui.ui.controllers.file_preview import show_in
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.finder import Finder
from autocoder_tui.ui.widgets.files.completion_list import CompletionList
from autocoder_tui.ui.widgets.files.finder_rows import FileRow, Findable, FinderRow, suggestions
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.files.preview import FilePreview
from autocoder_tui.ui.widgets.files.suggested import MOST, SuggestedFiles
from autocoder_tui.ui.widgets.files.weights import TreeWeights
from autocoder_tui.ui.widgets.requirements_area import RequirementsArea
from autocoder_tui.workspace.entry import Entry, read_entry
from autocoder_tui.workspace.file_group import FileGroup, group_of, pickable_of
from autocoder_tui.workspace.file_index import FileIndex, list_files
from autocoder_tui.workspace.git_status import ChangedFiles, read_changed, read_marks
from autocoder_tui.workspace.listing import MAX_ENTRIES
from autocoder_tui.workspace.related_files import RelatedFiles

MOST_AT_ONCE = 10
"""Picks of more than that in one go are no sign that each of them is wanted again."""
_MOST_REVEALED = 50
"""Files whose folders are opened in the tree when a group of them is picked."""
_MOST_COUNTED = 2_000
_PAUSE = 0.3
"""Seconds from a sign that files have changed to a look at what git says."""


class FileFinder:
    """The App's finder, open or not."""

    def __init__(self, app: Program) -> None:
        self._app = app
        setup = app.setup
        keeps = setup.places.keeps and not setup.demo
        self._kept = ProjectPicks(setup.places.state, setup.root) if keeps else None
        self._saved = SavedPicks()
        self._index: FileIndex | None = None
        self._marks: dict[str, str] = {}
        self._changed: ChangedFiles | None = None
        self._groups: tuple[FileGroup, ...] = ()
        self._picked: tuple[str, ...] = ()
        self._will_look = False
        self._git_asked = self._regrouped = 0
        """How often each was begun: what was begun earlier and ends later says nothing new."""
        self._related = RelatedFiles(setup.root)
        self._suggested: dict[str, str] = {}

    # ------------------------------------------------------------------ what there is

    @property
    def weights(self) -> TreeWeights:
        return self._app.weigher.weights

    def findable(self) -> Findable:
        """All that can be found by now."""
        return Findable(
            root=self._app.root,
            index=self._index,
            picks=self._picked,
            recent=self._saved.recent,
            groups=self._groups,
            suggested=self._suggested,
            marks=self._marks,
        )

    async def begin(self) -> None:
        """List the project for the first time, once nobody waits for anything else."""
        await self._read_saved()
        self._read_anew()

    async def _read_saved(self) -> None:
        if self._kept is not None:
            read = await asyncio.to_thread(self._kept.read)
            recent = dict.fromkeys((*self._saved.recent, *read.recent))
            # What was saved meanwhile is newer than what was read.
            self._saved = SavedPicks(tuple(recent), {**read.sets, **self._saved.sets})

    def _read_anew(self) -> None:
        self._app.run_worker(self._read(), group="finder-read", exclusive=True)

    def open(self) -> None:
        """Find files by typing. What is listed meanwhile comes in as it is known."""
        if self._app.screen is self._app.main:
            self._app.push_screen(Finder(self))
            self._read_anew()
            self.suggest()

    async def _read(self) -> None:
        root, known = self._app.root, self._index
        index = await asyncio.to_thread(_listed, root, known)
        if index is not known:
            self._index = index
            self._tell(Finder.files_changed)
            self._mark_references()
            self.suggest()
        await self._read_git()

    def _mark_references(self) -> None:
        """Show in the requirements which names are those of files, as far as is known by now."""
        index = self._index
        for area in self._app.main.query(RequirementsArea):
            if index is not None:
                area.know_files(lambda path: index.place_of(path) is not None)

    def look_at_git(self) -> None:
        """Files may have changed: read what git says of them, after those that follow at once."""
        if not self._will_look:
            self._will_look = True
            self._app.set_timer(_PAUSE, self._look_at_git)

    def _look_at_git(self) -> None:
        self._will_look = False
        self._app.run_worker(self._read_git(), group="finder-git", exclusive=True)

    async def _read_git(self) -> None:
        root, self._git_asked = self._app.root, self._git_asked + 1
        asked = self._git_asked
        marks = await asyncio.to_thread(read_marks, root)
        if asked == self._git_asked and marks != self._marks:
            self._marks = marks
            for picker in self._app.main.query(FilePicker):
                picker.show_marks(marks)
        changed = await asyncio.to_thread(read_changed, root)
        if asked == self._git_asked:
            self._changed = changed
            await self._regroup()

    async def _regroup(self) -> None:
        self._regrouped += 1
        number, changed, sets = self._regrouped, self._changed, self._saved.sets
        groups = await asyncio.to_thread(self._all_groups, changed, sets)
        if number == self._regrouped:
            self._groups = groups
            self._tell(Finder.files_changed)
            self._suggest_below()

    def _all_groups(
        self, changed: ChangedFiles | None, sets: dict[str, tuple[str, ...]]
    ) -> tuple[FileGroup, ...]:
        """Runs in a thread."""
        root, groups = self._app.root, []
        if changed is not None and changed.paths:
            groups.append(_changed_group(root, changed))
        for name, paths in reversed(sets.items()):
            groups.append(group_of(root, name, paths, saved=True))
        return tuple(groups)

    def suggest(self) -> None:
        """Look for what belongs to the picks, while somebody sees it."""
        below = any(each.has_room for each in self._app.main.query(SuggestedFiles))
        if below or any(isinstance(screen, Finder) for screen in self._app.screen_stack):
            self._app.run_worker(self._read_related(), group="finder-related", exclusive=True)

    async def _read_related(self) -> None:
        if self._index is not None:
            picks, index = self._picked, self._index
            self._suggested = await asyncio.to_thread(self._related.of, picks, index)
            self._tell(Finder.files_changed)
            self._suggest_below()

    def _suggest_below(self) -> None:
        """Show below the tree what may be picked next."""
        for below in self._app.main.query(SuggestedFiles):
            if below.has_room:
                rows = suggestions(self.findable())[:MOST]
                picks = [FileRow(path, path.rpartition("/")[0]) for path in self._picked]
                below.show(picks, rows, self.weights.of)
                self.in_view([row.path for row in (*picks[:MOST], *rows)])

    def _tell(self, what: Callable[[Finder], None]) -> None:
        """Tell the finder, if it is open; a question may lie above it."""
        for screen in self._app.screen_stack:
            if isinstance(screen, Finder):
                what(screen)

    def weighed(self) -> None:
        """Weights became known: they are shown wherever files are offered."""
        self._tell(Finder.weights_changed)
        for kind in (CompletionList, SuggestedFiles):
            for offered in self._app.main.query(kind):
                offered.refresh()

    def in_view(self, paths: Sequence[str]) -> None:
        """These are seen: their tokens are counted next."""
        unknown = [path for path in paths[:_MOST_COUNTED] if self.weights.of(path) is None]
        if unknown:
            self._app.run_worker(self._count(unknown), group="finder-count", exit_on_error=False)

    async def show_file(self, preview: FilePreview, path: str) -> None:
        """Show a file beside the list."""
        root = self._app.root
        entry = await asyncio.to_thread(read_entry, root.resolve(), path)
        if entry is None:
            preview.say(path, "It is no longer there.")
        else:
            await show_in(preview, root, entry)

    async def _count(self, paths: Sequence[str]) -> None:
        root = self._app.root.resolve()
        self._app.weigher.add(await asyncio.to_thread(_entries, root, paths))

    # ------------------------------------------------------------------ picking

    def picked(self, picks: tuple[str, ...]) -> None:
        """These are picked now."""
        new = [path for path in picks if path not in set(self._picked)]
        self._picked = picks
        if 0 < len(new) <= MOST_AT_ONCE:
            recent = tuple(dict.fromkeys((*new, *self._saved.recent)))
            self._saved = SavedPicks(recent, self._saved.sets)
            self._write(lambda kept: kept.keep_recent(new), "Recent picks")
        self._tell(Finder.picks_changed)
        self._suggest_below()
        self.suggest()

    def toggle(self, row: FinderRow, *, only_pick: bool) -> None:
        """Pick what a row stands for, or unpick it where all of it is picked."""
        paths = (row.path,) if isinstance(row, FileRow) else row.paths
        picker = self._app.main.query_one(FilePicker)
        if paths and set(paths) <= set(picker.picks):
            if not only_pick:
                picker.set_picks(set(picker.picks) - set(paths))
        elif isinstance(row, FileRow):
            self._app.run_worker(self._pick_file(row.path), group="finder-pick")
        else:
            self._app.run_worker(self._pick_group(row), group="finder-pick")

    async def _pick_file(self, path: str) -> None:
        entry = await asyncio.to_thread(read_entry, self._app.root.resolve(), path)
        if entry is None:
            self._app.tell(f"{path} can't be picked: it is no longer there", severity="warning")
        else:
            self._app.main.query_one(FilePicker).pick_file(entry)

    async def _pick_group(self, group: FileGroup) -> None:
        if len(group.paths) > MAX_ENTRIES:
            most = f"more than {MAX_ENTRIES:,} files; name folders further in"
            self._app.tell(f"{group.label} can't be picked: {most}", severity="warning")
            return
        paths, passed_over = await asyncio.to_thread(pickable_of, self._app.root, group.paths)
        picker = self._app.main.query_one(FilePicker)
        picks = {*picker.picks, *paths}
        if len(paths) > _MOST_REVEALED:
            picker.picks = tuple(sorted(picks))
        else:
            picker.set_picks(picks)
        counted = [tokens for path in paths if (tokens := self.weights.of(path)) is not None]
        about = "~" if len(counted) == len(paths) else "at least "
        said = f"{group.label}: {len(paths):,} file{'s' * (len(paths) != 1)} picked"
        said += f", {about}{format_tokens(sum(counted))} tokens" if counted else ""
        left = passed_over.copy()
        if group.passed_over:
            left["secret, binary or too large"] += group.passed_over
        said += "".join(f"; {count:,} passed over ({why})" for why, count in left.items())
        self._app.tell(f"{said}.", severity="information" if paths else "warning")

    # ------------------------------------------------------------------ sets of picks

    def save_set(self) -> None:
        """Save what is picked under a name."""
        self._app.run_worker(self._save_set(), group="finder-sets")

    async def _save_set(self) -> None:
        picks = self._picked
        if not picks:
            self._app.tell("No file is picked: there is nothing to save as a set.")
            return
        if self._kept is None:
            self._app.tell("Sets of picks can't be kept here.", severity="warning")
            return
        count = f"{len(picks):,} file{'s' * (len(picks) != 1)}"
        hint = f"{count} picked. A set of the same name is replaced."
        name = await self._app.push_screen_wait(LineDialog("Save the picks as", hint))
        if name is None:
            return
        name = " ".join(name.split())[:LONGEST_NAME]
        others = {other: paths for other, paths in self._saved.sets.items() if other != name}
        if await self._written(lambda kept: kept.save_set(name, picks), "The set"):
            self._saved = SavedPicks(self._saved.recent, {**others, name: picks})
            finder = self._app.key("files.find")
            self._app.tell(f"{count} saved as {name}: the finder ({finder}) picks them again.")
            await self._regroup()

    def delete_set(self, name: str) -> None:
        """Forget a saved set; the files and picks stay."""
        self._app.run_worker(self._delete_set(name), group="finder-sets")

    async def _delete_set(self, name: str) -> None:
        if await self._written(lambda kept: kept.delete_set(name), "The set"):
            left = {other: paths for other, paths in self._saved.sets.items() if other != name}
            self._saved = SavedPicks(self._saved.recent, left)
            self._app.tell(f"The set {name} is deleted. The files stay picked.")
            await self._regroup()

    def pick_changed(self) -> None:
        """Pick the files that changed since the base of the branch."""
        self._app.run_worker(self._pick_changed(), group="finder-pick")

    async def _pick_changed(self) -> None:
        root = self._app.root
        changed = await asyncio.to_thread(read_changed, root)
        if changed is None:
            self._app.tell("git can't say what changed here: there is no commit yet, or no git.")
        elif not changed.paths:
            self._app.tell(f"Nothing has changed since {changed.base or 'the last commit'}.")
        else:
            await self._pick_group(await asyncio.to_thread(_changed_group, root, changed))
        self._look_at_git()

    def _write(self, change: Callable[[ProjectPicks], None], what: str) -> None:
        self._app.run_worker(self._written(change, what), group="finder-write")

    async def _written(self, change: Callable[[ProjectPicks], None], what: str) -> bool:
        if self._kept is None:
            return False
        try:
            await asyncio.to_thread(change, self._kept)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            self._app.tell(f"{what} can't be kept ({reason}).", severity="warning")
            return False
        return True


def _listed(root: Path, known: FileIndex | None) -> FileIndex:
    """The files there are; `known` itself where they are the same. Blocking."""
    index = list_files(root)
    same = known is not None and (known.paths, known.cut) == (index.paths, index.cut)
    return known if known is not None and same else index


def _changed_group(root: Path, changed: ChangedFiles) -> FileGroup:
    since = changed.base or "the last commit"
    return group_of(root, f"changed since {since}", changed.paths)


def _entries(root: Path, paths: Sequence[str]) -> list[Entry]:
    return [entry for path in paths if (entry := read_entry(root, path)) is not None]
