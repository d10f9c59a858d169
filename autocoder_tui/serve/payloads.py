"""What clients may send."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Path = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
_ModelName = Annotated[str, StringConstraints(max_length=200, pattern=r"^[!-~]([ -~]*[!-~])?$")]
_Text = Annotated[str, StringConstraints(max_length=8_000_000)]
_Prompt = Annotated[str, StringConstraints(min_length=1, max_length=2_000_000, pattern=r"\S")]


class GivenFile(BaseModel):
    """A file the model is given: its path is a name for the model, nothing is read by it."""

    model_config = ConfigDict(extra="forbid")

    path: _Path
    text: _Text


class GenerateCode(BaseModel):
    """A request for code with an explanation."""

    model_config = ConfigDict(extra="forbid")

    prompt: _Prompt = Field(description="What is wanted.")
    model: _ModelName | None = Field(None, description="One of GET /models; else the server's own.")
    files: list[GivenFile] = Field(default_factory=list, max_length=500)


class SocketMessage(BaseModel):
    """A message of a conversation over the socket."""

    model_config = ConfigDict(extra="ignore")

    role: Annotated[str, StringConstraints(pattern=r"^(system|user|assistant)$")]
    content: _Text


class SocketRequest(BaseModel):
    """What a client of the socket asks: the conversation so far, the last message the user's."""

    model_config = ConfigDict(extra="ignore")

    messages: Annotated[list[SocketMessage], Field(min_length=1, max_length=1000)]
    feedback: bool = False
    model: _ModelName | None = None
    custom_url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    announce: bool = False
    """Whether a frame `start` with the run's id comes before the first word."""


class ErrorSaid(BaseModel):
    """Why an answer failed."""

    kind: str
    message: str


class ErrorAnswer(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorSaid
