"""What stands on the screen of one project, kept so that a later start finds it again.

The requirements as typed, the picks, the target, the model, which review is open: one small
JSON file, replaced as a whole. It lies in the state folder under a name made from the
project's path.

Two programs on one project must not write over each other, so there are slots: each has its
own file, and a lock held for as long as the program that took it lives. The system drops the
lock when the program dies, however that happens. A start takes the first free slot in which
something was left, else the first free one. What was written in other free ones stays there
for as many programs as there were; until then it is found among the drafts of any.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autocoder_tui.engine.purpose import MODES, Mode
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.project_folder import project_folder
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import FileLock, lock
from autocoder_tui.values import dataclass

if TYPE_CHECKING:
    from autocoder_tui.engine.clarification import Clarification

MOST_DRAFTS = 20
"""Replaced drafts that are kept; the oldest goes first."""
_MOST_BYTES = 64 * 1024 * 1024
_ABANDONED_SECONDS = 30 * 86400
_NAME = re.compile(r"slot-(\d{1,4})\.(?:json|lock)")


@dataclass(frozen=True, slots=True)
class Typed:
    """Text typed in the dialog called `title`, which began as the text that `base` identifies."""

    title: str
    base: str
    text: str


@dataclass(frozen=True, slots=True)
class Session:
    """What a person left on the screen of one project.

    `picks` and `target` are relative to the project. `model` and `base_url` name the model,
    "" where none was chosen. `review` is the id of the run whose review is open, or "".
    `drafts` are requirements that were never sent and had to make room, newest first.
    `typed` is what stood in dialogs that were open. `requirements` are those of `mode`; `texts`
    has what stands in the editors of the other modes. `saved_at` is seconds since 1970.
    """

    requirements: str = ""
    picks: tuple[str, ...] = ()
    target: str = ""
    model: str = ""
    base_url: str = ""
    review: str = ""
    drafts: tuple[str, ...] = ()
    typed: tuple[Typed, ...] = ()
    saved_at: float = 0.0
    mode: Mode = "generate"
    texts: Mapping[Mode, str] = field(default_factory=dict)
    conversation: str = ""
    asked_last: str = ""
    """The thread of the conversation that is open, and the run at the end of what is shown of it;
    "" where there is none."""
    clarification: Clarification | None = None
    """What the model asked before it writes, and the answers."""

    @property
    def has_work(self) -> bool:
        """Whether there is anything a person would miss."""
        return bool(
            self.requirements.strip()
            or self.picks
            or self.target
            or self.review
            or self.typed
            or any(text.strip() for text in self.texts.values())
            or self.conversation
            or (self.clarification is not None and not self.clarification.sent)
        )

    def same_work(self, other: Session) -> bool:
        """Whether both say the same, whenever they were saved."""
        return asdict(self) | {"saved_at": 0} == asdict(other) | {"saved_at": 0}


class SessionSlot:
    """One program's place. `session` is what was left in it; `number` counts from 1.

    `others` is how many programs are open on the project besides. `elsewhere` are
    the texts, not sent, in places of programs that are not open any more. `problems` are sentences
    to show: what was left could not be read, or nothing can be kept.
    """

    def __init__(self, folder: Path, root: Path, number: int, lock: int | None) -> None:
        self.number = number
        self.session = Session()
        self.others = 0
        self.elsewhere: tuple[str, ...] = ()
        self.problems: list[str] = []
        self._folder = folder
        self._root = root
        self._lock = lock

    @property
    def file(self) -> Path:
        return _file(self._folder, self.number)

    def save(self, session: Session) -> None:
        """Replace what is kept, at once or not at all. Blocking; raises OSError."""
        data = asdict(session) | {"root": str(self._root), "saved_at": time.time()}
        if session.clarification is not None:
            from autocoder_tui.engine.clarification import as_plain

            data["clarification"] = as_plain(session.clarification)
        _make_folder(self._folder)
        write_atomically(self.file, json.dumps(data))

    def forget_elsewhere(self, text: str) -> None:
        """`text` was sent, or stands here now: it is wanted in no free slot any more. Blocking."""
        self.elsewhere = tuple(other for other in self.elsewhere if other != text)
        with contextlib.suppress(OSError):
            for number in _numbers(self._folder):
                if number != self.number and _file(self._folder, number).exists():
                    self._forget_in(number, text)

    def _forget_in(self, number: int, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            slot = SessionSlot(
                self._folder, self._root, number, _try_lock(_lock_file(self._folder, number))
            )
            try:
                left = _read(slot.file)
                if text in _texts(left):
                    drafts = tuple(draft for draft in left.drafts if draft != text)
                    kept = "" if left.requirements == text else left.requirements
                    slot.save(replace(left, requirements=kept, drafts=drafts))
            finally:
                slot.release()

    def release(self) -> None:
        """Give the slot up; what is kept in it stays."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def claim(state: Path, root: Path) -> SessionSlot:
    """Take a slot of the project at `root`. Blocking; never fails: see `problems`."""
    root = Path(os.path.realpath(root))
    folder = project_folder(state, root)
    try:
        _make_folder(folder)
        return _claim(folder, root)
    except OSError as error:
        # What is there can perhaps be read all the same.
        slot = SessionSlot(folder, root, 1, None)
        with contextlib.suppress(OSError, ValueError):
            slot.session = _read(slot.file)
        slot.problems.append(cannot_keep(folder, error))
        return slot


def _claim(folder: Path, root: Path) -> SessionSlot:
    free: list[SessionSlot] = []
    others = 0
    for number in _numbers(folder):
        if free and not _file(folder, number).exists() and not _lock_file(folder, number).exists():
            break
        try:
            lock = _try_lock(_lock_file(folder, number))
        except BlockingIOError:
            others += 1
            continue
        slot = SessionSlot(folder, root, number, lock)
        _fill(slot)
        free.append(slot)
    if not free:
        return _claim(folder, root)  # others were quicker
    chosen = next((slot for slot in free if slot.session.has_work), free[0])
    chosen.others = others
    chosen.problems = [problem for slot in free for problem in slot.problems]
    for slot in free:
        if slot is not chosen:
            chosen.elsewhere += _texts(slot.session)
            slot.release()
    chosen.elsewhere = tuple(
        text for text in dict.fromkeys(chosen.elsewhere) if text != chosen.session.requirements
    )
    return chosen


def _texts(session: Session) -> tuple[str, ...]:
    return tuple(text for text in (session.requirements, *session.drafts) if text.strip())


def _numbers(folder: Path) -> list[int]:
    """Every slot there is, and the first there is not."""
    known = {
        int(found.group(1))
        for path in folder.iterdir()
        if (found := _NAME.fullmatch(path.name)) is not None
    }
    known.add(next(number for number in itertools.count(1) if number not in known))
    return sorted(known)


def _try_lock(file: Path) -> int | None:
    """The lock on a slot, None where the file system has none. Raises BlockingIOError when
    another has it, and OSError."""
    descriptor = open_descriptor(file, os.O_RDWR | os.O_CREAT)
    try:
        locked = lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    if locked is FileLock.OURS:
        return descriptor
    os.close(descriptor)
    if locked is FileLock.TAKEN:
        raise BlockingIOError(errno.EWOULDBLOCK, "another program has this place")
    return None


def _fill(slot: SessionSlot) -> None:
    """Read what was left in `slot`; what can't be read is set aside and named."""
    try:
        slot.session = _read(slot.file)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        aside = slot.file.with_suffix(f".damaged-{time.time_ns()}")
        said = "What was on the screen of this project last time can't be read"
        try:
            slot.file.rename(aside)
        except OSError:
            slot.problems.append(f"{said}: {_why(error)}.")
        else:
            slot.problems.append(f"{said}: {_why(error)}. It was set aside as {aside}.")


def _read(file: Path) -> Session:
    """Raises OSError, or ValueError for what is no session."""
    with file.open("rb") as opened:
        data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError("it is too large")
    try:
        values = json.loads(data)
        return _session(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("the file is damaged") from error


def _session(values: Mapping[str, Any]) -> Session:
    return Session(
        requirements=_text(values["requirements"]),
        picks=tuple(map(_text, values.get("picks", ()))),
        target=_text(values["target"]),
        model=_text(values["model"]),
        base_url=_text(values["base_url"]),
        review=_text(values.get("review", "")),
        drafts=tuple(map(_text, values.get("drafts", ()))),
        typed=tuple(
            Typed(_text(one["title"]), _text(one["base"]), _text(one["text"]))
            for one in values.get("typed", ())
        ),
        saved_at=float(values.get("saved_at", 0)),
        mode=_mode(values.get("mode", "generate")),
        texts={_mode(mode): _text(text) for mode, text in values.get("texts", {}).items()},
        conversation=_text(values.get("conversation", "")),
        asked_last=_text(values.get("asked_last", "")),
        clarification=_clarification(values.get("clarification")),
    )


def _clarification(asked: Any) -> Clarification | None:
    if not asked:
        return None
    from autocoder_tui.engine.clarification import from_plain

    return from_plain(asked)


def _mode(value: object) -> Mode:
    found = next((mode for mode in MODES if mode == value), None)
    if found is None:
        raise ValueError("mode")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _why(error: Exception) -> str:
    return error.strerror or "unknown error" if isinstance(error, OSError) else str(error)


def cannot_keep(folder: Path, error: OSError) -> str:
    """The sentence for what stands on the screen not being kept."""
    return (
        f"What stands on the screen can't be kept in {visible(str(folder))} "
        f"({(error.strerror or 'unknown error').lower()}): it will be gone when the program ends. "
        "Make room, or set AUTOCODER_TUI_STATE_DIR to a folder that can be written."
    )


def forget_abandoned_sessions(state: Path) -> None:
    """Remove what was kept for projects that are gone and were not opened for a month."""
    with contextlib.suppress(OSError):
        for folder in (state / "sessions").iterdir():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads((folder / "slot-1.json").read_bytes())
                idle = time.time() - folder.stat().st_mtime
                # A project on a drive that is away just now is not gone.
                if not os.path.lexists(data["root"]) and idle > _ABANDONED_SECONDS:
                    shutil.rmtree(folder)


def _file(folder: Path, number: int) -> Path:
    return folder / f"slot-{number}.json"


def _lock_file(folder: Path, number: int) -> Path:
    return folder / f"slot-{number}.lock"


def _make_folder(folder: Path) -> None:
    # A mode is given to the last folder of a path only.
    for part in (folder.parent.parent, folder.parent, folder):
        part.mkdir(parents=True, exist_ok=True, mode=0o700)
