"""The files of the page, as they are served."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autocoder_tui.serve import page_files
from tests.serve.served import serving

FOLDER = Path(page_files.__file__).with_name("page")
FILES = sorted(path.name for path in FOLDER.iterdir())


async def test_the_page_and_all_it_names_are_served(tmp_path: Path) -> None:
    async with serving([], tmp_path) as served:
        seen, waiting = set(), ["/"]
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            answer = await served.client.get(place)
            assert answer.status_code == 200, place
            waiting += re.findall(r'(?:href|src)="(/[^"]*)"', answer.text)
            waiting += [f"/page/{name}" for name in re.findall(r'from "\./([^"]+)"', answer.text)]
    assert seen == {"/"} | {f"/page/{name}" for name in FILES if name != "index.html"}


@pytest.mark.parametrize(
    ("place", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page/page.js", "text/javascript; charset=utf-8"),
        ("/page/page.css", "text/css; charset=utf-8"),
        ("/page/icon.svg", "image/svg+xml"),
    ],
)
async def test_types_and_caching(tmp_path: Path, place: str, media_type: str) -> None:
    async with serving([], tmp_path) as served:
        first = await served.client.get(place)
        assert first.headers["content-type"] == media_type
        assert first.headers["cache-control"] == "no-cache"
        assert "default-src 'none'" in first.headers["content-security-policy"]
        assert first.headers["x-content-type-options"] == "nosniff"
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            again = await served.client.get(place, headers={"if-none-match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        changed = await served.client.get(place, headers={"if-none-match": '"other"'})
        assert changed.content == first.content
        head = await served.client.head(place)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize(
    "place",
    ["/page/", "/page/index.html", "/page/nothing.js", "/page/..%2fapp.py", "/page/%2e%2e/app.py",
     "/page/.", "/page/page.js/", "/page//etc/passwd", "/page/page.js%00"],
)  # fmt: skip
async def test_nothing_else_is_served(tmp_path: Path, place: str) -> None:
    async with serving([], tmp_path) as served:
        assert (await served.client.get(place)).status_code in (307, 404)


async def test_the_page_asks_for_the_token(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": "a-token-of-some-length"}
    async with serving([], tmp_path, environ=environ) as served:
        assert (await served.client.get("/")).status_code == 401
        assert (await served.client.get("/page/page.js")).status_code == 401
        opened = await served.client.get("/?token=a-token-of-some-length")
        assert opened.status_code == 200
        assert (await served.client.get("/page/page.js")).status_code == 200


async def test_the_browser_is_told_to_take_no_text_for_markup(tmp_path: Path) -> None:
    async with serving([], tmp_path) as served:
        policies = (await served.client.get("/")).headers.get_list("content-security-policy")
    assert any("require-trusted-types-for 'script'" in policy for policy in policies)
    assert "unsafe" not in "".join(policies)


@pytest.mark.parametrize("name", FILES)
def test_no_file_needs_another_site_or_makes_markup(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    named = set(re.findall(r"""(?:https?:|["'`(=])//+[\w-]+\.[\w.-]+""", text))
    assert named <= {"http://www.w3.org"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(", text)
    if name.endswith(".html"):
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert len(text.splitlines()) <= 400
    longest = max(map(len, text.splitlines()))
    assert longest <= (400 if name.endswith(".svg") else 100)
