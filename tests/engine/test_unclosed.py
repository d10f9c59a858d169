"""A framed file that lacks nothing but its closing line."""

from __future__ import annotations

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import FileProposed, RequestStarted, RunFailed, RunFinished
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import InputFile
from autocoder_tui.engine.run import run
from tests.engine.test_run import events_of, joined, of, request_to

OLD = "def add(a, b):\n    return a + b\n\n\ndef main():\n    print(add(1, 2))\n"
NEW = OLD.replace("\n\ndef main", "\n\ndef sub(a, b):\n    return a - b\n\n\ndef main")
OPEN = f'<file path="a.py">\n{NEW}'


@pytest.mark.parametrize(
    ("finish", "again"),
    [("stop", ""), ("stop", "Nothing to add."), ("length", ""), ("length", "Nothing to add.")],
)
async def test_a_file_that_is_whole_and_confirmed_is_delivered_and_said(
    finish: str, again: str
) -> None:
    script = [Reply(OPEN, finish_reason=finish), *[Reply(again)] * 8]
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, target="a.py", files=(InputFile("a.py", OLD),)))
    assert isinstance(events[-1], RunFinished)
    # Twice at most: what was told twice in other words costs nobody a third request.
    assert len(of(RequestStarted, events)) <= 3
    assert "never closed" in events[-1].notes
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (NEW, True)
    assert "Look at its end" in file.remark
    assert "".join(joined(events)) == f"{OPEN}</file>\n"


@pytest.mark.parametrize(
    ("path", "old", "text"),
    [
        ("a.py", OLD, OLD[: OLD.index("def main")]),  # the end of the given file is not there
        ("a.py", OLD, NEW + "x = (\n"),  # does not parse
        ("a.py", OLD, NEW[:-1]),  # ends in a line
        ("a.py", "", NEW),  # nobody knows the end of a new file
        ("a.js", "function f() {\n}\n", "function f() {\n}\n\nfunction g() {\n"),
    ],
)
async def test_where_more_may_be_missing_it_stays_incomplete(
    path: str, old: str, text: str
) -> None:
    files = (InputFile(path, old),) if old else ()
    script = [Reply(f'<file path="{path}">\n{text}'), *[Reply("")] * 8]
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, target=path, files=files))
    assert isinstance(events[-1], RunFailed)
    assert events[-1].error.kind == "no_progress"
    assert not any(file.complete for file in of(FileProposed, events))


GUIDE = "# Commit\n\nSo it is done.\n\n```bash\ngit add a.md\ngit commit\n```"
FENCED = f"```markdown\n{GUIDE}"


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("again", ["", "git commit\n```"])
async def test_one_closing_fence_for_a_document_and_its_last_block_is_enough(
    again: str, end: str
) -> None:
    """As llama.cpp goes on after it: with the line that was withheld once more, then with
    nothing."""
    known = Capabilities(server="llama.cpp", prefill="trailing", prefill_works=True)
    script = [Reply(FENCED + end), Reply(again), *[Reply("")] * 8]
    async with DemoServer(script) as server:
        request = request_to(server, target="GUIDE.md")
        events = [event async for event in run(request, capabilities=known)]
    assert isinstance(events[-1], RunFinished)
    assert len(of(RequestStarted, events)) == 3
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (f"{GUIDE}\n", True)
    assert "Look at its end" in file.remark


@pytest.mark.parametrize(
    ("target", "text", "again"),
    [
        ("GUIDE.md", "```markdown\n# Commit\n\nSo it is done.\n", "So it is done.\n"),
        ("GUIDE.md", f"{FENCED}\nAnd so on.\n", "And so on.\n"),
        ("a.py", f"```python\n{NEW}", "    print(add(1, 2))\n"),
    ],
)
async def test_a_fence_that_is_closed_when_asked_by_prefill_is_the_end(
    target: str, text: str, again: str
) -> None:
    known = Capabilities(server="llama.cpp", prefill="trailing", prefill_works=True)
    async with DemoServer([Reply(text), Reply(again), Reply("```")]) as server:
        request = request_to(server, target=target)
        events = [event async for event in run(request, capabilities=known)]
    assert isinstance(events[-1], RunFinished)
    assert "".join(joined(events)) == f"{text}```"
    (file,) = of(FileProposed, events)
    assert (file.after, file.complete) == (text.partition("\n")[2], True)
    assert not file.guesses


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("GUIDE.md", FENCED[: FENCED.index("git commit")]),  # in the block
        ("GUIDE.md", FENCED[: FENCED.index("```bash")]),  # in the text
        ("GUIDE.md", f"{FENCED}\n\n```sh\nls\n"),  # in the next block
        ("GUIDE.md", f"{FENCED}\n\nThen"),
        ("a.py", f'```python\nTEXT = """\n{GUIDE}'),
    ],
)
async def test_a_document_in_a_fence_that_ends_elsewhere_stays_incomplete(
    target: str, text: str
) -> None:
    script = [Reply(text), *[Reply("")] * 8]
    async with DemoServer(script) as server:
        events = await events_of(request_to(server, target=target))
    assert isinstance(events[-1], RunFailed)
    assert not any(file.complete for file in of(FileProposed, events))
