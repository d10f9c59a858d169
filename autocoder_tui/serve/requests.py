"""From what a client sent to a run of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.engine.preprompt import EXPLAINED_CODE
from autocoder_tui.engine.request import ChatMessage, InputFile, RunRequest
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.fitting_turns import with_fitting_turns
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model, obstacle
from autocoder_tui.serve.payloads import GenerateCode, SocketMessage
from autocoder_tui.serve.settings import ServeSettings
from autocoder_tui.serve.threads import Place, system_of, turns_of


class NotReady(AutocoderError):
    """The server itself lacks something, such as the key for its model: no fault of a client."""

    kind = "not_ready"


def code_request(settings: ServeSettings, asked: GenerateCode) -> Callable[[], Prepared]:
    """Makes the run that answers `asked`. What it gives blocks, and raises AutocoderError."""

    def make() -> Prepared:
        chosen = _chosen(settings, asked.model, None)
        request = _request(settings.setup, chosen, asked.prompt)
        files = tuple(InputFile(file.path, file.text) for file in asked.files)
        return _prepared(settings.setup, replace(request, files=files))

    return make


def conversation_request(
    settings: ServeSettings,
    messages: Sequence[SocketMessage],
    place: Place,
    model: str | None,
    custom_url: str | None,
) -> Callable[[], Prepared]:
    """Makes the run that answers a conversation whose last message is the user's. It is sent as
    it is, and kept as the turns it is made of."""

    def make() -> Prepared:
        chosen = _chosen(settings, model, custom_url)
        last = messages[-1]
        if last.role != "user" or not last.content.strip():
            raise RequestError("The last message has to be the user's, and to say something.")
        request = _request(settings.setup, chosen, last.content)
        said = [ChatMessage(each.role, each.content) for each in messages]  # type: ignore[arg-type]
        if said[0].role != "system":
            said.insert(0, ChatMessage("system", _system(settings.setup)))
        request = replace(
            request,
            messages=tuple(said),
            turns=turns_of(messages[:-1]),
            system_prompt=system_of(messages),
        )
        return _prepared(settings.setup, request, place)

    return make


def instruction_request(
    settings: ServeSettings,
    messages: Sequence[SocketMessage],
    place: Place,
    model: str | None,
    custom_url: str | None,
) -> Callable[[], Prepared]:
    """Makes the short call that turns the complaint at the end of a conversation into an
    instruction; it is told what the complaint is about."""

    def make() -> Prepared:
        chosen = _chosen(settings, model, custom_url)
        request = replace(
            _request(settings.setup, chosen, messages[-1].content),
            mode="feedback",
            purpose="feedback",
            instructions=load_guidance(settings.setup).instructions.get("feedback", ""),
            turns=turns_of(messages[:-1])[-1:],
        )
        return _prepared(settings.setup, with_fitting_turns(request), place)

    return make


def _chosen(settings: ServeSettings, model: str | None, custom_url: str | None) -> ChosenModel:
    """The model a client asks for. Raises AutocoderError where it may not have it."""
    setup = settings.setup
    address = None
    if custom_url:
        address = check_base_url(custom_url)
        if address not in settings.allowed_urls:
            raise RequestError(
                "This server sends nothing to that address. Its owner may allow it with "
                "--allow-url URL."
            )
    chosen = choose_model(setup, model, address)
    problem = obstacle(chosen, setup.limits)
    if problem is not None:
        raise NotReady(problem)
    return chosen


def _request(setup: Setup, chosen: ChosenModel, prompt: str) -> RunRequest:
    temperature = setup.model.temperature
    return RunRequest(
        prompt,
        chosen.model,
        chosen.endpoint,
        limits=setup.limits,
        temperature=chosen.model.temperature if temperature is None else temperature,
        mode="query",
        purpose="query",
        instructions=EXPLAINED_CODE,
        calibration=chosen.calibration,
    )


def _system(setup: Setup) -> str:
    return load_guidance(setup).instructions.get("query", "") or EXPLAINED_CODE


def _prepared(setup: Setup, request: RunRequest, place: Place | None = None) -> Prepared:
    place = place or Place()
    thread = place.thread or request.run_id
    return Prepared(setup.root, request, {}, thread=thread, parent=place.parent)
