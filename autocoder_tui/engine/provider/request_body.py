"""The body of a request, and what a refusal of one of its parameters teaches.

OpenAI-compatible servers differ in which parameters they take. A server that names one in a
400 or 422 is remembered in `Capabilities` and asked again without it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.server_errors import ServerError
from autocoder_tui.engine.provider.server_software import LLAMA_CPP
from autocoder_tui.safety.sanitize import visible

NO_PARAMETER: Final = "none"
"""`Capabilities.max_tokens_parameter` of a server that takes neither name."""

_MAX_TOKENS_NAMES: Final = ("max_tokens", "max_completion_tokens")
_UNSUPPORTED = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed"
    r"|invalid (?:argument|parameter)|extra (?:inputs|fields)|use '?max_|deprecated",
    re.IGNORECASE,
)
_NO_SYSTEM_ROLE = re.compile(
    r"system.{0,40}(?:role|message|prompt|instruction)|role.{0,40}system|only user and assistant",
    re.IGNORECASE | re.DOTALL,
)
_PREFILL_MESSAGE_FIELD: Final = {"deepseek": "prefix", "mistral": "prefix", "partial": "partial"}


def request_body(
    endpoint: Endpoint,
    model: Model,
    messages: Sequence[dict[str, str]],
    *,
    capabilities: Capabilities,
    temperature: float | None,
    max_output_tokens: int | None,
    prefill: str | None,
) -> dict[str, Any]:
    """The JSON body of a streamed chat completion, with only what the server is known to take."""
    body: dict[str, Any] = {
        "model": model.name,
        "messages": _messages(messages, model, capabilities, prefill),
        "stream": True,
    }
    if capabilities.stream_options is not False:
        body["stream_options"] = {"include_usage": True}
    limit_name = capabilities.max_tokens_parameter or endpoint.provider.max_tokens_parameter
    if max_output_tokens is not None and limit_name != NO_PARAMETER:
        body[limit_name] = max_output_tokens
    if temperature is not None and capabilities.temperature is not False:
        body["temperature"] = temperature
    if model.reasoning_effort is not None and capabilities.reasoning_effort is not False:
        body["reasoning_effort"] = model.reasoning_effort
    if capabilities.server == LLAMA_CPP and capabilities.prompt_progress is not False:
        body["return_progress"] = True
    if prefill == "vllm":
        body["continue_final_message"] = True
        body["add_generation_prompt"] = False
    return body


def left_out(model: Model, temperature: float | None, capabilities: Capabilities) -> str | None:
    """What was asked for and is not sent, for `model` refused it; a sentence, or None."""
    asked = {
        "temperature": capabilities.temperature is False and temperature is not None,
        "reasoning effort": capabilities.reasoning_effort is False
        and model.reasoning_effort is not None,
    }
    names = " and ".join(name for name, refused in asked.items() if refused)
    return f"{visible(model.name)} takes no {names}: left out." if names else None


def _messages(
    messages: Sequence[dict[str, str]],
    model: Model,
    capabilities: Capabilities,
    prefill: str | None,
) -> list[dict[str, Any]]:
    # Half a character (of a file name that is not UTF-8, say) has no place in JSON.
    result: list[dict[str, Any]] = [
        {name: text.encode("utf-8", "replace").decode() for name, text in message.items()}
        for message in messages
    ]
    if capabilities.system_role is False or model.system_role is False:
        result = system_as_user(result)
    field = _PREFILL_MESSAGE_FIELD.get(prefill or "")
    if field is not None and result and result[-1].get("role") == "assistant":
        result[-1][field] = True
    return result


def system_as_user(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """System messages put in front of the first user message."""
    system = [str(message["content"]) for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    for message in others:
        if system and message["role"] == "user":
            message["content"] = "\n\n".join([*system, str(message["content"])])
            return others
    return [{"role": "user", "content": "\n\n".join(system)}, *others] if system else others


def learn_from_refusal(
    error: ServerError, body: dict[str, Any], capabilities: Capabilities
) -> bool:
    """Remember the parameter of `body` that `error` names. False if it names none.

    Each parameter can be learnt once, so repeating while this is True ends.
    """
    if "stream_options" in body and _names("stream_options", error):
        capabilities.stream_options = False
        return True
    if "temperature" in body and _names("temperature", error):
        capabilities.temperature = False
        return True
    if "reasoning_effort" in body and _names("reasoning_effort", error):
        capabilities.reasoning_effort = False
        return True
    if "return_progress" in body and _names("return_progress", error):
        capabilities.prompt_progress = False
        return True
    for name, other in (_MAX_TOKENS_NAMES, _MAX_TOKENS_NAMES[::-1]):
        if name in body and _names(name, error) and _is_unsupported(error):
            tried_other = capabilities.max_tokens_parameter == name
            capabilities.max_tokens_parameter = NO_PARAMETER if tried_other else other
            return True
    has_system = any(message["role"] == "system" for message in body["messages"])
    if has_system and _refuses_system_role(error):
        capabilities.system_role = False
        return True
    return False


def _names(parameter: str, error: ServerError) -> bool:
    word = rf"(?<![\w-]){parameter}(?![\w-])"
    return bool(re.search(word, error.param) or re.search(word, error.message))


def _is_unsupported(error: ServerError) -> bool:
    """Not taken at all, rather than too large a value: that another name would not cure."""
    kinds = ("unsupported", "extra", "unknown")
    if any(kind in error.code or kind in error.type for kind in kinds):
        return True
    return bool(_UNSUPPORTED.search(error.message))


def _refuses_system_role(error: ServerError) -> bool:
    in_role = "role" in error.param and "system" in error.message
    return in_role or bool(_NO_SYSTEM_ROLE.search(error.message) and _is_unsupported_role(error))


def _is_unsupported_role(error: ServerError) -> bool:
    return bool(re.search(r"not support|unsupported|only|not allowed|invalid|must", error.message))
