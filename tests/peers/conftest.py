"""aimock, an OpenAI-compatible mock server nobody here wrote, installed from npm when it can be."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL_SECONDS = 120

FUNCTIONS = "\n\n".join(
    f"def area_{number}(width, height):\n"
    f'    """The area of shape {number}."""\n'
    f"    if width < 0 or height < 0:\n"
    f'        raise ValueError("negative size")\n'
    f"    return {number} * width * height\n"
    for number in range(60)
)
CODE = f'"""Areas of shapes."""\n\n\n{FUNCTIONS}'
"""The file the model writes: real Python with many lines that are the same."""

REPLY = f'Here is the module.\n\n<file path="src/areas.py">\n{CODE}</file>\n\nThat is all.\n'


def _install() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not at hand, so aimock cannot be run")
    if (HERE / "node_modules" / "@copilotkit" / "aimock" / "package.json").exists():
        return
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
    try:
        subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("npm could not install aimock; is the npm registry reachable?")


@pytest.fixture(scope="session")
def installed_aimock() -> None:
    _install()


@pytest.fixture
def aimock(installed_aimock: None, tmp_path: Path) -> Iterator[str]:
    """The base URL of a fresh aimock that says REPLY, misbehaving as the model's name says."""
    reply = tmp_path / "reply.txt"
    reply.write_text(REPLY, encoding="utf-8")
    process = subprocess.Popen(
        ["node", "server.mjs", str(reply)],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            _, errors = process.communicate(timeout=10)
            pytest.fail(f"aimock did not start: {errors[-2000:]}")
        yield url
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
