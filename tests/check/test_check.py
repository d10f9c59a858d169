"""What a check finds, and what it compares with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autocoder_tui.check.dependencies import provide
from autocoder_tui.check.errors import CannotCheck
from autocoder_tui.check.failures import Base
from autocoder_tui.check.folder import PREFIX, CheckFolder, sweep
from autocoder_tui.check.layout import ChangedFile, Meter, lay_out, source_of
from autocoder_tui.check.sandbox import Sandbox
from autocoder_tui.workspace.errors import PathRefused
from tests.check.places import SANDBOXES, Heard, git, project, seen, tried

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")

PYTHON = sys.executable
SUITE = f"{PYTHON} -m unittest"
BROKEN = (ChangedFile("shop.py", b"def total(items):\n    return len(items)\n"),)


@pytest.fixture(params=SANDBOXES, ids=lambda sandbox: sandbox.kind)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found: Sandbox = request.param
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "home" / "shop")


async def test_the_proposal_is_tried_and_not_what_is_on_disk(root: Path, sandbox: Sandbox) -> None:
    assert (await tried(root, SUITE, sandbox=sandbox)).passed
    result = (await tried(root, SUITE, changes=BROKEN, sandbox=sandbox)).commands[0]
    assert result.failures.names == ("test_shop.Totals.test_sum",)
    assert result.words == "1 test failed; without the proposal it passes"
    line = result.ended.output.split("\n")[result.places[0].output_line]
    assert (result.places[0].path, result.places[0].line) == ("test_shop.py", 6)
    assert "test_shop.py" in line


async def test_what_failed_before_too_is_told_apart(root: Path, sandbox: Sandbox) -> None:
    (root / "shop.py").write_text("def total(items):\n    return sum(items) or None\n")
    changes = (ChangedFile("shop.py", b"def total(items):\n    return None\n"),)
    heard, bases = Heard(), dict[str, Base]()
    result = await tried(root, SUITE, changes=changes, sandbox=sandbox, bases=bases, heard=heard)
    assert result.commands[0].words == "2 tests failed, 1 of them new"
    assert heard.began == [(SUITE, False), (SUITE, True)]
    # The same project again: what came of it is known.
    heard = Heard()
    changes = (ChangedFile("shop.py", b"def total(items):\n    return sum(items) or 1\n"),)
    result = await tried(root, SUITE, changes=changes, sandbox=sandbox, bases=bases, heard=heard)
    assert result.commands[0].words == "1 test failed, as before"
    assert heard.began == [(SUITE, False)]
    # Another project: it is not.
    (root / "fresh.txt").write_text("other text\n")
    heard = Heard()
    await tried(root, SUITE, changes=changes, sandbox=sandbox, bases=bases, heard=heard)
    assert heard.began == [(SUITE, False), (SUITE, True)]


async def test_the_copy_is_the_project_as_it_is(root: Path, sandbox: Sandbox) -> None:
    """Uncommitted changes, deletions and new files are in it; what git ignores is not."""
    command = (
        "test ! -e gone.txt && test ! -e .env && test ! -e build && cat fresh.txt shop.py "
        "node_modules/left/index.js && git status --porcelain && git log --oneline"
    )
    result = (await tried(root, command, sandbox=sandbox)).commands[0]
    assert result.passed, result.ended.output
    for words in ("not in git yet", "# changed", "module.exports", " D gone.txt", "?? fresh.txt"):
        assert words in result.ended.output
    assert "Begin" in result.ended.output


async def test_new_and_deleted_files_are_laid_out(root: Path, sandbox: Sandbox) -> None:
    changes = (ChangedFile("a/b.txt", b"new\n"), ChangedFile("fresh.txt", None))
    result = await tried(root, "cat a/b.txt; ls", changes=changes, sandbox=sandbox)
    assert "new\n" in result.commands[0].ended.output
    assert "fresh.txt" not in result.commands[0].ended.output


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", ".git/hooks/post-commit"])
async def test_a_change_can_not_leave_the_copy(root: Path, name: str) -> None:
    before = seen(root.parent)
    with pytest.raises(PathRefused):
        await tried(root, "true", changes=(ChangedFile(name, b"x"),))
    assert seen(root.parent) == before


async def test_a_project_without_git(tmp_path: Path, sandbox: Sandbox) -> None:
    root = project(tmp_path / "home" / "shop", in_git=False)
    before = seen(root.parent)
    result = await tried(root, SUITE, changes=BROKEN, sandbox=sandbox)
    assert result.commands[0].failures.names == ("test_shop.Totals.test_sum",)
    assert seen(root.parent) == before


async def test_a_folder_of_a_work_tree_and_a_linked_work_tree(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    top = project(tmp_path / "home" / "top")
    (top / "part").mkdir()
    (top / "part" / "own.txt").write_text("own\n")
    command = "cat own.txt ../shop.py && git rev-parse --show-prefix"
    changes = (ChangedFile("own.txt", b"changed own\n"),)
    result = await tried(top / "part", command, changes=changes, sandbox=sandbox)
    assert result.passed, result
    for words in ("changed own", "def total", "part/"):
        assert words in result.commands[0].ended.output
    git(top, "worktree", "add", "-q", "-b", "side", str(tmp_path / "home" / "side"))
    side = tmp_path / "home" / "side"
    (side / "shop.py").write_text("# beside\n")
    before = seen(tmp_path / "home")
    result = await tried(side, "git status --porcelain -b && cat shop.py", sandbox=sandbox)
    assert "## side" in result.commands[0].ended.output
    assert " M shop.py" in result.commands[0].ended.output
    assert seen(tmp_path / "home") == before


async def test_links_that_lead_into_the_project_lead_into_the_copy(
    root: Path, sandbox: Sandbox
) -> None:
    (root / "absolute").symlink_to(root / "fresh.txt")
    (root / "relative").symlink_to("fresh.txt")
    (root / "history").symlink_to(root / ".git")
    outside = root.parent / "outside.txt"
    outside.write_text("outside\n")
    (root / "leads-out").symlink_to(outside)
    before = seen(root.parent)
    command = "for f in absolute relative leads-out history/HEAD; do echo x > $f; done; ls"
    result = await tried(root, command, sandbox=sandbox)
    assert seen(root.parent) == before
    assert "absolute" in result.commands[0].ended.output
    assert any("lead out" in remark for remark in result.remarks)


def test_dependencies_are_linked_only_where_no_link_leads_back(root: Path, tmp_path: Path) -> None:
    """A workspace links its packages into `node_modules`: what is tried is the copy of them."""
    source = source_of(root)
    plain = provide(lay_out(source, tmp_path / "one"), lend=False, link=True)
    assert (plain.lent, plain.copied) == (["node_modules"], [])
    (root / "packages").mkdir()
    (root / "packages" / "index.js").write_text("1\n")
    (root / "node_modules" / "own").symlink_to("../packages")
    back = provide(lay_out(source, tmp_path / "two"), lend=False, link=True)
    assert (back.lent, back.copied) == ([], ["node_modules"])
    copied = tmp_path / "two" / "node_modules" / "own" / "index.js"
    assert copied.resolve() == (tmp_path / "two" / "packages" / "index.js").resolve()
    few = provide(lay_out(source, tmp_path / "three"), lend=False, link=False, meter=Meter(1, 1000))
    assert few.left_out == ["node_modules"]
    assert "do without" in few.remarks[0]


async def test_no_keys_and_no_home(
    root: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-should-not-be-seen")
    monkeypatch.setenv("NAMED", "named-is-seen")
    result = await tried(root, "env; cd ~ && pwd", sandbox=sandbox, pass_on=("NAMED",))
    output = result.commands[0].ended.output
    assert "sk-should" not in output
    assert "named-is-seen" in output
    places = dict(line.split("=", 1) for line in output.split("\n") if "=" in line)
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        assert PREFIX in places[name], name


@pytest.mark.parametrize(
    "sandbox", [s for s in SANDBOXES if s.kind == "bwrap"], ids=lambda sandbox: sandbox.kind
)
async def test_a_sandbox_closes_network_and_writes(root: Path, sandbox: Sandbox) -> None:
    place = root.parent / "other.txt"
    command = f"echo x > {place}; cat /proc/net/dev; echo in $PWD"
    output = (await tried(root, command, sandbox=sandbox)).commands[0].ended.output
    assert not place.exists()
    assert "lo:" in output
    assert "eth" not in output
    assert f"in {root}" in output


async def test_a_hundred_megabytes_are_bounded(root: Path) -> None:
    result = await tried(root, "echo first; yes | head -c 30000000; echo last")
    ended = result.commands[0].ended
    assert ended.output_bytes > 30_000_000
    assert len(ended.output) < 1_000_000
    assert ended.output.startswith("first\n")
    assert ended.output.endswith("last\n")
    assert "left out here" in ended.output


_KILLED = """
import asyncio, os, sys
sys.path.insert(0, {repository!r})
from pathlib import Path
from tests.check.places import SANDBOXES, Heard, tried
class Told(Heard):
    def command_printed(self, data):
        print("begun", flush=True)
async def main():
    command = "setsid sleep 61.125 & echo begun; sleep 61.125"
    await tried(Path({root!r}), command, sandbox=SANDBOXES[{number}], heard=Told())
asyncio.run(main())
"""


async def test_killed_it_leaves_nothing(root: Path, sandbox: Sandbox) -> None:
    """Whoever runs the check is killed: its commands end, and the copy goes."""
    repository = str(Path(__file__).parents[2])
    code = _KILLED.format(repository=repository, root=str(root), number=SANDBOXES.index(sandbox))
    before = seen(root.parent)
    with subprocess.Popen([PYTHON, "-c", code], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"begun\n"
        program.send_signal(signal.SIGKILL)
    for _ in range(200):
        left = list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))
        if not left:
            break
        time.sleep(0.05)
    assert left == []
    assert seen(root.parent) == before


def test_what_a_killed_program_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    with CheckFolder(tmp_path) as living:
        dead = Path(tempfile.mkdtemp(prefix=PREFIX))
        (dead / "lock").touch()
        (dead / "tree").mkdir()
        (dead / "tree" / "closed").mkdir(mode=0o500)
        fresh = Path(tempfile.mkdtemp(prefix=PREFIX))
        assert sweep() == 1
        assert not dead.exists()
        assert living.path.is_dir()
        assert fresh.is_dir()
        os.utime(fresh, (0, 0))
        assert sweep() == 1
    assert not living.path.exists()


def test_temporary_files_in_the_project_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(CannotCheck, match="lies in the project"), CheckFolder(tmp_path):
        pass


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount a small disk here")
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    return disk


@pytest.fixture(autouse=True)
def _unmounted(tmp_path: Path):  # type: ignore[no-untyped-def]
    yield
    if (tmp_path / "disk").is_mount():
        subprocess.run(["umount", "-l", str(tmp_path / "disk")], check=True)


async def test_a_full_disk_is_said(root: Path, sandbox: Sandbox, small_disk: Path) -> None:
    before = seen(root.parent)
    result = await tried(root, "head -c 9000000 /dev/zero > big", sandbox=sandbox)
    assert "disk full" in result.commands[0].words
    assert seen(root.parent) == before
    assert list(small_disk.iterdir()) == []
    (root / "large.bin").write_bytes(os.urandom(5_000_000))
    before = seen(root.parent)
    with pytest.raises(CannotCheck, match="is full"):
        await tried(root, "true", sandbox=sandbox)
    assert seen(root.parent) == before
    assert list(small_disk.iterdir()) == []


def test_the_reaper_imports_nothing_of_the_package() -> None:
    """It runs isolated, by its path."""
    from autocoder_tui.check import reaper

    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "print([name for name in sys.modules if 'auto' in name])"
    )
    done = subprocess.run(
        [PYTHON, "-I", "-S", "-c", code, reaper.__file__], capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", json.dumps(done.stderr)
