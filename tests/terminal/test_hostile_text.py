"""Text from models, servers, files, names and branches, in every place it is shown: the terminal
receives no sequence that the framework itself does not send, and nothing that hides."""

import json
import re
import unicodedata
from pathlib import Path

from autocoder_tui.demo.script import Received, Reply, error_reply
from tests.terminal.program import Pseudoterminal, serving, terminal
from tests.terminal.sequences import Token, TokenReader

# Clear, title, clipboard, link, device control, C1 forms, bidi, invisible, markup that would act.
EVIL = (
    "A\x1b[2J\x1b]0;owned\x07\x1b]52;c;T1dORUQ=\x07\x1b]8;;http://evil.test\x07B\x1bP1$q\x1b\\\x1bc"
    "\x9b31m\x9d0;owned\x9c\x90q\x9c\u202e\u2066\u200b\ufeff\u2028\u0085\ufe0f\x00\x07\x08\r"
    "e" + "\u0301" * 12 + "[@click=app.quit]C[/] [bold red]D[/x] [/]Z"
)
NAME = EVIL.replace("\x00", "").replace("/", "")
PRIVATE = {
    "7",
    "25",
    "1000",
    "1003",
    "1004",
    "1006",
    "1015",
    "1016",
    "1049",
    "2004",
    "2026",
    "2048",
}
ALLOWED = re.compile(r"[\d;]*m|\d+;\d+H|\?(\d+)[hl]|\?(?:2026|2048)\$p|>\d+u|<u|2[23];2t")
POINTER = re.compile(r"22;[a-z-]+")
TITLE = re.compile(r"2;(.{0,30} · )?((a|the) run [a-z ]+ · |asks you something · )?autocoder-tui")
HIDDEN = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ue000]"
)


def is_clean(tokens: list[Token]) -> None:
    for kind, body in tokens:
        if kind == "csi":
            found = ALLOWED.fullmatch(body)
            assert found, f"CSI {body!r}"
            assert found.group(1) is None or found.group(1) in PRIVATE, body
        elif kind == "osc":
            assert POINTER.fullmatch(body) or TITLE.fullmatch(body), f"OSC {body!r}"
            assert not HIDDEN.search(body), repr(body)
        elif kind == "control":
            assert body in "\r\n", repr(body)
        else:
            assert kind == "text", (kind, body)
            assert not HIDDEN.search(body), repr(body)
            assert "\u0301" * 5 not in body
            assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in body)


def says_it(screen: Pseudoterminal) -> bool:
    """Whether something hostile is on show, as the marks that stand for it."""
    return "␛[2J" in screen.picture.text or "␛]0" in screen.picture.text


def script(received: Received) -> Reply:
    asked = received.messages[-1]["content"]
    if "fail" in asked:
        return error_reply(400, EVIL, code=EVIL)
    body = "".join(f"{EVIL.replace(chr(13), '')} {n}\n" for n in range(20))
    return Reply(
        f'{EVIL}\n<file path="a.py">\n{body}</file>\n<file path="{NAME}">\nx\n</file>\n{EVIL}\n',
        reasoning=EVIL * 3,
        headers={"x-request-id": "x"},
    )


def hostile_project(folder: Path) -> Path:
    project = folder / NAME[:60].strip()
    project.mkdir(parents=True)
    (project / NAME[:80]).write_text(EVIL, newline="")
    (project / f"dir{NAME[:40]}").mkdir()
    (project / "a.py").write_text("".join(f"{NAME[:-3]} {n}\n" for n in range(9)), newline="")
    git = project / ".git"
    git.mkdir()
    (git / "HEAD").write_text(f"ref: refs/heads/{EVIL}\n")
    return project


def configured(folder: Path, base_url: str) -> None:
    config = folder / "config"
    (config / "themes").mkdir(parents=True)
    (config / "themes" / "evil.toml").write_text(f"name = {json.dumps(EVIL[:60])}\n")
    text = json.dumps(EVIL, ensure_ascii=True)
    (config / "config.toml").write_text(f"[ui]\ntheme = {text}\n[keys]\n{text} = {text}\n")
    (config / "models.toml").write_text(f"[[models]]\nname = {text}\nprovider = {text}\n")


def test_every_screen(tmp_path: Path) -> None:
    project = hostile_project(tmp_path)
    with serving(script, models=[EVIL, "[/]x", "m"]) as server:
        configured(tmp_path, server.base_url)
        flags = [
            "--base-url",
            server.base_url,
            "-m",
            "m",
            "-r",
            f"Write {EVIL.replace(chr(0), '')}",
        ]
        with terminal(tmp_path, *flags, "-d", "3", project=project, size=(140, 45)) as screen:
            screen.until_shows("Requirements", "m · ", "a.py")
            screen.until(lambda: says_it(screen))

            def look(*keys: str, shows: str = "", then: str = "escape") -> None:
                screen.press(*keys)
                if shows:
                    screen.until_shows(shows)
                if then:
                    screen.press(then)
                    if then == "escape" and shows:
                        screen.until_gone(shows)

            # Typed and pasted text, in the requirements and in the line for the target.
            screen.press("f3", f"\x1b[200~{EVIL}\x1b[201~")
            look("f1", shows="type a key, or words")
            look("ctrl+p", "theme", shows="Change theme")
            look("ctrl+o", shows="Choose (Enter)")
            screen.press("ctrl+o")
            screen.until_shows("Choose (Enter)")
            screen.press("\x0e")
            screen.until_shows("A server of your own")
            screen.press(f"{server.base_url}", "enter")
            screen.until_shows("2 models")
            screen.press("escape")
            screen.until_gone("A server of your own")

            # An error of the server, then a reply with everything in it.
            screen.press("f3", "fail", "ctrl+r")
            screen.until_shows("✗ failed")
            screen.press("f3")
            screen.until_shows("━Requirements")
            screen.press("\x7f\x7f\x7f\x7f", "ctrl+r")
            screen.until_shows("undecided", seconds=15)
            for pane in ("f9", "f4", "f5"):
                screen.press(pane)
                screen.until_shows("[" + {"f9": "Log", "f4": "Output", "f5": "Review"}[pane])
                screen.until(lambda: says_it(screen))
            for mark in ("Check", "Notes", "Reasoning", "Log"):
                screen.press("f8")
                screen.until_shows(f"[{mark}")
            screen.press("f5")
            screen.until_shows("[Review", "n Next")
            screen.until_shows("hold hidden or text-direction characters")
            look("!", shows="Warnings", then="c")
            screen.until_gone("Warnings")
            for key in ("t", "w", "t", "w", "v", "v", "/"):
                screen.press(key)
            screen.until_gone("n Next")
            screen.press("J")
            screen.until_shows("/ J")
            screen.press("escape")
            # Right behind an Escape a key would be one with Alt.
            screen.until_gone("/ J")
            screen.until_shows("n Next")
            screen.press("Z", "]", "[")
            look("y", shows="Copy")
            look("e", shows="line endings", then="")
            screen.press("a")
            screen.until_shows("1 of 1 accepted")
            look("ctrl+l", shows="Day (d)")
            assert not (project / "owned").exists()
            screen.press("ctrl+q")
            assert screen.ended() == 0
            is_clean(screen.tokens)
            assert not screen.picture.bells
        assert len(server.requests) == 2


def test_nothing_is_lost_of_it_on_disk(tmp_path: Path) -> None:
    """Marks are for the screen: what is accepted is written as it came."""
    body = "".join(f"{EVIL.replace(chr(13), '')} {n}\n" for n in range(3))
    with serving([Reply(f'<file path="b.txt">\n{body}</file>\n')]) as server:
        flags = ["run", "--base-url", server.base_url, "-m", "m", "-r", "Write.", "-o", "b.txt"]
        with terminal(tmp_path, *flags) as screen:
            assert screen.ended() == 0
            is_clean([token for token in screen.tokens if token != Token("csi", "K")])
    assert (tmp_path / "project" / "b.txt").read_bytes().decode() == body


def test_headless_on_a_terminal(tmp_path: Path) -> None:
    project = hostile_project(tmp_path)
    with serving(script, models=[EVIL]) as server:
        configured(tmp_path, server.base_url)
        where = ["--base-url", server.base_url, "-m", "m"]
        for flags in (
            ["run", *where, "-r", "Write.", "-i", "a.py", NAME[:80], "-d", "3"],
            ["run", *where, "-r", "Write.", "-d", "3", "--patch"],
            ["run", *where, "-r", "please fail", "-d", "3"],
            ["run", *where, "-r", "Write.", "-i", EVIL.replace("\x00", "")],
            ["run", "-r", "Write.", "-m", EVIL.replace("\x00", "")],
            ["run", "-c", NAME],
            ["usage"],
            ["-l"],
            [NAME, NAME],
            ["--theme", "x", "-d", NAME],
        ):
            with terminal(tmp_path, *flags, project=project) as screen:
                assert screen.ended() in (0, 1, 2)
                assert b"Traceback" not in screen.written
                progress = {Token("csi", "K")}
                is_clean([token for token in screen.tokens if token not in progress])


def test_a_branch_git_itself_would_not_take(tmp_path: Path) -> None:
    """The header shows it as marks; no git command is given it as anything but a name."""
    project = hostile_project(tmp_path)
    with terminal(
        tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-m", "m", project=project
    ) as screen:
        screen.until_shows("Requirements", "m · ")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_clean(screen.tokens)


def test_the_check_itself_finds_what_it_is_for() -> None:
    for bad in (
        "\x1b[2J",
        "\x1b]0;x\x07",
        "\x1b]52;c;QQ==\x07",
        "\x9b31m",
        "a\u202eb",
        "\x1bc",
        "\x07",
    ):
        try:
            is_clean(list(TokenReader().feed(bad.encode())))
        except AssertionError:
            continue
        raise AssertionError(f"{bad!r} was let through")
