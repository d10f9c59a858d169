"""Committing what was written last."""

from __future__ import annotations

from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.commit import commit, proposed_message
from autocoder_tui.workspace.commit_remark import commit_remark
from autocoder_tui.workspace.errors import CannotCommit
from autocoder_tui.workspace.git import find_git


def commit_write(desk: Desk, message: str) -> None:
    """Commit the files of the last write, and nothing else. Raises CannotCommit."""
    talk, log = desk.talk, desk.writes
    if find_git(desk.setup.root) is None:
        raise CannotCommit(
            "This project is not in a git repository, so there is nothing to commit to."
        )
    entry = None if log is None else log.last_applied()
    if log is None or entry is None:
        talk.tell("Nothing that was written in this project is left to commit: write comes first.")
        return
    paths = [file.target for file in entry.record.files]
    talk.tell(f"To be committed: {', '.join(map(visible, paths))}.")
    remark = commit_remark(log, entry)
    if remark:
        talk.tell(f"warning: {remark}")
    proposed = proposed_message(entry.record.title)
    if not message and proposed:
        talk.tell(f"Proposed message: {proposed}")
    message = message or talk.line("Message, empty for the one proposed: ").strip() or proposed
    if not message:
        talk.tell("A commit needs a message, so nothing was committed.")
        return
    if not talk.agrees(f"Commit as {message}?", default=not remark):
        talk.tell("Nothing was committed.")
        return
    talk.tell(f"Committed: {commit(desk.setup.root, paths, message)}")
    if desk.session is not None:
        desk.session.committed(entry.record.id)
