"""What a person does at the page, in a real browser against a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply, error_reply
from tests.browser.browser import WAIT, ask, browsing, complains, expect, opened, said

CODE = 'def greet():\n    return "hello"  # short\n'
ANSWER = f"Here it **is**:\n\n```python\n{CODE}```\n\nCall `greet`."
STALLED = Reply(ANSWER, stall="middle", cut_after=30)


async def test_a_question_is_answered_and_followed_up(tmp_path: Path) -> None:
    async with browsing([Reply(ANSWER), Reply("It returns.")], tmp_path) as (served, context):
        page = await opened(served, context)
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        answer = page.locator(".answer").first
        await expect(answer.locator("strong")).to_have_text("is")
        await expect(answer.locator("pre .t-keyword")).to_have_text(["def", "return"])
        assert await answer.locator("pre").inner_text() == CODE
        await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        await ask(page, "What does it do?")
        await expect(page.locator(".answer").nth(1)).to_have_text("It returns.", timeout=WAIT)
        await said(page, "The answer is complete.")
    second = served.model.requests[1].messages
    assert [each["content"] for each in second[1:]] == ["Greet.", ANSWER, "What does it do?"]


async def test_copies_are_the_text_as_it_came(tmp_path: Path) -> None:
    async with browsing([Reply(ANSWER)], tmp_path) as (served, context):
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await opened(served, context)
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        for name, text in (("Copy code", CODE), ("Copy answer", ANSWER)):
            await page.get_by_role("button", name=name).click()
            await page.get_by_role("button", name="Copied").wait_for()
            assert await page.evaluate("navigator.clipboard.readText()") == text
            await page.get_by_role("button", name=name).wait_for()


@pytest.mark.parametrize("key", [True, False])
async def test_stop_ends_the_request_and_keeps_what_came(tmp_path: Path, key: bool) -> None:
    async with browsing([STALLED, Reply("on")], tmp_path) as (served, context):
        page = await opened(served, context)
        await ask(page, "Greet.")
        await page.locator(".answer .code").wait_for()
        if key:
            await page.keyboard.press("Escape")
        else:
            await page.get_by_role("button", name="Stop").click()
        await said(page, "Stopped.")
        await asyncio.wait_for(served.model.wait_for_drop(), 5)
        assert "Here it is" in await page.locator(".answer").inner_text()
        # Where the button was the person is not left nowhere.
        assert await page.evaluate("document.activeElement.id") == "prompt"
        await ask(page, "Go on.")
        await said(page, "The answer is complete.")


async def test_feedback_becomes_an_instruction(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        told = str(received.messages)
        if "Complaint: too short" in told:
            return Reply("Make it longer.")
        return Reply("long" if "Make it longer." in told else "short")

    async with browsing(answer, tmp_path) as (served, context):
        page = await opened(served, context)
        await page.get_by_role("radio", name="Feedback").check()
        await ask(page, "too short")
        await complains(page, "there is none yet")
        await page.get_by_role("radio", name="Query").check()
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        await page.get_by_role("radio", name="Feedback").check()
        await ask(page, "too short")
        last = page.locator("article").nth(1)
        await expect(last.locator(".answer")).to_have_text("long", timeout=WAIT)
        await expect(last.locator(".instruction")).to_have_text("Asked for: Make it longer.")


async def test_snippets_are_viewed_searched_and_deleted(tmp_path: Path) -> None:
    async with browsing([Reply("about apples"), Reply("about pears")], tmp_path) as (
        served,
        context,
    ):
        page = await opened(served, context)
        for prompt in ("first question", "second question"):
            await ask(page, prompt)
            await said(page, "The answer is complete.")
            await page.get_by_role("button", name="New conversation").click()
        lines = page.locator("#snippet-list li")
        await expect(lines).to_have_count(2)
        await page.get_by_role("searchbox").fill("apples")
        await expect(lines).to_have_count(1)
        await lines.get_by_role("button", name="first question").first.click()
        await expect(page.locator(".answer")).to_have_text("about apples")
        await expect(page.locator(".question")).to_have_text("first question")
        await page.get_by_role("button", name="Delete first question").click()
        await page.get_by_role("button", name="Keep").click()
        await expect(lines).to_have_count(1)
        await page.get_by_role("button", name="Delete first question").click()
        await page.get_by_role("button", name="Really delete first question").click()
        await expect(lines).to_have_count(0)
        kept = (await served.client.get("/snippets")).json()["snippets"]
        assert [each["name"] for each in kept] == ["second question"]
        await page.get_by_role("searchbox").fill("")
        await expect(lines).to_have_count(1)


async def test_a_custom_url_is_offered_where_one_is_allowed_and_no_other(tmp_path: Path) -> None:
    async with browsing([], tmp_path) as (served, context):
        page = await opened(served, context)
        await expect(page.get_by_label("Custom URL")).to_be_hidden()
    flags = ("--allow-url", "http://127.0.0.1:9/v1")
    async with browsing([Reply("ok")], tmp_path, *flags) as (served, context):
        page = await opened(served, context)
        await page.get_by_label("Custom URL").fill("http://10.0.0.1/v1")
        await ask(page, "Greet.")
        await complains(page, "This server sends nothing to that address.")
        assert not served.model.requests
        await page.get_by_label("Custom URL").fill("")
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")


async def test_another_model_can_be_named(tmp_path: Path) -> None:
    async with browsing([Reply("ok")], tmp_path) as (served, context):
        page = await opened(served, context)
        await page.get_by_label("Model").select_option(label="Another model")
        await page.get_by_label("Its name").fill("some-other-model")
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
    assert served.model.requests[0].body["model"] == "some-other-model"


async def test_two_tabs_at_once_do_not_mix(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        return Reply(f"{received.messages[-1]['content']} " * 40, delay=0.005)

    async with browsing(answer, tmp_path) as (served, context):
        pages = [await opened(served, context) for _ in range(2)]
        for page, word in zip(pages, ("one", "two"), strict=True):
            await ask(page, word)
        for page, word in zip(pages, ("one", "two"), strict=True):
            await said(page, "The answer is complete.")
            await expect(page.locator(".answer")).to_have_text(" ".join([word] * 40))
        await pages[0].reload()
        await expect(pages[0].locator(".answer")).to_have_text(" ".join(["one"] * 40))


async def test_a_page_loaded_anew_in_mid_stream_shows_what_came(tmp_path: Path) -> None:
    async with browsing([Reply("First."), STALLED, Reply("on")], tmp_path) as (served, context):
        page = await opened(served, context)
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        await ask(page, "Again.")
        await page.locator(".answer .code").wait_for()
        await page.reload()
        await said(page, "The conversation is here again.")
        await asyncio.wait_for(served.model.wait_for_drop(), 5)
        last = page.locator("article").nth(1)
        await expect(page.locator(".answer").first).to_have_text("First.")
        await expect(last.locator(".question")).to_have_text("Again.")
        await expect(last.locator("pre")).to_contain_text("def")
        await expect(last.locator(".said")).to_contain_text("before it was complete")
        await ask(page, "Go on.")
        await said(page, "The answer is complete.")
    assert "First." in str(served.model.requests[2].messages)


@pytest.mark.parametrize(("status", "words"), [(401, "key"), (500, "500"), (429, "429")])
async def test_a_failure_is_a_sentence(tmp_path: Path, status: int, words: str) -> None:
    reply = error_reply(status, "no such luck")
    async with browsing([reply, Reply("on")], tmp_path, "--max-attempts", "1") as (served, context):
        page = await opened(served, context)
        await ask(page, "Greet.")
        await page.locator("#problem:not(:empty)").wait_for()
        problem = (await page.locator("#problem").inner_text()).strip()
        assert words in problem
        assert problem.endswith((".", "”"))
        await ask(page, "Again.")
        await said(page, "The answer is complete.")
        assert not await page.locator("#problem").inner_text()


async def test_a_lost_connection_is_told_and_made_again(tmp_path: Path) -> None:
    through: list[Any] = []

    async def route(socket: Any) -> None:
        socket.connect_to_server()
        through.append(socket)

    async with browsing([STALLED, Reply("on")], tmp_path) as (served, context):
        await context.route_web_socket("**/ws", route)
        page = await opened(served, context)
        await ask(page, "Greet.")
        await page.locator(".answer .code").wait_for()
        await through[0].close()
        await complains(page, "The connection to the server was lost.")
        assert "Here it is" in await page.locator(".answer").inner_text()
        await ask(page, "Go on.")
        await said(page, "The answer is complete.")
        assert len(through) == 2


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with browsing([Reply("on")], tmp_path) as (served, context):
        page = await opened(served, context)
        await context.set_offline(True)
        await ask(page, "Greet.")
        await complains(page, "There is no connection to the server.")
        await context.set_offline(False)
        await ask(page, "Again.")
        await said(page, "The answer is complete.")
        await expect(page.locator(".answer").nth(1)).to_have_text("on")


async def test_a_token_leaves_the_address(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": "a-token-of-some-length"}
    async with browsing([Reply("ok")], tmp_path, environ=environ) as (served, context):
        page = await context.new_page()
        await page.goto(f"{served.url}/?token=a-token-of-some-length")
        await page.locator("#model option").first.wait_for(state="attached")
        assert page.url == f"{served.url}/"
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        assert "a-token" not in await page.evaluate("document.cookie")


async def test_light_and_dark_are_the_systems_until_they_are_chosen(tmp_path: Path) -> None:
    async with browsing([], tmp_path) as (served, context):
        page = await opened(served, context)
        ground = "getComputedStyle(document.body).backgroundColor"
        await page.emulate_media(color_scheme="dark")
        dark = await page.evaluate(ground)
        await page.emulate_media(color_scheme="light")
        light = await page.evaluate(ground)
        assert dark != light
        await page.get_by_role("button", name="Dark colours").click()
        assert await page.evaluate(ground) == dark
        await page.reload()
        await page.get_by_role("button", name="Light colours").wait_for()
        assert await page.evaluate(ground) == dark


async def test_a_phone_shows_it_without_scrolling_sideways(tmp_path: Path) -> None:
    wide = Reply(
        f"{ANSWER}\n\n```\n{'x' * 300}\n```\n\n{'y' * 300}\n\n|a|b|\n|-|-|\n|{'z' * 90}|c|"
    )
    async with browsing([wide], tmp_path) as (served, context):
        page = await opened(served, context)
        await page.set_viewport_size({"width": 390, "height": 844})
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert await page.evaluate(
            "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)"
            "(document.querySelector('#conversation'))"
        )
        await page.get_by_role("button", name="Snippets").click()
        assert await page.evaluate("document.activeElement.id") == "search"
        await page.locator("#snippet-list .open").click()
        await page.locator(".question").wait_for()
        await page.get_by_role("button", name="Snippets").click()
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.id") == "show-snippets"
