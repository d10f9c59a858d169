"""What a server says went wrong, in any of the shapes servers use for it."""

from __future__ import annotations

from typing import Any

from autocoder_tui.engine.end_words import read_end
from autocoder_tui.engine.errors import FilterStopped
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.values import dataclass

ABSURD_TOKENS = 100_000_000
_NO_FILTER = ("", "blocked", "language", "limited", "refused", "sensitive")
"""Words for the end of a reply that say something else, or nothing, in an error."""


@dataclass(frozen=True, slots=True)
class ServerError:
    """An error object as a server words it, in a frame or as the body of an error status."""

    message: str
    code: str = ""
    type: str = ""
    param: str = ""
    status: int | None = None
    numbers: tuple[int, int] | None = None
    """Tokens asked for and tokens there is room for, where the server gives them apart."""


def count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < ABSURD_TOKENS:
        return value
    return None


def message_of(choice: dict[str, Any]) -> dict[str, Any]:
    for name in ("delta", "message"):
        message = choice.get(name)
        if isinstance(message, dict):
            return message
    return {}


def read_error(data: dict[str, Any], choice: dict[str, Any] | None = None) -> ServerError | None:
    """The error object in `data`, in any of the shapes servers use; None if it holds none."""
    for holder in (data, choice, None if choice is None else message_of(choice)):
        error = None if holder is None else holder.get("error") or holder.get("errors")
        if isinstance(error, list):
            error = next((item for item in error if item), None)
        if isinstance(error, str) and error:
            return ServerError(error, status=_status(data.get("code") or data.get("status")))
        if isinstance(error, dict) and error:
            return _error_object(error)
    if data.get("object") == "error" or data.get("type") == "error" or data.get("error") is True:
        return _error_object(data)
    base = data.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        # MiniMax reports what went wrong beside the choices.
        return _error_object({"message": base.get("status_msg"), "code": base["status_code"]})
    if data.get("choices"):
        return None
    if _has_plain_error(data):
        return _error_object(data)
    detail = data.get("detail")
    if isinstance(detail, str) and detail:
        return ServerError(detail)
    if isinstance(detail, list) and detail:
        return _validation_error(detail)
    return None


def is_filtered(error: ServerError) -> bool:
    """Whether the error says by its type or code that a content filter stopped the reply."""
    words = (error.code, error.type)
    return any(read_end(word) == "filter" for word in words if word not in _NO_FILTER)


def filter_stopped(error: ServerError, address: Address) -> FilterStopped:
    quote = address.quote(error.message or error.code or error.type)
    return FilterStopped(
        f"The provider's content filter stopped {address.model_name} at {address.url}"
        f"{f'. It said: “{quote}”' if quote else ''}. Change the requirements and run again, or "
        "choose another model."
    )


def _has_plain_error(data: dict[str, Any]) -> bool:
    return isinstance(data.get("message"), str) and ("code" in data or "status" in data)


def _error_object(error: dict[str, Any]) -> ServerError:
    message = error.get("message") or error.get("detail") or error.get("msg")
    code, kind, param = error.get("code"), error.get("type"), error.get("param")
    asked, room = count(error.get("n_prompt_tokens")), count(error.get("n_ctx"))
    return ServerError(
        message=message if isinstance(message, str) else "",
        code=str(code) if isinstance(code, (str, int)) else "",
        type=kind if isinstance(kind, str) else "",
        param=param if isinstance(param, str) else "",
        status=_status(code) or _status(error.get("status")),
        numbers=(asked, room) if asked is not None and room is not None else None,
    )


def _validation_error(detail: list[Any]) -> ServerError:
    """FastAPI's list of what is wrong with which field; its `input` is our own prompt."""
    messages: list[str] = []
    fields: list[str] = []
    for item in detail:
        if not isinstance(item, dict):
            continue
        place = item.get("loc")
        path = [str(part) for part in place if part != "body"] if isinstance(place, list) else []
        fields.append(".".join(path))
        messages.append(f"{fields[-1]}: {item.get('msg')}".removeprefix(": "))
    return ServerError("; ".join(messages), type="validation", param=" ".join(fields))


def _status(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        return value
    return None
