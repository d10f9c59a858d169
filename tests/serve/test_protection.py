"""Who may ask, with what, and what every answer says to a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.serve.served import serving

TOKEN = "a-token-of-some-length"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8000"}, 200),
        ({"host": "LOCALHOST"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": "http://localhost:8000", "host": "localhost:8000"}, 200),
        ({"origin": "http://LOCALHOST", "host": "localhost:80"}, 200),
        ({"origin": "https://localhost", "host": "localhost"}, 200),
        ({"origin": "https://localhost:8000", "host": "localhost"}, 403),
        ({"origin": "http://[::1]:8000", "host": "[::1]:8000"}, 200),
        ({"origin": "http://[::1]:8001", "host": "[::1]:8000"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "file://"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
async def test_names_and_origins(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with serving([Reply("ok")], tmp_path) as served:
        assert (await served.client.get("/models", headers=headers)).status_code == status
        answer = await served.client.post("/generate-code/", json={"prompt": "x"}, headers=headers)
        assert answer.status_code == status
        assert len(served.model.requests) == (status == 200)


async def test_another_name_can_be_allowed(tmp_path: Path) -> None:
    async with serving([], tmp_path, "--allow-host", "box.example") as served:
        headers = {"host": "box.example:8000", "origin": "http://box.example:8000"}
        assert (await served.client.get("/models", headers=headers)).status_code == 200


async def test_a_token_is_asked_for_and_kept_in_a_cookie(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}
    async with serving([Reply("ok")] * 4, tmp_path, environ=environ) as served:
        ask = served.client.get
        assert (await ask("/models")).status_code == 401
        assert (await ask("/models?token=wrong-token-here")).status_code == 401
        opened = await ask("/", headers={"accept": "text/html,*/*"})
        assert opened.status_code == 401
        assert opened.headers["content-type"] == "text/html; charset=utf-8"
        assert "open the address it printed" in opened.text
        wrong = {"authorization": f"Bearer {TOKEN}x"}
        assert (await ask("/models", headers=wrong)).status_code == 401
        assert (await ask("/health")).status_code == 200
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert (await ask("/models", headers=bearer)).status_code == 200
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
        assert answer.status_code == 401
        assert not served.model.requests
        opened = await ask(f"/docs?token={TOKEN}")
        assert opened.status_code == 200
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        # The client keeps cookies.
        assert (await ask("/models")).status_code == 200


async def test_every_answer_tells_a_browser_to_be_careful(tmp_path: Path) -> None:
    async with serving([Reply("<script>alert(1)</script>")], tmp_path) as served:
        answers = [
            await served.client.get(path) for path in ("/health", "/docs", "/models", "/nothing")
        ]
        answers.append(await served.client.post("/generate-code/", json={"prompt": "x"}))
        answers.append(await served.client.post("/generate-code/", content="{"))
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert "<script" not in answers[1].text
    assert answers[3].json()["error"]["kind"] == "http"


async def test_no_answer_holds_a_key(tmp_path: Path) -> None:
    environ = {"LOCAL_API_KEY": "sk-canary-0123456789"}
    async with serving([Reply("ok")], tmp_path, environ=environ) as served:
        await served.client.post("/generate-code/", json={"prompt": "x"})
        texts = [
            (await served.client.get(path)).text
            for path in ("/models", "/snippets", "/openapi.json")
        ]
        run_id = (await served.client.get("/snippets")).json()["snippets"][0]["run_id"]
        texts.append((await served.client.get(f"/snippets/{run_id}")).text)
    assert served.model.requests[0].headers["authorization"] == "Bearer sk-canary-0123456789"
    assert "canary" not in "".join([*texts, *served.said])


async def test_snippets_are_the_history(tmp_path: Path) -> None:
    async with serving([Reply("one answer"), Reply("two answers")], tmp_path) as served:
        for prompt in ("first question", "second question"):
            await served.client.post("/generate-code/", json={"prompt": prompt})
        listed = (await served.client.get("/snippets")).json()["snippets"]
        assert [each["name"] for each in listed] == ["second question", "first question"]
        found = (await served.client.get("/snippets", params={"search": "two"})).json()["snippets"]
        assert [each["name"] for each in found] == ["second question"]
        place = f"/snippets/{found[0]['run_id']}"
        assert (await served.client.get(place)).json()["text"] == "two answers"
        assert (await served.client.delete(place)).status_code == 204
        assert (await served.client.get(place)).status_code == 404
        assert (await served.client.delete(place)).status_code == 404
        assert (await served.client.get("/snippets/last")).status_code == 404
        assert (await served.client.get("/snippets", params={"limit": 0})).status_code == 400


async def test_a_method_that_is_not_there_is_told_which_are(tmp_path: Path) -> None:
    async with serving([], tmp_path) as served:
        answer = await served.client.request("PATCH", "/snippets/0123456789ab")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "DELETE, GET"
        assert (await served.client.get("/generate-code/")).headers["allow"] == "POST"


async def test_a_server_without_a_key_does_not_blame_its_client(tmp_path: Path) -> None:
    elsewhere = ("--base-url", "https://models.example/v1")
    async with serving([], tmp_path, *elsewhere) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
    assert answer.status_code == 500
    assert answer.json()["error"]["kind"] == "not_ready"
    assert "LOCAL_API_KEY" in answer.json()["error"]["message"]


@pytest.mark.parametrize("cookie", [";;==;", "a b", "autocoder_token", "x y=z; =", '"'])
async def test_a_cookie_that_is_none_shows_no_token(tmp_path: Path, cookie: str) -> None:
    async with serving([], tmp_path, environ={"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}) as served:
        answer = await served.client.get("/models", headers={"cookie": cookie})
    assert answer.status_code == 401
