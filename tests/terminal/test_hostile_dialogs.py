"""The same hostile text in every dialog, and in what is kept of a run: each start of the program
goes through many of them. Every screen and every question there is stands in a list here."""

import ast
import json
import pkgutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

from textual.screen import Screen

import autocoder_tui.ui
from autocoder_tui.demo.script import Received, Reply, error_reply
from tests.terminal.program import Pseudoterminal, serving, terminal
from tests.terminal.test_hostile_text import (
    EVIL,
    NAME,
    configured,
    hostile_project,
    is_clean,
    says_it,
)

KEY = "sk-proj-" + "A1b2C3d4E5" * 5
ASKED = EVIL.replace("\x00", "").replace("\r", "")
# With keys in it that would act: leave, accept the file, write it, quit.
PASTED = f"\x1b[200~{ASKED}\x1b\x1b\x1bA\r\x1b[17~\x11\x1b[201~"
SIZE = (112, 36)

SCREENS = {
    "BatchScreen": "Review (Enter)",
    "Choice": "Copy",
    "ClarificationScreen": "Asked before writing",
    "CommitMessage": "Commit (Ctrl+S)",
    "EndpointForm": "A server of your own",
    "FiguresHelp": "What the figures mean",
    "Finder": "Find files",
    "FirstSteps": "No API key for",
    "HistoryScreen": "History",
    "KeyCapture": "Press the new key",
    "KeysHelp": "Keys",
    "LineDialog": "A note on this run",
    "ModelPicker": "Model",
    "Palette": "type what you want to do",
    "PromptList": "Earlier prompts",
    "Question": "Write 1 file?",
    "QuitQuestion": "A run is under way",
    "RecoveredRuns": "Not finished last time",
    "RunComparison": "Two runs compared",
    "RunView": "5  About",
    "InstructionDialog": "Made of your feedback",
    "NoteDialog": "Reject with a note",
    "PreferenceDialog": "Remember this",
    "RoundsScreen": "Rounds of feedback",
    "SettingsScreen": "type to find a setting",
    "ShownText": "move through them",
    "StepConversation": "Request 1 of",
    "StepQuestion": "asked again later",
    "TextDialog": "Paste a reply",
    "ThemeList": "type to find a theme",
    "UnbiddenQuestion": "g Go on · l Look first",
    "TooLarge": "Too much for the context window",
    "UnplacedChanges": "A change without a place",
    "UsageScreen": "Usage",
    "MainScreen": "Requirements",
}
"""Every kind of screen, with words that are only shown on it."""

QUESTIONS = {
    "A run is under way",
    "Changed since",
    "Check commands",
    "Copy",
    "Delete all for good?",
    "Delete this run for good?",
    "Discard it?",
    "Drop what you typed?",
    "Export to",
    "Go on where it stopped?",
    "A note on this run",
    "New batch",
    "No price known",
    "Replace the review?",
    "Paste a reply",
    "Propose this block as",
    "Redo this write?",
    "Reject with a note",
    "Run this project's checks?",
    "Several jobs write the same file",
    "Spending cap",
    "The file exists",
    "The server asks to wait",
    "There are warnings",
    "There may be keys in this",
    "Undo this write?",
    "Warnings",
    "What the model is told in every run",
    "Write 1 file?",
}
"""The titles of every question that is asked below."""

OF_FINDER = {"Find files"}
"""Tried in test_hostile_finder."""
NOT_ASKED = {
    "It has ended meanwhile": "a fixed sentence",
    "A step is under way": "fixed sentences",
    "Save the picks as": "a number, and a name to type, the same screen as A note on this run",
    "Save the requirements as": "a fixed sentence, and a name to type in the same screen",
    "A batch is under way": "a number of jobs, and a fixed sentence",
    "Delete this conversation for good?": "a name, the same screen as Delete this run",
    "Context window": "a number to type, the same screen as A note on this run",
    "Changed meanwhile": "the sentence of Changed since, in the same screen",
    "More than one name": "the same flow as Changed meanwhile, with another name for the file",
    "Edit the change: what it looks for": "the same screen as Reject with a note",
    "Edit the change: what shall stand there": "the same screen as Reject with a note",
    "No undo": "needs a state folder that can't be written; holds the path of that folder",
    "Not available": "holds names of the person's own configuration",
    "Not checked": "a result in numbers, and a fixed sentence",
    "This control file is not usable": "sentences with marks, tried in tests/ui/test_control_files",
    "Replace the file?": "the name a person has just typed",
    "The requirements have changed": "numbers, and a fixed sentence",
    "Read-only": "the same flow as Changed meanwhile",
    "The editor saved nothing": "a fixed sentence",
    "The proposal is not kept": "a fixed sentence",
    "The server may cut this prompt": "numbers, and the name of the person's own model",
    "This looks like a secret": "a path, as the list of files shows it",
}
"""The others, each with the reason. All go through `Question`, which shows text as marks."""


OF_GIVEN_REPLIES = {
    "A change without a place",
    "Check commands",
    "Paste a reply",
    "Run this project's checks?",
}
OF_QUESTIONS = {"Asked before writing"}
OF_MODES = {
    "Made of your feedback",
    "Propose this block as",
    "Remember this",
    "Rounds of feedback",
    "The file exists",
    "What the model is told in every run",
}
OF_BATCHES = {"Review (Enter)", "New batch", "Several jobs write the same file"}
OF_PROJECTS = {
    "g Go on · l Look first",
    "asked again later",
    "Go on where it stopped?",
    "move through them",
    "Request 1 of",
}
ABOUT_SIZE_AND_MONEY = {"No API key for", "Too much for the context window", "Spending cap"}


class Drive:
    """One start of the program, driven from screen to screen. `seen` is what was waited for."""

    def __init__(self, screen: Pseudoterminal) -> None:
        self.screen = screen
        self.seen: set[str] = set()

    def shows(self, *texts: str) -> None:
        self.screen.until_shows(*texts)
        self.seen.update(texts)

    def look(self, *keys: str, shows: str, then: str = "escape", evil: bool = True) -> None:
        """Press `keys`, wait for what they open, and close it with `then`."""
        self.screen.press(*keys)
        self.shows(shows)
        if evil:
            self.screen.until(lambda: says_it(self.screen))
        self.screen.press(then)
        self.screen.until_gone(shows)

    def requirements(self, text: str) -> None:
        self.screen.press("f3")
        self.shows("━Requirements")
        self.screen.press(text)

    def quit(self) -> None:
        self.screen.press("ctrl+q")
        assert self.screen.ended() == 0
        is_clean(self.screen.tokens)
        assert not self.screen.picture.bells


def script(received: Received) -> Reply:
    asked = str(received.messages[1]["content"])
    if "zzz" in asked:
        return error_reply(429, EVIL, code=EVIL, headers={"retry-after": "9999"})
    body = "".join(f"{ASKED} {n}\n" for n in range(20))
    files = f'<file path="a.py">\n{body}</file>\n<file path="{NAME[:30]}.py">\nx\n</file>\n'
    slow = 0.02 if "slowly" in asked else None
    return Reply(f"{EVIL}\n{files * 3 if slow else files}{EVIL}\n", reasoning=EVIL, delay=slow)


def real_project(folder: Path) -> Path:
    """In a real repository, with a file that holds a key."""
    project = hostile_project(folder)
    (project / ".git" / "HEAD").unlink()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / "a.py").write_text(f"{ASKED}\nkey = '{KEY}'\n")
    return project


def asks_before_it_sends(drive: Drive) -> None:
    drive.requirements("zzz")
    drive.look("ctrl+r", shows="There may be keys in this", then="s")
    drive.look(shows="No price known", then="w")
    drive.look(shows="The server asks to wait", then="s")
    drive.shows("✗ failed")
    drive.requirements("\x7f" * 3)
    drive.screen.press("ctrl+r")
    drive.shows("undecided", "n Next")


def decides(drive: Drive, target: Path) -> None:
    screen = drive.screen
    # A paste is none of the keys it is made of, least of all where keys decide.
    screen.press(PASTED)
    drive.look("!", shows="Warnings", then="c")
    screen.until_shows(" 0 of ")
    assert KEY in target.read_text()
    drive.look("y", shows="Copy", evil=False)
    screen.press("N")
    drive.shows("Reject with a note")
    screen.press(PASTED)
    screen.until_shows("T1dORUQ=")
    drive.look("escape", shows="Drop what you typed?", then="d", evil=False)
    screen.until_gone("Reject with a note")
    drive.look("a", "enter", shows="Write 1 file?", then="c")
    drive.look("A", shows="There are warnings", then="a")
    drive.look("ctrl+r", shows="Replace the review?", then="b")
    # Its warnings have been answered: nothing is left to ask.
    screen.press("enter")
    drive.shows("✓ written")
    assert KEY not in target.read_text()


def commits_and_undoes(drive: Drive, target: Path) -> None:
    drive.look("c", shows="Commit (Ctrl+S)")
    target.write_text("changed\n")
    drive.look("U", shows="Undo this write?", then="u")
    drive.look(shows="Changed since", then="o")
    drive.screen.until(lambda: KEY in target.read_text())
    drive.shows("Ctrl+Y redoes")
    drive.look("ctrl+y", shows="Redo this write?", then="r")
    drive.screen.until(lambda: KEY not in target.read_text())
    drive.shows("again written")


def looks_through_history(drive: Drive) -> None:
    screen = drive.screen
    screen.press("f6")
    drive.shows("History", "X delete all", "today", "d diff")
    screen.until(lambda: says_it(screen))
    screen.press("enter")
    drive.shows("5  About")
    for tab, title in zip("2345", ("Requirements", "Notes", "Reasoning", "About"), strict=True):
        screen.press(tab)
        drive.shows(f"[{title}]")
    drive.look("1", shows="5  About")
    for key, title in (("e", "Export to"), ("n", "A note on this run")):
        screen.press(key)
        drive.shows(title)
        screen.press(PASTED)
        screen.until_shows("owned")
        drive.look(shows=title, then="enter")
    screen.press(" ", "down")
    drive.look("c", shows="Two runs compared")
    drive.look("x", shows="Delete this run for good?")
    drive.look("X", shows="Delete all for good?", evil=False)
    screen.press("/", "q7q7 ", PASTED)
    drive.shows("No run has these words")
    screen.press("escape")
    screen.until_gone("No run has these words")
    screen.press("escape")
    screen.until_gone("X delete all")


def looks_through_the_rest(drive: Drive, evil_url: str) -> None:
    screen = drive.screen
    drive.requirements("")
    drive.look("alt+p", shows="Earlier prompts")
    # Its ESC is to be one with the letter, and with nothing that comes before or behind.
    drive.screen.press("f2", "f3")
    drive.shows("━Requirements")
    drive.screen.press("alt+p")
    drive.shows("Earlier prompts")
    drive.look("q7q7", PASTED, shows="None of them has these words", evil=False)
    screen.press("f9")
    drive.shows("[Log")
    screen.press("3")
    screen.until(lambda: says_it(screen))
    screen.press("/", PASTED)
    drive.look(shows="only “", evil=False)
    drive.look("ctrl+l", shows="Usage", evil=False)
    drive.look("alt+m", shows="What the figures mean", evil=False)
    drive.look("f1", shows="type a key, or words", evil=False)
    drive.seen.add("Keys")
    drive.look("ctrl+p", shows="type what you want to do", evil=False)
    screen.press("ctrl+p", PASTED)
    screen.until_shows("Nothing has these words")
    screen.press("escape")
    screen.until_gone("Nothing has these words")
    drive.look("f10", shows="type to find a setting", evil=False)
    screen.press("f10", PASTED)
    screen.until_shows("Nothing has these words")
    screen.press("escape")
    drive.shows("type to find a setting")
    screen.press(*"usage.show", "enter")
    drive.look(shows="Press the new key", evil=False)
    screen.press("escape", "escape")
    screen.until_gone("Settings ─")
    screen.press("ctrl+p", *"change theme", "enter")
    drive.look(shows="type to find a theme", evil=False)
    screen.press("ctrl+o")
    drive.shows("Model", "Choose (Enter)")
    screen.press("\x0e")
    drive.shows("A server of your own")
    screen.press(evil_url, "enter", "enter")
    # What that server said of itself, as marks.
    screen.until(lambda: "A␛[2J" in screen.picture.text)
    screen.press("escape")
    screen.until_gone("A server of your own")
    screen.press("escape")
    screen.until_gone("Choose (Enter)")


class EvilServer(BaseHTTPRequestHandler):
    """Refuses everything, with hostile words for it."""

    def do_GET(self) -> None:
        error = {"error": {"message": EVIL, "code": EVIL, "type": EVIL}}
        body = json.dumps(error).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def evil_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EvilServer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_what_is_asked_shown_and_kept(tmp_path: Path) -> None:
    project, seen = real_project(tmp_path), set[str]()
    with serving(script, models=["m"]) as server, evil_server() as evil_url:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m"]
        flags = ["-r", ASKED, "-i", "a.py", "--max-cost", "1"]
        with terminal(tmp_path, *at, *flags, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Requirements", "m · ", "✓ a.py")
            asks_before_it_sends(drive)
            decides(drive, project / "a.py")
            commits_and_undoes(drive, project / "a.py")
            looks_through_history(drive)
            looks_through_the_rest(drive, evil_url)
            with terminal(tmp_path, *at, project=project, size=SIZE) as second:
                other = Drive(second)
                other.shows("Another autocoder-tui is open")
                other.quit()
            drive.requirements("slowly")
            screen.press("ctrl+r")
            drive.shows("running")
            screen.press("f4")
            drive.shows("[Output")
            drive.shows("1  A␛[2J")
            drive.look("ctrl+q", shows="A run is under way", then="s")
            screen.process.kill()
            screen.ended()
            is_clean(screen.tokens)
            seen |= drive.seen
        with terminal(tmp_path, *at, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Not finished last time", "Esc asks later")
            screen.until(lambda: says_it(screen))
            drive.look("d", shows="Discard it?", then="b")
            drive.shows("Not finished last time", "Esc asks later")
            screen.press("r")
            drive.shows("undecided")
            drive.quit()
            seen |= drive.seen
        with terminal(tmp_path, *at, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("undecided", "open again")
            drive.quit()
    assert (set(SCREENS.values()) | QUESTIONS) - seen == (
        ABOUT_SIZE_AND_MONEY
        | OF_GIVEN_REPLIES
        | OF_BATCHES
        | OF_QUESTIONS
        | OF_MODES
        | OF_PROJECTS
        | OF_FINDER
    )


PRICED = """
[providers.here]
base_url = "%s"
key_variable = "LOCAL_API_KEY"

[[models]]
name = "priced"
provider = "here"
input_price = "100"
output_price = "100"
context_length = 4000
max_tokens = 1000
"""


def test_what_is_asked_about_size_and_money(tmp_path: Path) -> None:
    project, seen = hostile_project(tmp_path), set[str]()
    (project / "b.py").write_text(f"{ASKED}\n" * 400)
    with serving(script, models=["priced"]) as server:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.toml").write_text(PRICED % server.base_url)
        flags = ["-r", ASKED, "-i", "a.py", "b.py", "--max-cost", "0.001"]
        with terminal(tmp_path, "-m", "gpt-4o-mini", project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.look(shows="No API key for")
            drive.quit()
            seen |= drive.seen
        with terminal(tmp_path, "-m", "priced", *flags, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Requirements", "priced · ", "✓ b.py")
            screen.press("ctrl+r")
            drive.shows("Too much for the context window")
            screen.press(" ")
            drive.shows("fits")
            screen.press("enter")
            screen.until_gone("Too much for the context window", "✓ b.py")
            drive.look("ctrl+r", shows="Spending cap", then="s")
            drive.quit()
            seen |= drive.seen
    assert seen >= ABOUT_SIZE_AND_MONEY


def test_what_comes_from_elsewhere(tmp_path: Path) -> None:
    """Changes without a place and commands of the project, in a reply that a file holds."""
    project, reply = hostile_project(tmp_path), tmp_path / "reply.md"
    block = f"<<<<<<< SEARCH\n{ASKED}\nnowhere()\n=======\n{ASKED}\n>>>>>>> REPLACE\n"
    reply.write_text(f'<edit path="a.py">\n{block}</edit>\n<file path="b.py">\nx = 1\n</file>\n')
    with serving(script, models=["m"]) as server:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m"]
        with terminal(
            tmp_path, "review", str(reply), ".", *at, project=project, size=SIZE
        ) as screen:
            drive = Drive(screen)
            drive.shows("A change has no place", "i says where")
            drive.look("i", shows="A change without a place")
            screen.press("C")
            drive.shows("Check commands")
            screen.press("echo ", PASTED)
            screen.until_shows("T1dORUQ=")
            screen.press("\x13")
            drive.look(shows="Run this project's checks?", then="d", evil=False)
            screen.press("f2", "P")
            drive.shows("Paste a reply")
            screen.press(PASTED)
            screen.until_shows("T1dORUQ=")
            drive.look("escape", shows="Drop what you typed?", then="d", evil=False)
            screen.until_gone("Paste a reply")
            drive.quit()
    assert drive.seen >= OF_GIVEN_REPLIES
    assert not server.requests


def test_what_a_model_asks(tmp_path: Path) -> None:
    """Hostile questions, suggestions and assumptions, and an answer that was pasted."""
    project, said = hostile_project(tmp_path), " ".join(EVIL.split())
    lines = [f"QUESTION: {said}?", f"- {said} one", f"- {said} two", f"ASSUME: {said} three"]
    replies = [Reply("\n".join(lines)), Reply("DONE")]
    with serving(replies, models=["m"]) as server:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m", "--mode", "clarify", "-r", ASKED]
        with terminal(tmp_path, *at, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Requirements", "m · ")
            screen.press("ctrl+r")
            drive.shows("Asked before writing", "Question 1 of")
            screen.until(lambda: says_it(screen))
            screen.press(PASTED)
            screen.until_shows("T1dORUQ=")
            screen.press("enter")
            screen.until_shows("nothing left to ask")
            screen.until(lambda: says_it(screen))
            drive.look("enter", shows="Requirements with your answers", then="escape")
            screen.press("escape")
            screen.until_gone("Asked before writing")
            drive.quit()
    assert drive.seen >= OF_QUESTIONS


def test_a_batch(tmp_path: Path) -> None:
    """Control files with hostile names, which write the same file, and a server that refuses."""
    project = hostile_project(tmp_path)
    with evil_server() as evil_url:
        (project / "jobs").mkdir()
        name = "A\x1b[2J\u202eB"
        for number in range(2):
            job = {
                "requirements": ASKED,
                "output_file": "out.py",
                "model": "m",
                "base_url": evil_url,
            }
            (project / "jobs" / f"{name}{number}.json").write_text(json.dumps(job))
        configured(tmp_path, evil_url)
        at = ["--base-url", evil_url, "-m", "m"]
        with terminal(tmp_path, *at, project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Requirements", "m · ")
            screen.press("f2", "Q")
            drive.shows("New (Enter)")
            screen.press("n")
            drive.shows("New batch")
            screen.press("jobs", "enter")
            drive.shows("Several jobs write the same file")
            screen.press("o")
            screen.until_shows("✗", "A␛[2J")
            drive.shows("Review (Enter)")
            screen.press("escape")
            screen.until_gone("Review (Enter)")
            drive.quit()
    assert drive.seen >= OF_BATCHES


HOSTILE_STEP = """\
async def evil_step(context):
    %s
    for _ in range(2):
        await context.ask_person(%s, [%s], assume=%s)
    reply = await context.ask(%s)
    context.say(reply)
    await context.generate(%s)
    return reply
"""


def test_the_steps_of_a_project(tmp_path: Path) -> None:
    """A step, what it asks, tells and gets, a configuration and a prompt, all of them hostile."""
    project, text = hostile_project(tmp_path), ascii(EVIL)
    (project / ".autocoder" / "steps").mkdir(parents=True)
    (project / ".autocoder" / "prompt").write_text(ASKED)
    step = HOSTILE_STEP % ((text,) * 6) + f"# {ASKED}\n"
    (project / ".autocoder" / "steps" / "evil_step.py").write_text(step, newline="")
    says = json.dumps(EVIL.replace("\r", "")).replace("/", "\\u002f")
    table = f'[steps.mine]\nsummary = {says}\nsteps = ["evil_step", "propose"]\n'
    (project / ".autocoder-tui.toml").write_text(table, newline="")
    with serving(script, models=["m"]) as server:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m"]
        flags = ["project", ".", *at]
        with terminal(tmp_path, *flags, "--steps", "mine", project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("r runs", "evil_step")
            drive.look("t", shows="Which steps?")
            drive.look("p", shows="What you want")
            screen.press("r")
            drive.shows("move through them")
            screen.until(lambda: says_it(screen))
            screen.press("y")
            drive.shows("asked again later")
            screen.until(lambda: says_it(screen))
            screen.press(PASTED)
            screen.until_shows("T1dORUQ=")
            screen.press("enter")
            screen.until_shows(" 1. A", "asked again later")
            screen.press("\x13")
            screen.until_gone("asked again later")
            drive.shows("undecided", "n Next")
            screen.press("f12")
            screen.until_shows("waits for your review")
            drive.look("\x1b[H", "v", "[", shows="Request 1 of")
            screen.press("e")
            screen.until_shows("This text has line endings")
            drive.quit()
        with terminal(tmp_path, *flags, project=project, size=SIZE) as screen:
            drive.screen = screen
            drive.shows("Go on where it stopped?")
            drive.look(shows="g Go on · l Look first", then="l", evil=False)
            screen.until(lambda: says_it(screen))
            drive.quit()
    assert drive.seen >= OF_PROJECTS


def in_modes(received: Received) -> Reply:
    """An answer with a block, an instruction, or a file."""
    system, asked = (str(received.messages[at]["content"]) for at in (0, -1))
    if "Write nothing but the instruction" in system:
        return Reply(f"{ASKED}\n")
    if "Markdown" in system:
        return Reply(f"{EVIL}\n\n```python a.py\n{ASKED}\n```\n\n{EVIL}\n")
    count = asked.count(ASKED)
    return Reply(f'<file path="a.py">\n{ASKED}\n{count} {EVIL}\n</file>\n')


def test_what_is_shown_and_asked_in_the_modes(tmp_path: Path) -> None:
    project = hostile_project(tmp_path)
    (project / "a.py").write_text(f"{ASKED}\nsecond\n")
    (project / ".autocoder").mkdir()
    (project / ".autocoder" / "preferences.md").write_text("- Use tabs.\n")
    with serving(in_modes, models=["m"]) as server:
        configured(tmp_path, server.base_url)
        at = ["--base-url", server.base_url, "-m", "m", "-r", ASKED, "-i", "a.py"]
        with terminal(tmp_path, *at, "--mode", "query", project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Question", "m · ", "✓ a.py")
            screen.press("ctrl+r")
            drive.shows("a.py", "tokens")
            # The question shows it too: the block is there at the answer's end.
            drive.shows("✓ done")
            screen.until(lambda: says_it(screen))
            screen.press("f4", "]", "enter")
            drive.shows("Propose this block as")
            screen.press("enter")
            drive.look(shows="The file exists", then="b", evil=False)
            drive.quit()
            seen = drive.seen
        with terminal(tmp_path, *at, "--mode", "generate", project=project, size=SIZE) as screen:
            drive = Drive(screen)
            drive.shows("Requirements", "m · ", "✓ a.py")
            screen.press("ctrl+r")
            drive.shows("undecided", "n Next")
            screen.press("f3")
            drive.shows("━Requirements")
            screen.press("\x0e", "\x0e")
            drive.shows("━What is wrong")
            screen.press(PASTED, "ctrl+r")
            drive.shows("Made of your feedback")
            screen.until(lambda: says_it(screen))
            drive.look("\x02", shows="Remember this")
            screen.press("\x13")
            screen.until_gone("Made of your feedback")
            drive.shows("undecided", "n Next")
            screen.press("f5")
            drive.look("o", shows="Rounds of feedback")
            screen.press("f2")
            drive.look(",", shows="What the model is told in every run", evil=False)
            drive.quit()
            seen |= drive.seen
    assert seen >= OF_MODES


def test_every_screen_is_in_the_list() -> None:
    for module in pkgutil.walk_packages(autocoder_tui.ui.__path__, "autocoder_tui.ui."):
        import_module(module.name)

    def kinds(kind: type[Any]) -> Iterator[type[Any]]:
        for below in kind.__subclasses__():
            yield below
            yield from kinds(below)

    ours = {kind.__name__ for kind in kinds(Screen) if kind.__module__.startswith("autocoder_tui.")}
    bases = {"CoveredScreen", "Dialog", "FilteredList", "GroupedList", "PanedScreen", "Unbidden"}
    assert ours - bases == set(SCREENS)


def test_every_question_is_in_a_list() -> None:
    titles = set()
    for file in Path(autocoder_tui.ui.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                titles |= set(_titles(node))
    by_name = {"Undo this write?", "Redo this write?", "Reject with a note", "Write 1 file?"}
    by_name.add("Paste a reply")
    assert titles | by_name == QUESTIONS | set(NOT_ASKED)


def _titles(call: ast.Call) -> Iterator[str]:
    """What a call that asks something is given as a title, where that is written there."""
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr  # type: ignore[attr-defined]
    if name in (
        "Question",
        "Reason",
        "UnbiddenQuestion",
        "LineDialog",
        "Choice",
        "_ask",
        "_sure",
        "ask",
        "ask_which",
    ):
        for argument in call.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
                return
