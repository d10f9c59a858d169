"""The README and the manual: nothing is missing, every link leads somewhere, and what they name of
the program (commands, flags, settings, variables) is there."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from autocoder_tui.cli.arguments import tui_parser
from autocoder_tui.cli.docs import DOCS, pages
from autocoder_tui.cli.every_parser import commands
from autocoder_tui.config.settings import setting_names
from tests.bench.report.quote import quote, quoted

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS: Final = {
    ROOT / "README.md": README,
    **{page: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))},
}
LINKED: Final = [*TEXTS, ROOT / "autocoder_tui/README.md", ROOT / ".github/CONTRIBUTING.md"]
# Flags of other programs, and of commands of the tests.
FOREIGN: Final = frozenset(
    [
        "--full",
        "--rm",
        "--user",
        "--model",
        "--profile",
        "--version",
        "--help",
        "--sample",
        "--host",
        "--port",
    ]
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings."""
    text = without_code(page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = without_code(page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"", text)
    for link in (first or second for first, second in links):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_listed_once_and_linked_from_the_readme() -> None:
    linked = re.findall(r"\]\((\w+\.md)\)", TEXTS[DOCS / "README.md"])
    assert sorted(linked) == sorted(page.name for page in TEXTS if page.parent == DOCS)[1:]
    assert len(pages()) == len(linked)
    for page in pages():
        file = page.name.replace("-", "_") + ".md"
        assert file in linked
        assert f"](autocoder_tui/docs/{file})" in README


def test_the_readme_is_short_and_its_two_commands_stand_in_it() -> None:
    assert README.count("\n") < 250
    assert "    python -m pip install . && autocoder-tui --demo\n" in README
    assert '    python -m pip install -e ".[dev]" && python -m pytest ' in README


def test_the_readme_quotes_the_report_of_speed() -> None:
    assert quoted(TEXTS[DOCS / "speed.md"]) in README, "python -m tests.bench.report writes it"


def test_a_new_report_takes_the_place_of_the_one_quoted(tmp_path: Path) -> None:
    report = TEXTS[DOCS / "speed.md"]
    copy = tmp_path / "README.md"
    copy.write_text(README, encoding="utf-8")
    begin = report.index("| Start to first paint |")
    newer = report[:begin] + report[begin:].replace("| ", "| \\1 ", 2)
    with pytest.raises(KeyError):
        quote(newer, copy)
    newer = report.replace("Measured on ", "Measured on \\1 ", 1)
    quote(newer, copy)
    assert copy.read_text(encoding="utf-8") == README.replace("Measured on ", "Measured on \\1 ")


def spans(text: str) -> list[str]:
    """What stands between backticks, in one line each."""
    plain = re.sub(r"^(```.*?^```|    .*?)$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(it.split()) for it in re.findall(r"`([^`]+)`", plain)]


def shown_commands(text: str) -> list[str]:
    """The command lines of a page: indented, between fences of the shell, or in a sentence."""
    text = text.replace("\\\n", " ")
    fenced = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^    +(.*)$", without_code(text), re.MULTILINE) + fenced.split("\n")
    found = []
    for line in lines + [it for it in spans(text) if "..." not in it and "[" not in it]:
        for part in re.split(r" (?:\||&&) ", re.split(r"\s+# |   ", line.strip())[0]):
            command = re.search(r"(?:^|\s)(autocoder-tui(?: .*)?)$", part.split(" > ")[0])
            if command:
                found.append(command[1])
    return found


def parsed(command: str) -> None:
    words = shlex.split(command)[1:]
    if "--" in words:
        parsed(shlex.join(["autocoder-tui", *words[words.index("--") + 1 :]]))
        words = words[: words.index("--")]
    known = commands()
    if len(words) == 1 and words[0] in known:
        return  # the name of the command, which may not do alone
    if words and words[0] in known:
        known[words[0]].parse_args(words[1:])
    else:
        tui_parser().parse_args(words)


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_every_command_that_is_shown_is_understood(page: Path) -> None:
    for command in shown_commands(TEXTS[page]):
        try:
            parsed(command)
        except SystemExit as end:
            pytest.fail(f"{command}: {end}")


def test_there_are_commands_to_try() -> None:
    assert sum(len(shown_commands(text)) for text in TEXTS.values()) > 80
    with pytest.raises(SystemExit):
        parsed("autocoder-tui run --no-such-flag")


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    found: set[str] = set()
    for action in parser._actions:
        found.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found |= flags_of(below)
    return found


def test_every_flag_that_is_named_is_there() -> None:
    there = flags_of(tui_parser()) | FOREIGN
    for parser in commands().values():
        there |= flags_of(parser)
    for page, text in TEXTS.items():
        named = {flag for it in spans(text) for flag in re.findall(r"(?<![\w-])--[a-z-]+", it)}
        assert named <= there, (name(page), named - there)


def test_every_setting_and_variable_that_is_named_is_there() -> None:
    settings = set(setting_names())
    sections = {it.partition(".")[0] for it in settings}
    code = "".join(
        file.read_text(encoding="utf-8", errors="replace")
        for file in [*ROOT.glob("autocoder_tui/**/*.py"), *ROOT.glob("tests/**/*.py")]
    )
    for page, text in TEXTS.items():
        for span in spans(text):
            setting = re.fullmatch(r"([a-z]+)\.([a-z_]+)(?: = .+)?", span)
            if setting and setting[1] in sections and setting[2] not in {"db", "toml", "py"}:
                assert f"{setting[1]}.{setting[2]}" in settings, (name(page), span)
        for variable in re.findall(r"AUTOCODER_TUI_[A-Z_]+", text):
            assert variable in code, (name(page), variable)
