"""What of the container can be tried without an engine: its files, and its own steps replayed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_the_dockerfile_is_as_it_has_to_be() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(stages) == 2
    assert all(image.endswith("-slim") for image in stages)
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER coder$", last, re.MULTILINE)
    assert "ca-certificates" in last
    assert "HEALTHCHECK" in last
    health = re.search(r"CMD (\[\"python.*\])", last)
    assert health
    compile(json.loads(health[1])[2], "health", "exec")


def test_what_the_image_is_built_from_is_there_and_not_ignored() -> None:
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert set(copied) <= set(kept)
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command here")
def test_compose_understands_its_file() -> None:
    command = [
        "docker",
        "compose",
        "-f",
        str(ROOT / "compose.yaml"),
        "--profile",
        "local",
        "config",
    ]
    done = subprocess.run(
        [*command, "--format", "json"], capture_output=True, text=True, timeout=60, check=False
    )
    if "is not a docker command" in done.stderr or "unknown" in done.stderr:
        pytest.skip("no compose here")
    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert set(services) == {"serve", "redis", "model", "serve-local"}
    assert services["serve"]["depends_on"]["redis"]["condition"] == "service_healthy"
    assert services["serve"]["read_only"]
    assert [port["host_ip"] for port in services["serve"]["ports"]] == ["127.0.0.1"]


@pytest.mark.skipif(shutil.which("uv") is None, reason="no uv here")
def test_the_steps_of_the_image_install_a_program_that_starts(tmp_path: Path) -> None:
    """The commands of the first stage as they stand, in a clean folder."""
    build, target = tmp_path / "build", tmp_path / "opt/autocoder-tui"
    build.mkdir()
    for name in ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "autocoder_tui", "themes"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, build / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, build)
    (run,) = re.findall(r"^RUN (uv .+)$", DOCKERFILE, re.MULTILINE)
    steps = run.replace("/opt/autocoder-tui", str(target))
    environment = {**os.environ, "UV_LINK_MODE": "copy"}
    environment.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        ["sh", "-ec", steps], cwd=build, env=environment, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    if "No solution found" in done.stderr or "not found in the package registry" in done.stderr:
        pytest.skip("the registry here has not all that is locked")
    assert done.returncode == 0, done.stderr
    program = target / "bin/autocoder-tui"
    said = subprocess.run(
        [program, "serve", "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    entry = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.+\])$", DOCKERFILE, re.MULTILINE)
    command = [word for each in entry for word in json.loads(each)]
    assert command[:2] == ["autocoder-tui", "serve"]
    assert all(word in said.stdout for word in command[2:] if word.startswith("--"))
    flags = shlex.split(" ".join(re.findall(r"^      - (--?\S+)", COMPOSE, re.MULTILINE)))
    assert all(flag.split("=")[0] in said.stdout for flag in flags if flag.startswith("--"))
