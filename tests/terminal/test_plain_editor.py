"""A person's own editor, opened by the plain mode in a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.terminal.test_plain import DUMB, Person, plain, project


def test_requirements_are_written_in_the_editor(tmp_path: Path) -> None:
    project(tmp_path)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "First line\\nsecond\\n" > "$1"\n')
    editor.chmod(0o755)
    environ = {**DUMB, "EDITOR": str(editor)}
    with plain(tmp_path, "http://127.0.0.1:1/v1", environ=environ) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("edit", "The requirements have 2 lines now.", "> ")
        person.does("status", "Requirements: First line and 1 more lines", "> ")
        person.leaves()


def test_ctrl_c_in_the_editor_is_the_editors(tmp_path: Path) -> None:
    project(tmp_path)
    editor = tmp_path / "editor"
    # The first knows what Ctrl+C means, as vi does; the second is ended by it.
    editor.write_text(
        """#!/bin/sh
        if [ -e "$0.once" ]; then trap - INT; else trap 'printf "\\nmore" >> "$1"; exit 0' INT; fi
        : > "$0.once"
        printf "Saved before." > "$1"
        sh -c "echo opened; exec sleep 60"
        """
    )
    editor.chmod(0o755)
    environ = {**DUMB, "EDITOR": str(editor)}
    with plain(tmp_path, "http://127.0.0.1:1/v1", environ=environ) as screen:
        person = Person(screen)
        person.hears("> ")
        person.does("edit", "opened")
        screen.press("\x03")
        person.hears("The requirements have 2 lines now.", "> ")
        person.does("edit", "opened")
        screen.press("\x03")
        heard = person.hears("so its changes were not taken.", "What it saved is in ", "> ")
        (kept,) = (tmp_path / "state").glob("edited-*")
        assert kept.name in "".join(heard.split("\n"))
        assert kept.read_text() == "Saved before."
        person.does("status", "Requirements: Saved before. and 1 more lines", "> ")
        person.leaves()
