"""Real changes: files that differ between adjacent releases of packages, fetched when asked for.

Nothing is stored in the repository. Wheels come by `pip`, tarballs by `npm`, Go and Rust sources
by `apt-get`, each with whatever registry it is set up for; they are kept below the user's cache
folder. What cannot be had is left out and said.
"""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

PYTHON = {
    "attrs": ("22.1.0", "22.2.0", "23.1.0", "23.2.0", "24.2.0"),
    "click": ("8.0.4", "8.1.0", "8.1.7", "8.2.0"),
    "rich": ("12.6.0", "13.0.0", "13.3.5", "13.7.1", "13.9.4"),
    "httpx": ("0.23.3", "0.24.1", "0.25.2", "0.27.2", "0.28.1"),
    "textual": ("0.60.1", "0.70.0", "0.80.1", "1.0.0"),
    "starlette": ("0.27.0", "0.32.0", "0.37.2", "0.40.0"),
    "sqlalchemy-utils": ("0.40.0", "0.41.2"),
    "networkx": ("3.1", "3.2.1", "3.3"),
}
NPM = {
    "express": ("4.16.4", "4.17.3", "4.18.2", "4.19.2", "5.0.1"),
    "zod": ("3.25.76", "4.0.17", "4.1.12"),
    "rxjs": ("7.4.0", "7.6.0", "7.8.1"),
    "bootstrap": ("5.1.3", "5.2.3", "5.3.3"),
    "node-addon-api": ("5.1.0", "7.0.0", "8.0.0", "8.3.0"),
    "better-sqlite3": ("8.0.1", "9.0.0", "11.0.0"),
    "mocha": ("9.2.2", "10.2.0", "10.8.2"),
    "commander": ("9.5.0", "10.0.1", "11.1.0", "12.1.0"),
}
DEBIAN = (
    ("golang-github-alecthomas-chroma-dev", "golang-github-alecthomas-chroma-v2-dev"),
    ("golang-github-urfave-cli-dev", "golang-github-urfave-cli-v2-dev"),
    ("golang-github-hashicorp-hcl-dev", "golang-github-hashicorp-hcl-v2-dev"),
    ("golang-github-russross-blackfriday-dev", "golang-github-russross-blackfriday-v2-dev"),
    ("librust-ahash-0.7-dev", "librust-ahash-dev"),
    ("librust-time-0.1-dev", "librust-time-dev"),
    ("librust-quick-xml-0.22-dev", "librust-quick-xml-dev"),
)
SUFFIXES = {
    *(".py", ".pyi", ".js", ".ts", ".mjs", ".cjs", ".css", ".scss", ".c", ".cc", ".cpp", ".h"),
    *(".hpp", ".go", ".rs", ".md", ".rst", ".json", ".toml", ".yaml", ".yml", ".html", ".txt"),
}
SMALLEST, LARGEST = 60, 300_000
"""Characters of a file."""
CACHE = user_cache_path("autocoder-tui-tests") / "releases"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of two releases. `name` is the package's."""

    name: str
    path: str
    old: str
    new: str


def changes() -> list[Change]:
    """Every changed file of all packages that can be had."""
    found: list[Change] = []
    for name, versions in PYTHON.items():
        found += _between(name, [_wheel(name, version) for version in versions])
    for name, versions in NPM.items():
        found += _between(name, [_tarball(name, version) for version in versions])
    for before, after in DEBIAN:
        found += _between(after.removesuffix("-dev"), [_deb(before), _deb(after)])
    return found


def _between(name: str, releases: list[Path | None]) -> Iterator[Change]:
    texts = [dict(_texts(path)) for path in releases if path is not None]
    if len(texts) < 2:
        print(f"{name}: not to be had", file=sys.stderr)
    for before, after in itertools.pairwise(texts):
        for path, new in sorted(after.items()):
            old = before.get(path)
            if old is not None and old != new:
                yield Change(name, path, old, new)


def _texts(archive: Path) -> Iterator[tuple[str, str]]:
    for name, data in _members(archive):
        path = PurePosixPath(name)
        if path.suffix not in SUFFIXES or ".min." in path.name or ".dist-info" in name:
            continue
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if SMALLEST <= len(text) <= LARGEST and "\0" not in text:
            if max(map(len, text.split("\n"))) < 2_000:
                yield name, text


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, wheel.read(name)
        return
    data = archive.read_bytes()
    if archive.suffix == ".deb":
        done = subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", archive], capture_output=True, check=True
        )
        data = done.stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None:
                yield _without_version(member.name, archive.suffix), stream.read()


def _without_version(name: str, suffix: str) -> str:
    """The path within the package: what lies below the folder that carries its name."""
    if suffix != ".deb":
        return name
    parts = PurePosixPath(name).parts
    root = next((n for n, part in enumerate(parts) if part in ("registry", "src")), 0)
    skipped = root + 2 if "registry" in parts else root + 4
    kept = [part for part in parts[skipped:] if part not in ("v2", "v3")]
    return "/".join(kept)


def _run(folder: Path, *command: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        subprocess.run(command, cwd=folder, capture_output=True, timeout=170, check=False)
    return sorted(folder.iterdir())


def _wheel(name: str, version: str) -> Path | None:
    got = _run(
        CACHE / f"{name}-{version}",
        *("pip", "download", "-q", "--no-deps"),
        *("--only-binary", ":all:", "-d", ".", f"{name}=={version}"),
    )
    return got[0] if got else None


def _tarball(name: str, version: str) -> Path | None:
    got = _run(CACHE / f"{name}-{version}", "npm", "pack", "--silent", f"{name}@{version}")
    return got[0] if got else None


def _deb(name: str) -> Path | None:
    got = _run(CACHE / name, "apt-get", "download", "-q", name)
    return got[0] if got else None
