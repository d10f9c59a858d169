"""How a review that was kept while its reply still came is read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.engine.edited_file import with_edits
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs import review_record
from autocoder_tui.runs.files_so_far import FilesSoFar
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.runs.review_record import review_as_left, review_to_keep
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.store.snapshot import SentFile
from tests.store.kept_runs import run

CHANGES = 40
OLD = "".join(f"line {number}\n" for number in range(CHANGES * 10))


def change(number: int) -> str:
    line = f"line {number * 10 + 5}\n"
    return f"<<<<<<< SEARCH\n{line}=======\nother {line}>>>>>>> REPLACE\n"


def test_a_file_of_many_changes_is_not_put_together_once_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text(OLD)
    reply = '<edit path="a.txt">\n' + "".join(map(change, range(CHANGES)))
    sent = (SentFile("a.txt", OLD),)
    kept = run("reply", "a" * 12, files=sent, target=None, project=str(tmp_path))
    kept = replace(kept, reply=reply, status="interrupted", files=())
    prepared = prepared_of(kept, model_as_sent(kept))
    files = FilesSoFar(prepared)
    assert files.look(reply[: reply.index(f"other line {CHANGES * 10 - 25}")], ())
    session = ReviewSession(files.reviewable(), tuple(files.whole.values()))
    session.coming = files.coming
    (file,) = session.review.files
    assert len(file.hunks) == CHANGES - 3
    session.decide(session.review.with_file(file.with_verdict(7, Verdict.REJECTED)))
    kept = replace(kept, review=review_to_keep(session))

    made: list[int] = []

    def counted(proposal: FileProposed, before: str) -> FileProposed:
        made.append(len(proposal.edits))
        return with_edits(proposal, before)

    monkeypatch.setattr(review_record, "with_edits", counted)
    found = review_as_left(kept, prepared)
    assert found is not None
    (file,) = found[0].files
    assert file.verdicts[7] is Verdict.REJECTED
    assert len(file.hunks) == CHANGES
    assert made == [CHANGES, CHANGES - 1, CHANGES - 2, CHANGES - 3]
