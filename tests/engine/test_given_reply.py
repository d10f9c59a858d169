"""A reply from elsewhere becomes files without a model."""

from __future__ import annotations

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import Event, FileProposed, RunFailed, RunFinished, TextDelta
from autocoder_tui.engine.given_reply import as_given, given_reply
from autocoder_tui.engine.prompt import first_messages, prompt_text
from autocoder_tui.engine.request import InputFile, Limits, RunRequest

MODEL = Model("some-model", "nobody")
NOWHERE = Endpoint(Provider("nobody", "http://127.0.0.1:9"))


def request(**more: object) -> RunRequest:
    return RunRequest("Change it.", MODEL, NOWHERE, **more)  # type: ignore[arg-type]


async def events_of(asked: RunRequest, text: str) -> list[Event]:
    return [event async for event in given_reply(asked, text)]


async def test_prose_around_fenced_files_is_notes_and_the_files_are_proposed() -> None:
    text = (
        "Sure!\n\n`a.py`\n```python\nx = 1\n```\n\n`b.py`:\n\n```python\ny = 2\n```\nThat is all.\n"
    )
    asked = request(files=(InputFile("a.py", "x = 0\n"),))
    events = await events_of(asked, text)
    assert events[0] == TextDelta(text)
    files = [event for event in events if isinstance(event, FileProposed)]
    assert [(file.path, file.before, file.after) for file in files] == [
        ("a.py", "x = 0\n", "x = 1\n"),
        ("b.py", None, "y = 2\n"),
    ]
    assert all(file.complete for file in files)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert "That is all." in last.notes


async def test_bare_code_is_taken_for_the_target() -> None:
    events = await events_of(request(target="a.py"), "def f():\n    return 1\n")
    (file,) = (event for event in events if isinstance(event, FileProposed))
    assert (file.path, file.after) == ("a.py", "def f():\n    return 1\n")
    assert isinstance(events[-1], RunFinished)


async def test_a_reply_that_ends_inside_a_file_is_incomplete_and_can_be_gone_on_with() -> None:
    events = await events_of(request(), '<file path="a.py">\nx = 1\ny =')
    (file,) = (event for event in events if isinstance(event, FileProposed))
    assert not file.complete
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert (last.error.kind, last.resumable) == ("incomplete", True)


async def test_talk_alone_proposes_nothing_and_says_what_to_do() -> None:
    for text in ("You should rename it.", "I'm sorry, I can't help with that."):
        *_, last = await events_of(request(), text)
        assert isinstance(last, RunFailed)
        assert "its target" in last.error.message


async def test_a_reply_beyond_the_limit_is_refused_whole() -> None:
    asked = request(limits=Limits(max_reply_bytes=10))
    (last,) = await events_of(asked, '<file path="a.py">\nx\n</file>\n')
    assert isinstance(last, RunFailed)
    assert last.error.kind == "output_too_large"


def test_a_given_reply_is_nobodys() -> None:
    given = as_given(request())
    assert given.model.name == "given reply"
    assert given.endpoint.key is None


def test_the_prompt_as_one_text_holds_all_that_would_be_sent() -> None:
    asked = request(files=(InputFile("a.py", "x = 0\n"),))
    for message in first_messages(asked):
        assert message["content"] in prompt_text(asked)
