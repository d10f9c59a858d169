"""autocoder-tui: an AI coder for the terminal, and the library it is made of.

Everything that is listed here is loaded when it is first asked for:

    import asyncio
    import autocoder_tui

    generator = autocoder_tui.StreamingCodeGenerator(base_url="http://127.0.0.1:8080/v1",
                                                     model="local")
    done = asyncio.run(generator.generate_code_with_explanation("Say hello in C.", print))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autocoder_tui.system.version import __version__

if TYPE_CHECKING:
    from autocoder_tui.engine import errors as errors
    from autocoder_tui.engine import events as events
    from autocoder_tui.engine.catalog import Endpoint as Endpoint
    from autocoder_tui.engine.catalog import Model as Model
    from autocoder_tui.engine.catalog import Provider as Provider
    from autocoder_tui.engine.catalog import Secret as Secret
    from autocoder_tui.engine.events import Event as Event
    from autocoder_tui.engine.request import ChatMessage as ChatMessage
    from autocoder_tui.engine.request import InputFile as InputFile
    from autocoder_tui.engine.request import Limits as Limits
    from autocoder_tui.engine.request import RunRequest as RunRequest
    from autocoder_tui.engine.request import Turn as Turn
    from autocoder_tui.engine.run import run as run
    from autocoder_tui.errors import AutocoderError as AutocoderError
    from autocoder_tui.library.ai import AI as AI
    from autocoder_tui.library.ai import create_chat_model as create_chat_model
    from autocoder_tui.library.ai import fallback_model as fallback_model
    from autocoder_tui.library.ai import get_tokenizer as get_tokenizer
    from autocoder_tui.library.chat_model import AIMessage as AIMessage
    from autocoder_tui.library.chat_model import BaseChatModel as BaseChatModel
    from autocoder_tui.library.errors import APIError as APIError
    from autocoder_tui.library.errors import StreamingError as StreamingError
    from autocoder_tui.library.errors import StreamProcessError as StreamProcessError
    from autocoder_tui.library.files import DB as DB
    from autocoder_tui.library.files import parse_chat as parse_chat
    from autocoder_tui.library.files import to_files as to_files
    from autocoder_tui.library.generator import StreamingCodeGenerator as StreamingCodeGenerator
    from autocoder_tui.library.model_choice import choose as choose_model
    from autocoder_tui.library.proposal import Proposal as Proposal
    from autocoder_tui.library.proposal import apply as apply
    from autocoder_tui.library.stream import Generated as Generated
    from autocoder_tui.library.stream import StreamStats as StreamStats
    from autocoder_tui.library.stream import StreamStatus as StreamStatus
    from autocoder_tui.library.token_usage import TokenUsage as TokenUsage
    from autocoder_tui.review.file_review import FileReview as FileReview

_PLACES = {
    "AI": "library.ai",
    "AIMessage": "library.chat_model",
    "APIError": "library.errors",
    "AutocoderError": "errors",
    "BaseChatModel": "library.chat_model",
    "ChatMessage": "engine.request",
    "DB": "library.files",
    "Endpoint": "engine.catalog",
    "Event": "engine.events",
    "FileReview": "review.file_review",
    "Generated": "library.stream",
    "InputFile": "engine.request",
    "Limits": "engine.request",
    "Model": "engine.catalog",
    "Proposal": "library.proposal",
    "Provider": "engine.catalog",
    "RunRequest": "engine.request",
    "Secret": "engine.catalog",
    "StreamProcessError": "library.errors",
    "StreamStats": "library.stream",
    "StreamStatus": "library.stream",
    "StreamingCodeGenerator": "library.generator",
    "StreamingError": "library.errors",
    "TokenUsage": "library.token_usage",
    "Turn": "engine.request",
    "apply": "library.proposal",
    "choose_model": "library.model_choice",
    "create_chat_model": "library.ai",
    "fallback_model": "library.ai",
    "get_tokenizer": "library.ai",
    "parse_chat": "library.files",
    "run": "engine.run",
    "to_files": "library.files",
}
_RENAMED = {"choose_model": "choose"}
_MODULES = {"errors": "engine.errors", "events": "engine.events"}

__all__ = [
    "AI",
    "DB",
    "AIMessage",
    "APIError",
    "AutocoderError",
    "BaseChatModel",
    "ChatMessage",
    "Endpoint",
    "Event",
    "FileReview",
    "Generated",
    "InputFile",
    "Limits",
    "Model",
    "Proposal",
    "Provider",
    "RunRequest",
    "Secret",
    "StreamProcessError",
    "StreamStats",
    "StreamStatus",
    "StreamingCodeGenerator",
    "StreamingError",
    "TokenUsage",
    "Turn",
    "__version__",
    "apply",
    "choose_model",
    "create_chat_model",
    "errors",
    "events",
    "fallback_model",
    "get_tokenizer",
    "parse_chat",
    "run",
    "to_files",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), _RENAMED.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
