"""What a run without the screen does with its result: to a file, as a patch, or to stdout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autocoder_tui.cli import EXIT_FAILED
from autocoder_tui.destination import Refused
from autocoder_tui.engine.reply import ReplyFile, render_files
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.delivery import patch_bytes, print_result
from autocoder_tui.headless.outcome import Outcome, file_report
from autocoder_tui.headless.saying import say
from autocoder_tui.job import Prepared, Reviewable, for_target, make_review
from autocoder_tui.review.proposal import FileReview, Review, Verdict
from autocoder_tui.review.warnings import leaves_code_out
from autocoder_tui.setup import Setup
from autocoder_tui.workspace.apply import Change, HardLinks, apply_changes
from autocoder_tui.workspace.applylog import ApplyLog
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import HardLinked, MissingFile, NotRecorded
from autocoder_tui.workspace.textfile import TextFile, read_text_file


class Delivery:
    """Hands out what a finished run proposed, as it would be if every hunk were accepted."""

    def __init__(self, setup: Setup, outcome: Outcome) -> None:
        self._setup = setup
        self._outcome = outcome

    def deliver(self, prepared: Prepared, output: Path | None) -> bool:
        """Whether the result left the program: with --json alone it does not.

        Raises AutocoderError, after which the outcome says that it was refused.
        """
        try:
            return self._deliver(prepared, output)
        except AutocoderError:
            self._outcome.status, self._outcome.exit_code = "refused", EXIT_FAILED
            raise

    def _deliver(self, prepared: Prepared, output: Path | None) -> bool:
        proposed = for_target(self._outcome.state.files, prepared.request.target)
        reviewable = make_review(prepared, proposed)
        if self._setup.demo and output is not None:
            reviewable = _in_place_of(reviewable, prepared.request.target, output)
        review = reviewable.review.all_verdict(Verdict.ACCEPTED)
        self._tell(reviewable, review)
        _check_complete(review)
        if self._setup.patch:
            return self.print(patch_bytes(reviewable))
        if output is not None:
            self._check_whole(review)
            self._write(prepared, reviewable, output)
            return True
        return self.print(_as_text(review))

    def print(self, data: bytes) -> bool:
        """Whether `data` was printed: with --json stdout belongs to the report."""
        if self._setup.json:
            return False
        print_result(data)
        return True

    def _tell(self, reviewable: Reviewable, review: Review) -> None:
        self._outcome.files = [file_report(file) for file in review.files]
        for path, reason in reviewable.refused:
            withheld = f"{path} is not offered: {reason}"
            self._outcome.warnings.append(withheld)
            say(withheld)
        for path, concerns in reviewable.warnings.items():
            for concern in concerns:
                self._outcome.warnings.append(f"{path}: {concern}")
                say(f"warning: {path}: {concern}")

    def _check_whole(self, review: Review) -> None:
        """Nobody looks before the file is replaced: where code was left out it is not."""
        left_out = [file.path for file in review.files if not file.is_new and leaves_code_out(file)]
        if left_out and not self._setup.despite_warnings:
            raise Refused(
                f"The model seems to have left code out of {', '.join(left_out)}; nothing was "
                "written. Add --despite-warnings to write it all the same."
            )

    def _write(self, prepared: Prepared, reviewable: Reviewable, output: Path) -> None:
        target = prepared.request.target
        wanted = str(output.name) if self._setup.demo else target
        file = next((file for file in reviewable.review.files if file.path == wanted), None)
        if file is None:
            names = ", ".join(file.path for file in reviewable.review.files)
            raise Refused(
                f"The model wrote {names} and not {target}; nothing was written. Name that file "
                "with -o, or say in the requirements which file to write."
            )
        for other in reviewable.review.files:
            if other.path != file.path:
                say(f"{other.path} was proposed too and is not written: only -o is.")
        root = output.parent if self._setup.demo else prepared.root
        change = Change(file.path, file.after, reviewable.originals[file.path])
        _apply(self._setup, root, change, prepared)
        say(f"wrote {output} ({file.lines})")


def _in_place_of(reviewable: Reviewable, target: str | None, output: Path) -> Reviewable:
    """The demo's file compared with the one where the user stands, under its name."""
    try:
        original: TextFile | None = read_text_file(output)
    except MissingFile:
        original = None
    before = None if original is None else original.text
    files = tuple(
        FileReview.of(output.name, before, file.after, file.complete, file.remark)
        if file.path == target
        else file
        for file in reviewable.review.files
    )
    originals = {**reviewable.originals, output.name: original}
    return replace(reviewable, review=Review(files), originals=originals)


def _check_complete(review: Review) -> None:
    partial = [file.path for file in review.files if not file.complete]
    if partial:
        raise Refused(
            f"{', '.join(partial)} did not arrive complete; nothing was written. Run again, or "
            "look at what came in history."
        )
    if not review.files:
        raise Refused(
            "The reply holds no file that may be written; nothing was written. The warnings say "
            "why: change the requirements and run again."
        )


def _apply(setup: Setup, root: Path, change: Change, prepared: Prepared) -> None:
    """Write one file, so that the full-screen program can undo it if there is a state folder."""
    log = ApplyLog.of_project(setup.state_dir, root) if setup.keeps else None
    title = proposed_message(prepared.request.requirements)
    hard_links: HardLinks = "ask"
    while True:
        try:
            apply_changes(root, [change], hard_links=hard_links, log=log, title=title)
            return
        except HardLinked:
            # Nobody can be asked: as a shell's `>` does, which breaks no link.
            hard_links = "in place"
            say(f"{change.path} has other names (hard links); they see the change too.")
        except NotRecorded:
            log = None
            say(f"{setup.state_dir} can't be written to, so this write can't be undone.")


def _as_text(review: Review) -> bytes:
    files = review.files
    if len(files) == 1:
        return files[0].after.encode("utf-8", "surrogateescape")
    framed = render_files([ReplyFile(file.path, file.after, True, "") for file in files])
    return framed.encode("utf-8", "surrogateescape")
