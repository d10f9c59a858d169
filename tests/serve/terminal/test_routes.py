"""Who gets to `/app`, and who does not."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from autocoder_tui.serve import terminal
from tests.serve.served import Served, serving
from tests.serve.test_protection import TOKEN

HERE = Path(terminal.__file__).parent
PAGE = {"accept": "text/html,*/*"}


async def enter(served: Served) -> str:
    """Use the link; the cookie it gives."""
    answer = await served.client.get("/app", params={"token": served.links[-1]})
    assert answer.status_code == 303
    return str(answer.headers["set-cookie"].partition(";")[0])


def socket_of(served: Served, cookie: str, query: str = "", **headers: str) -> connect:
    address = served.url.replace("http", "ws") + f"/app/socket{query}"
    return connect(address, proxy=None, additional_headers={"cookie": cookie, **headers})


async def refused(served: Served, cookie: str, **headers: str) -> int:
    """The status a socket is refused with."""
    with pytest.raises(InvalidStatus) as caught:
        async with socket_of(served, cookie, **headers):
            pass
    return caught.value.response.status_code


async def test_it_is_not_there_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with serving([], tmp_path) as served:
        assert (await served.client.get("/app")).status_code == 404
        assert await refused(served, "") == 403


async def test_a_link_opens_it_once_and_leaves_the_address(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--app") as served:
        assert (await served.client.get("/app")).status_code == 401
        (link,) = served.links
        answer = await served.client.get("/app", params={"token": link})
        assert (answer.status_code, answer.headers["location"]) == (303, "/app")
        cookie = answer.headers["set-cookie"]
        for flag in ("HttpOnly", "SameSite=strict", "Path=/app"):
            assert flag in cookie
        assert link not in cookie
        page = await served.client.get("/app")  # the client keeps cookies
        assert page.status_code == 200
        assert "trusted-types 'none'" in str(page.headers.get_list("content-security-policy"))
        # From the history of the same browser it opens, and uses up no other link.
        assert (await served.client.get("/app", params={"token": link})).status_code == 303
        assert len(served.links) == 2
        served.client.cookies.clear()
        again = await served.client.get("/app", params={"token": link}, headers=PAGE)
        assert again.status_code == 401
        assert "each works once" in again.text
        assert again.headers["content-type"] == "text/html; charset=utf-8"
        assert "set-cookie" not in again.headers
        await enter(served)
        assert served.said == []


async def test_what_only_looks_at_a_link_does_not_use_it(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--app") as served:
        assert (
            await served.client.head("/app", params={"token": served.links[0]})
        ).status_code == 401
        assert (
            await served.client.post("/app", params={"token": served.links[0]})
        ).status_code == 405
        assert len(served.links) == 1
        await enter(served)


async def test_the_servers_token_is_another_one(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}
    async with serving([], tmp_path, "--app", environ=environ) as served:
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert (await served.client.get("/models", headers=bearer)).status_code == 200
        assert (await served.client.get("/app", headers=bearer)).status_code == 401
        assert (await served.client.get("/app", params={"token": TOKEN})).status_code == 401
        assert (
            await refused(served, f"autocoder_token={TOKEN}", authorization=f"Bearer {TOKEN}")
            == 403
        )
        served.client.cookies.clear()
        cookie = await enter(served)
        assert (await served.client.get("/app")).status_code == 200
        # And the one for /app opens nothing else.
        value = cookie.partition("=")[2]
        for shown in ({"authorization": f"Bearer {value}"}, {"cookie": f"autocoder_token={value}"}):
            assert (await served.client.get("/models", headers=shown)).status_code == 401
        assert (await served.client.get("/application", headers=PAGE)).status_code == 401


async def test_all_the_page_names_is_served_to_whoever_came_in(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--app") as served:
        assert (await served.client.get("/app/files/terminal.js")).status_code == 401
        await enter(served)
        seen, waiting = set(), ["/app"]
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            answer = await served.client.get(place)
            assert answer.status_code == 200, place
            assert "unsafe" not in answer.headers["content-security-policy"]
            text = answer.text
            waiting += re.findall(r'(?:href|src)="(/[^"]*)"', text)
            found = re.findall(r'(?:from|^import) "\./([^"]+)"', text, re.MULTILINE)
            waiting += [f"/app/files/{name}" for name in found]
        assert (await served.client.get("/app/files/index.html")).status_code == 404
        assert (await served.client.get("/app/files/..%2froutes.py")).status_code == 404
        assert (await served.client.get("/app/files/page.js")).status_code == 404
    here = {path.name for folder in ("page", "xterm") for path in (HERE / folder).iterdir()}
    shared = {"element.js", "icon.svg"}
    unserved = {"index.html", "LICENSE", "README.md"}
    assert seen == {"/app"} | {f"/app/files/{name}" for name in (here | shared) - unserved}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"host": "evil.example"},
        {"host": "evil.example", "origin": "http://evil.example"},
    ],
)
async def test_pages_of_other_sites_ports_and_names_get_no_terminal(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with serving([], tmp_path, "--app") as served:
        cookie = await enter(served)
        if "host" not in headers:
            assert await refused(served, cookie, **headers) == 403
        answer = await served.client.get("/app", headers={"cookie": cookie, **headers})
        assert answer.status_code == 403
        # A link is not used up by them either.
        before = len(served.links)
        token = {"token": served.links[-1]}
        assert (await served.client.get("/app", params=token, headers=headers)).status_code == 403
        assert len(served.links) == before


async def test_a_cookie_of_another_server_is_none_of_this_one(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--app") as one, serving([], tmp_path, "--app") as other:
        cookie = await enter(one)
        assert await refused(other, cookie) == 403
        port = other.url.rpartition(":")[2]
        renamed = f"autocoder_app_{port}={cookie.partition('=')[2]}"
        assert await refused(other, renamed) == 403
        assert await refused(other, "") == 403


async def test_more_sessions_than_there_may_be_are_told(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--app", "--app-sessions", "1") as served:
        cookie = await enter(served)
        async with socket_of(served, cookie) as first:
            assert isinstance(await first.recv(), bytes)
            async with socket_of(served, cookie) as second:
                told = json.loads(await second.recv())
                assert told["type"] == "refused"
                assert "(1)" in told["message"]
        said: str | bytes = ""
        async with asyncio.timeout(20):
            while not isinstance(said, bytes):  # until the place has been given back
                async with socket_of(served, cookie) as third:
                    said = await third.recv()


def test_what_others_wrote_is_as_it_was_published() -> None:
    table = (HERE / "xterm/README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    files = {path.name for path in (HERE / "xterm").iterdir()} - {"README.md", "LICENSE"}
    assert set(told) == files
    for name, digest in told.items():
        data = (HERE / "xterm" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
        assert (
            re.findall(
                rb"https?://(?!github\.com|www\.w3\.org|bellard\.org)[\w.-]+",
                data,
            )
            == []
        )
    licence = (HERE / "xterm/LICENSE").read_text(encoding="utf-8")
    assert "Permission is hereby granted, free of charge" in licence
    assert "The xterm.js authors" in licence
