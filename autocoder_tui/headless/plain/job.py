"""What a run is set up with: files, requirements, target, mode and model."""

from __future__ import annotations

from typing import cast

from autocoder_tui.engine.base_url import check_base_url, with_scheme
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.headless.plain.review import standing
from autocoder_tui.runs.editor_text import edit_in_editor
from autocoder_tui.runs.setup import choose_model, obstacle
from autocoder_tui.runs.sole_model import served_model
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.system.editor import find_editor
from autocoder_tui.workspace.file_index import list_files
from autocoder_tui.workspace.file_search import FileSearch
from autocoder_tui.workspace.listing import expand_inputs
from autocoder_tui.workspace.paths import relative_name, resolve_target

_MOST_LISTED = 20


def tell_status(desk: Desk, _: str) -> None:
    """Say how everything stands."""
    talk, chosen = desk.talk, desk.chosen
    talk.tell(f"Project: {desk.setup.root}")
    if chosen is None:
        talk.tell("Model: none yet; model NAME chooses one.")
    else:
        talk.tell(f"Model: {chosen.model.name}, {chosen.endpoint.provider.name}")
        problem = obstacle(chosen, desk.setup.limits)
        if problem is not None:
            talk.tell(problem)
    talk.tell(f"Mode: {desk.mode}")
    tell_files(desk, "")
    if desk.mode != "query":
        talk.tell(f"File to write: {desk.target or 'whatever is proposed'}")
    lines = desk.requirements.strip().split("\n")
    more = f" and {len(lines) - 1} more lines" if len(lines) > 1 else ""
    talk.tell(f"Requirements: {lines[0] or 'none yet; ask writes them'}{more}")
    if desk.resumable:
        talk.tell("The last run is not complete: more goes on with it.")
    if desk.session is not None:
        talk.tell(f"Review: {standing(desk.session)}")


def tell_files(desk: Desk, _: str) -> None:
    """List the files that go along."""
    count = len(desk.picks)
    desk.talk.tell(f"Picked files: {count or 'none; add NAME picks one'}")
    for path in desk.picks:
        desk.talk.show(visible(path))


def add_files(desk: Desk, names: str) -> None:
    """Pick files by name, folder or pattern."""
    wanted = names.split() if not (desk.setup.root / names).exists() else [names]
    if not wanted:
        desk.talk.tell("Name what to add: a file, a folder, or a pattern such as src/**/*.py.")
        return
    found = expand_inputs(desk.setup.root, wanted)
    for name, reason in found.refused:
        desk.talk.tell(f"{name}: {reason}")
    added = [path for path in found.files if path not in desk.picks and _may_go(desk, path)]
    for warning in found.warnings:
        desk.talk.tell(warning)
    desk.picks += tuple(added)
    desk.talk.tell(f"{_files(len(added))} added, {_files(len(desk.picks))} picked.")


def _may_go(desk: Desk, path: str) -> bool:
    if not looks_secret(path):
        return True
    question = f"{path} may hold keys or passwords, and would be sent. Pick it?"
    return desk.talk.agrees(question)


def drop_files(desk: Desk, names: str) -> None:
    """Pick these no more; all of them with "all"."""
    if names == "all":
        desk.picks = ()
    else:
        gone = {names, *names.split()}
        missing = [name for name in names.split() if name not in desk.picks]
        if missing and names not in desk.picks:
            desk.talk.tell(f"Not picked: {', '.join(missing)}")
        desk.picks = tuple(path for path in desk.picks if path not in gone)
    desk.talk.tell(f"{_files(len(desk.picks))} picked.")


def find_files(desk: Desk, letters: str) -> None:
    """Find files by some letters of their names, and pick some of them by number."""
    found = FileSearch(list_files(desk.setup.root)).search(letters, desk.picks, most=_MOST_LISTED)
    if not found.paths:
        desk.talk.tell("No file has these letters in this order.")
        return
    desk.talk.listed(f"{found.total} found, the likeliest first:", found.paths)
    given = desk.talk.line("Numbers to pick, or nothing: ").replace(",", " ").split()
    chosen = [
        found.paths[int(number) - 1]
        for number in given
        if number.isdecimal() and 0 < int(number) <= len(found.paths)
    ]
    fresh = [path for path in chosen if path not in desk.picks and _may_go(desk, path)]
    desk.picks += tuple(dict.fromkeys(fresh))
    desk.talk.tell(f"{_files(len(fresh))} added, {_files(len(desk.picks))} picked.")


def write_requirements(desk: Desk, text: str) -> None:
    """Say what is wanted: on the same line, or on several."""
    desk.requirements = text or desk.talk.lines("What do you want?")
    desk.talk.tell("Noted. estimate says what a run would cost; run begins it.")


def edit_requirements(desk: Desk, _: str) -> None:
    """Write the requirements in $EDITOR."""
    editor = find_editor(desk.setup.environ)
    if editor.said:
        desk.talk.tell(editor.said)
    setup, before = desk.setup, desk.requirements
    left = edit_in_editor(before, "requirements.md", 0, setup.environ, setup.places.state)
    if left.remark:
        desk.talk.tell(left.remark)
    is_emptied = before.strip() and not left.text.strip()
    if is_emptied and not desk.talk.agrees("The editor saved nothing. Is that meant?"):
        return
    desk.requirements = left.text.rstrip("\n")
    lines = len(desk.requirements.splitlines())
    desk.talk.tell(f"The requirements have {lines} line{'s' * (lines != 1)} now.")


def choose_target(desk: Desk, name: str) -> None:
    """Name the one file to write; nothing for whatever is proposed."""
    root = desk.setup.root
    desk.target = relative_name(root, resolve_target(root, name)) if name else None
    desk.talk.tell(f"File to write: {desk.target or 'whatever is proposed'}")


def choose_mode(desk: Desk, name: str) -> None:
    """Have files written, at once or after questions, or a question answered."""
    if name in ("generate", "clarify", "query"):
        desk.mode = cast(Mode, name)
    else:
        desk.talk.tell(
            "mode generate has files written, mode clarify has you asked before, mode query has a "
            "question answered."
        )
    desk.talk.tell(f"Mode: {desk.mode}")


def choose(desk: Desk, name: str) -> None:
    """Choose a model by its name, of the server whose URL stands behind it; without one, list those
    there are."""
    if name:
        name, _, url = name.partition(" ")
        base_url = check_base_url(with_scheme(url)) if url.strip() else None
        desk.chosen = choose_model(desk.setup, name, base_url)
        for warning in desk.chosen.warnings:
            desk.talk.tell(warning)
        tell_model(desk)
        return
    names = [f"{model.name}, {model.provider}" for model in desk.setup.catalog.models]
    desk.talk.listed(
        "Models of the table; model NAME chooses one, model NAME URL one of a server:", names
    )


def tell_model(desk: Desk) -> None:
    """Say which model it is, and what is in its way."""
    chosen = desk.chosen
    if chosen is None:
        return
    desk.talk.tell(f"Model: {chosen.model.name}, {chosen.endpoint.provider.name}")
    problem = obstacle(chosen, desk.setup.limits)
    if problem is not None:
        desk.talk.tell(problem)


def begin(desk: Desk) -> None:
    """Set up what the command line and the settings say."""
    setup = desk.setup
    try:
        if desk.chosen is None:
            desk.chosen = choose_model(setup, desk.do(served_model(setup, desk.talk.tell)))
        for warning in desk.chosen.warnings:
            desk.talk.tell(warning)
    except AutocoderError as error:
        desk.talk.tell(error.message)
    if setup.task.mode not in ("generate", "query"):
        desk.talk.tell(
            f"The mode {setup.task.mode} is not part of the plain mode: back TEXT says what is "
            f"wrong with a proposal; autocoder-tui run --mode {setup.task.mode} does it by lines."
        )
    if setup.task.inputs:
        found = expand_inputs(setup.root, setup.task.inputs)
        for name, reason in found.refused:
            desk.talk.tell(f"{name}: {reason}")
        desk.picks = tuple(path for path in found.files if _may_go(desk, path))
    if setup.task.output is not None:
        try:
            desk.target = relative_name(setup.root, resolve_target(setup.root, setup.task.output))
        except AutocoderError as error:
            desk.talk.tell(error.message)


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"
