"""Folders of dependencies, which git ignores and commands need: seen from the copy, not copied
where writing to them can be closed, else copied within limits, else left out, which is said.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from autocoder_tui.check.folder import cannot
from autocoder_tui.check.layout import Layout, Meter, Stopped, copy_file, link_within
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

NAMES = frozenset(
    ("node_modules", ".venv", "venv", "env", ".env", "vendor", "bower_components", "elm-stuff")
)
"""What such a folder is called. What is built (`target`, `build`, `dist`) is built again."""
MOST_FILES = 40_000
MOST_BYTES = 600 * 1024**2


@dataclass(slots=True)
class Dependencies:
    """What became of them, as paths relative to the layout: `lent` are seen where they lie."""

    lent: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def remarks(self) -> tuple[str, ...]:
        if not self.left_out:
            return ()
        names = ", ".join(visible(name) for name in self.left_out)
        return (
            f"Too large to copy, so the commands have to do without: {names}. With bwrap "
            "installed they could be read where they are.",
        )


def provide(layout: Layout, *, lend: bool, link: bool, meter: Meter | None = None) -> Dependencies:
    """Bring the folders of dependencies to the copy. Blocking. Raises CannotCheck, Stopped.

    `lend`: a sandbox shows the user's at their place in the copy, for reading only; only where
    they are to appear is made. `link`: nothing may be written through a link, so one will do.
    """
    found = Dependencies()
    meter = meter or Meter(MOST_FILES, MOST_BYTES)
    top = layout.source.top
    for path in layout.ignored:
        here, there = top / path, layout.tree / path
        if here.name not in NAMES or here.is_symlink() or not here.is_dir():
            continue
        try:
            if lend:
                there.mkdir(parents=True, exist_ok=True)
                found.lent.append(path)
            elif link and not _leads_back(top, here):
                there.parent.mkdir(parents=True, exist_ok=True)
                there.symlink_to(here)
                found.lent.append(path)
            elif not _fits(here, meter):
                found.left_out.append(path)
            else:
                _copy(top, here, there, meter)
                found.copied.append(path)
        except OSError as error:
            raise cannot(layout.tree, error) from error
    return found


def _leads_back(top: Path, folder: Path) -> bool:
    """Whether a package in it is a link into the project, as those of a workspace are: through a
    link to the folder that would be the user's own file, and not what is tried."""
    for path in (*folder.glob("*"), *folder.glob("@*/*")):
        if path.is_symlink():
            real = Path(os.path.realpath(path))
            if real.is_relative_to(top) and not real.is_relative_to(folder):
                return True
    return False


def _fits(folder: Path, meter: Meter) -> bool:
    files, size = meter.files, meter.bytes
    for _, status in _walk(folder, meter):
        files, size = files + 1, size + status.st_size
        if files > meter.most_files or size > meter.most_bytes:
            return False
    return True


def _walk(folder: Path, meter: Meter) -> Iterator[tuple[Path, os.stat_result]]:
    for place, folders, names in os.walk(folder):
        if meter.stop.is_set():
            raise Stopped
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*names, *links):
            path = Path(place, name)
            try:
                yield path, path.lstat()
            except OSError:
                continue


def _copy(top: Path, here: Path, there: Path, meter: Meter) -> None:
    there.mkdir(parents=True, exist_ok=True)
    for path, status in _walk(here, meter):
        target = there / path.relative_to(here)
        if stat.S_ISLNK(status.st_mode):
            # The interpreter of a virtual environment is a link that leads out, to be followed
            # and not written to; one that leads back into the project may not stay so.
            within = link_within(top, path)
            leads = os.readlink(path) if within is None else within  # noqa: PTH115
            if within is None and Path(os.path.realpath(path)).is_relative_to(top):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(leads)
        elif stat.S_ISREG(status.st_mode):
            meter.add(status.st_size)
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_file(path, target, status)
