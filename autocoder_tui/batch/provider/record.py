"""What is kept on disk of a provider batch: its jobs, the files sent, and how far each has come.

Everything is written before the step that it makes possible, so that a program killed anywhere
finds out at its next start what it has asked for and pays for nothing twice.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from autocoder_tui.batch.provider.frozen_job import FrozenJob
from autocoder_tui.engine.provider.batch_lines import MOST_BYTES, MOST_REQUESTS
from autocoder_tui.errors import AutocoderError
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass

FOLDER: Final = "provider-batches"
_JOBS: Final = "jobs.jsonl"
_RECORD: Final = "record.json"


class NoSuchBatch(AutocoderError):
    kind = "no_such_batch"


@dataclass(frozen=True, slots=True)
class Submission:
    """One file of requests on its way. `file` and `results` are names in the batch's folder;
    `label` is told to the provider. `status`: "written", "uploaded", "submitted", "collected",
    "cleared" (nothing of it lies at the provider any more); "exported" where another program
    answers it. `said` is what went wrong with it as a whole."""

    file: str
    label: str
    round: int
    requests: int
    base_url: str
    model: str
    status: str = "written"
    file_id: str = ""
    batch_id: str = ""
    server_status: str = ""
    completed: int = 0
    failed: int = 0
    results: tuple[str, ...] = ()
    server_files: tuple[str, ...] = ()
    said: str = ""

    @property
    def open(self) -> bool:
        return self.status in ("written", "uploaded", "submitted")


class RequestFile:
    """A file of requests while it is written. `place`: base URL and model they all go to."""

    def __init__(self, file: Path, place: tuple[str, str]) -> None:
        self.file = file
        self.place = place
        self.requests = 0
        self._bytes = 0
        self._open = file.open("wb")

    def takes(self, line: bytes) -> bool:
        """Whether a file with `line` keeps to the limits; an empty one takes any line, which the
        server then refuses by name."""
        return not self.requests or (
            self.requests < MOST_REQUESTS and self._bytes + len(line) <= MOST_BYTES
        )

    def add(self, line: bytes) -> None:
        self._open.write(line)
        self.requests += 1
        self._bytes += len(line)

    def close(self) -> None:
        self._open.flush()
        os.fsync(self._open.fileno())
        self._open.close()


@dataclass(frozen=True, slots=True)
class Forgiven:
    """The failures of job `number` in these files of results are no failures any more: somebody
    wants it tried once more."""

    number: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    submissions: tuple[Submission, ...] = ()
    imported: tuple[str, ...] = ()
    forgiven: tuple[Forgiven, ...] = ()
    mark: str = ""


@dataclass(slots=True)
class BatchRecord:
    """The folder of one batch. All methods block and raise OSError.

    `mark` tells its labels from those of an earlier record of the same batch, whose results are
    gone from the provider.
    """

    folder: Path
    submissions: list[Submission] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    forgiven: list[Forgiven] = field(default_factory=list)
    mark: str = ""
    _offsets: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.folder.name

    @classmethod
    def create(cls, state: Path, batch_id: str) -> BatchRecord:
        """An empty one. It counts from `begin` on; what was left of one that never began goes."""
        folder = state / FOLDER / batch_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _JOBS).unlink(missing_ok=True)
        return cls(folder, mark=uuid.uuid4().hex[:6])

    def add_job(self, job: FrozenJob) -> None:
        with (self.folder / _JOBS).open("a", encoding="utf-8") as lines:
            lines.write(job.line())

    def begin(self) -> None:
        """All jobs are in."""
        with (self.folder / _JOBS).open("a", encoding="utf-8") as lines:
            os.fsync(lines.fileno())
        self.save()

    @classmethod
    def open(cls, state: Path, reference: str) -> BatchRecord:
        """The batch of this id, or the beginning of one. Raises NoSuchBatch."""
        found = [record for record in cls.all(state) if record.id.startswith(reference)]
        exact = [record for record in found if record.id == reference]
        if len(exact or found) != 1:
            many = "More than one batch begins" if found else "There is no batch that begins"
            raise NoSuchBatch(
                f"{many} with “{reference[:40]}”. autocoder-tui batch list names them all."
            )
        return (exact or found)[0]

    @classmethod
    def all(cls, state: Path) -> list[BatchRecord]:
        """Every batch that can be read, the latest last."""
        folders = [file.parent for file in (state / FOLDER).glob(f"*/{_RECORD}")]
        records = [cls._read(folder) for folder in folders]
        known = [record for record in records if record is not None]
        return sorted(known, key=lambda record: (record.folder / _JOBS).stat().st_mtime)

    @classmethod
    def _read(cls, folder: Path) -> BatchRecord | None:
        try:
            data: Any = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            kept: _Record = read_value(_Record, data)
        except (OSError, ValueError):
            return None
        lists = list(kept.submissions), list(kept.imported), list(kept.forgiven)
        return cls(folder, *lists, kept.mark)

    def save(self) -> None:
        lists = tuple(self.submissions), tuple(self.imported), tuple(self.forgiven)
        kept = _Record(*lists, self.mark)
        write_atomically(self.folder / _RECORD, json.dumps(value_data(kept), indent=1) + "\n")

    def jobs(self) -> Iterator[FrozenJob]:
        """One after the other, each read when it is its turn. Raises ValueError for damage."""
        with (self.folder / _JOBS).open(encoding="utf-8") as lines:
            for line in lines:
                yield FrozenJob.read(line)

    def job(self, number: int) -> FrozenJob | None:
        """One job, None where it is not among them. Raises ValueError for damage."""
        # Several threads may ask at once: what they find is whole, whoever of them makes it.
        offsets = self._offsets = self._offsets or self._lines_of_jobs()
        if number not in offsets:
            return None
        with (self.folder / _JOBS).open("rb") as lines:
            lines.seek(offsets[number])
            return FrozenJob.read(lines.readline().decode())

    def _lines_of_jobs(self) -> dict[int, int]:
        """Where the line of each job begins, in bytes."""
        offsets, offset = {}, 0
        with (self.folder / _JOBS).open("rb") as lines:
            for line in lines:
                offsets[FrozenJob.number_in(line.decode())] = offset
                offset += len(line)
        return offsets

    def result_files(self) -> list[Path]:
        names = [name for sent in self.submissions for name in sent.results]
        return [self.folder / name for name in (*names, *self.imported)]

    def forgive(self, number: int) -> None:
        """Let what failed of job `number` be sent again."""
        names = tuple(file.name for file in self.result_files())
        others = [one for one in self.forgiven if one.number != number]
        self.forgiven = [*others, Forgiven(number, names)]
        self.save()

    def forgives(self, number: int, file: Path) -> bool:
        """Whether a failure of this job in this file counts no more."""
        return any(one.number == number and file.name in one.files for one in self.forgiven)

    def remove(self) -> None:
        """Everything has been delivered; the runs are in history."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_requests(self, number: int, part: RequestFile) -> Submission:
        """Take a file of requests of round `number` in, before anybody is told of it."""
        at = 1 + sum(sent.round == number for sent in self.submissions)
        name = f"requests-{number}-{at}.jsonl"
        part.file.replace(self.folder / name)
        label = "-".join(filter(None, (self.id, self.mark, f"{number}-{at}")))
        sent = Submission(name, label, number, part.requests, *part.place)
        self.submissions.append(sent)
        self.save()
        return sent

    def change(self, sent: Submission, **changes: Any) -> Submission:
        """`sent` as it is now, written down."""
        at = next(i for i, other in enumerate(self.submissions) if other.label == sent.label)
        self.submissions[at] = changed = replace(self.submissions[at], **changes)
        self.save()
        return changed

    def requests_of(self, sent: Submission) -> list[str]:
        """The ids of the requests in its file, in order."""
        with (self.folder / sent.file).open(encoding="utf-8") as lines:
            return [str(json.loads(line)["custom_id"]) for line in lines]
