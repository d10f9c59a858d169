"""What a run without the screen does with its result: to a file, as a patch, or to stdout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.reply.parse import ReplyFile, render_files
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.console import say
from autocoder_tui.headless.delivery import patch_bytes, print_result
from autocoder_tui.headless.exit_codes import EXIT_FAILED
from autocoder_tui.headless.outcome import Outcome, file_report
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.review.line_ends import asks_for_ends
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.comparison import compared
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proof import Tried, tried_part
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable, without_rejected
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change, HardLinks
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import HardLinked, MissingFile, NotRecorded
from autocoder_tui.workspace.output_path import Refused
from autocoder_tui.workspace.textfile import TextFile, read_text_file


class Delivery:
    """Hands out what a finished run proposed, as it would be if every hunk were accepted."""

    def __init__(self, setup: Setup, outcome: Outcome, earlier: Review | None = None) -> None:
        """`earlier` is the review of the run that this one mends."""
        self._setup = setup
        self._outcome = outcome
        self._earlier = earlier

    def tried(self, prepared: Prepared, output: Path | None) -> tuple[Review, Tried]:
        """What would be delivered, to be tried before it is: as a review in which nothing is
        decided, and laid out. Raises AutocoderError as `deliver` does."""
        try:
            reviewable = self._reviewable(prepared)
            _check_complete(reviewable.review)
            chosen = [
                file
                for file in reviewable.review.files
                if output is None or file.path == prepared.request.target
            ]
            wanted = Review(tuple(chosen)).all_verdict(Verdict.ACCEPTED)
            return reviewable.review, tried_part(reviewable, wanted)
        except AutocoderError:
            self._outcome.status, self._outcome.exit_code = "refused", EXIT_FAILED
            raise

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
        reviewable = self._reviewable(prepared)
        if self._setup.demo and output is not None:
            reviewable = _in_place_of(reviewable, prepared.request.target, output)
        review = reviewable.review.all_verdict(Verdict.ACCEPTED)
        self._tell(reviewable, review)
        _check_placed(reviewable, self._outcome.state.run_id)
        _check_complete(review)
        if self._setup.result.patch:
            self._check_concerns(reviewable)
            self._check_ends(prepared, review)
            return self.print(patch_bytes(reviewable))
        if output is not None:
            self._check_ends(prepared, review)
            self._write(prepared, reviewable, output)
            return True
        return self.print(_as_text(reviewable))

    def _reviewable(self, prepared: Prepared) -> Reviewable:
        """What is proposed; of files that stand from an earlier proposal without what a person
        rejected there."""
        made = make_review(prepared, self._outcome.state.files, self._earlier)
        return without_rejected(made)

    def print(self, data: bytes) -> bool:
        """Whether `data` was printed: with --json stdout belongs to the report."""
        if self._setup.result.json:
            return False
        print_result(data)
        return True

    def _tell(self, reviewable: Reviewable, review: Review) -> None:
        self._outcome.files = [file_report(file) for file in review.files]
        for path, reason in reviewable.refused:
            withheld = f"{path} is not offered: {reason}"
            self._outcome.warnings.append(withheld)
            say(withheld)
        for file in review.files:
            looked_at = reviewable.remarks(file)
            for concern in (*looked_at, *reviewable.warnings.get(file.path, ())):
                self._warn(f"{file.path}: {concern}")

    def _warn(self, warning: str) -> None:
        if warning not in self._outcome.warnings:
            self._outcome.warnings.append(warning)
            say(f"warning: {warning}")

    def _check_ends(self, prepared: Prepared, review: Review) -> None:
        """Nobody looks, and a reply that says the file again with other line ends is no answer to
        anything but a question about those."""
        asked = asks_for_ends(prepared.request.requirements) or self._setup.result.despite_warnings
        ends = [f"{file.path} ({file.changed_ends})" for file in review.files if file.changed_ends]
        if ends and not asked:
            raise Refused(
                f"The reply changes nothing but line ends in {', '.join(ends)}; nothing was "
                "written. Add --despite-warnings to write it, or ask for line ends."
            )

    def _check_concerns(self, reviewable: Reviewable, *paths: str) -> None:
        """Nobody looks before the file is replaced, or the patch applied: what would most likely
        do damage is refused. Of `paths` alone, where some are given."""
        found = [
            f"{visible(path)}: {concern.message}"
            for path, concerns in reviewable.concerns.items()
            for concern in concerns
            if concern.blocks and (not paths or path in paths)
        ]
        found += [
            f"{visible(file.path)}: {sentence}"
            for file in reviewable.review.files
            if not paths or file.path in paths
            for sentence in reviewable.returned(file)
        ]
        if found and not self._setup.result.despite_warnings:
            what = "printed" if self._setup.result.patch else "written"
            raise Refused(
                f"Nothing was {what}, for nobody looks at it first. {' '.join(found)} Add "
                f"--despite-warnings to have it {what} all the same: with --resume "
                f"{self._outcome.state.run_id or 'last'} no new request is made."
            )

    def _write(self, prepared: Prepared, reviewable: Reviewable, output: Path) -> None:
        target = prepared.request.target
        wanted = str(output.name) if self._setup.demo else target
        file = next((file for file in reviewable.review.files if file.path == wanted), None)
        if file is None:
            names = ", ".join(visible(file.path) for file in reviewable.review.files)
            raise Refused(
                f"The model wrote {names}, not the file that was asked for, {target}; nothing was "
                "written. Name that file with -o, or say in the requirements which file to write."
            )
        if file.acts:
            raise Refused(
                f"The reply {_ACTS[file.action]} {file.names}, and -o writes nothing but text to "
                "its file; nothing was changed. Print it as a patch (--patch) and apply that, or "
                "review it on the screen."
            )
        self._check_concerns(reviewable, file.path)
        for other in reviewable.review.files:
            if other.path != file.path:
                what = _LEFT.get(other.action, "was proposed too and is not written")
                say(f"{other.names} {what}: only -o is.")
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
    files = tuple(
        compared(output.name, original, file.after, file.complete, file.remark)
        if file.path == target
        else file
        for file in reviewable.review.files
    )
    originals = {**reviewable.originals, output.name: original}
    concerns = review_concerns(files)
    return replace(reviewable, review=Review(files), originals=originals, concerns=concerns)


def _check_placed(reviewable: Reviewable, run_id: str) -> None:
    """A change without a place is not left out behind anybody's back."""
    found = [
        f"{visible(file.path)}: {len(file.edits.unplaced)} of the changes "
        f"{'has' if len(file.edits.unplaced) == 1 else 'have'} no place. "
        f"{file.edits.unplaced[0].said}"
        for file in reviewable.review.files
        if file.edits is not None and file.edits.unplaced
    ]
    if found:
        raise Refused(
            f"{' '.join(found)} Nothing was written. The reply is kept: place them in the "
            f"program (autocoder-tui resume {run_id or 'last'}), or run again."
        )


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
    log = ApplyLog.of_project(setup.places.state, root) if setup.places.keeps else None
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
            say(f"{setup.places.state} can't be written to, so this write can't be undone.")


_ACTS = {"delete": "deletes", "rename": "renames"}
_LEFT = {
    "delete": "was to be deleted and is not written",
    "rename": "was to be renamed and is not written",
}


def _as_text(reviewable: Reviewable) -> bytes:
    """One file as it would be on disk, in UTF-8; several in frames."""
    files = reviewable.review.files
    acts = [f"{_ACTS[file.action]} {file.names}" for file in files if file.acts]
    if acts:
        raise Refused(
            f"The reply {', '.join(acts)}, which no text on stdout can do; nothing was printed. "
            "Print it as a patch (--patch) or a report (--json), or review it on the screen."
        )
    if len(files) == 1:
        original = reviewable.originals[files[0].path]
        text = files[0].after if original is None else original.with_ends(files[0].after)
        return text.encode("utf-8", "surrogateescape")
    framed = render_files([ReplyFile(file.path, file.after, True, "") for file in files])
    return framed.encode("utf-8", "surrogateescape")
