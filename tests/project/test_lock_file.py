"""What `uv.lock` says fits `pyproject.toml`, and comes from where anybody can get it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "uv.lock").read_text()
PACKAGES: list[dict[str, Any]] = tomllib.loads(LOCK)["package"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def wanted() -> set[tuple[str, str, str]]:
    """Name, versions and extra of each requirement of the project."""
    groups = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    return {
        (canonicalize_name(one.name), str(one.specifier), extra)
        for extra, texts in groups.items()
        for one in map(Requirement, texts)
    }


def test_every_requirement_is_locked_as_it_stands() -> None:
    """If this fails, run `uv lock`."""
    (ours,) = [one for one in PACKAGES if one["name"] == PROJECT["name"]]
    locked = {
        (
            one["name"],
            str(Requirement(f"{one['name']}{one.get('specifier', '')}").specifier),
            (re.findall(r"extra == '([^']+)'", one.get("marker", "")) or [""])[0],
        )
        for one in ours["metadata"]["requires-dist"]
    }
    assert locked == wanted()


def test_every_locked_version_is_one_that_is_allowed() -> None:
    versions = {one["name"]: one.get("version", "") for one in PACKAGES}
    for name, specifier, _ in wanted():
        assert Requirement(f"x{specifier}").specifier.contains(versions[name]), name


def test_all_of_it_comes_from_the_public_registry() -> None:
    addresses = [urlsplit(address) for address in re.findall(r'"(\w+://[^"]+)"', LOCK)]
    assert {(one.scheme, one.netloc) for one in addresses} == {
        ("https", "pypi.org"),
        ("https", "files.pythonhosted.org"),
    }
