"""Where a request goes, in the words of error messages."""

from __future__ import annotations

import re

from autocoder_tui.engine.base_url import shown_url
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

_MASKED_KEY = re.compile(r"(?<!\S)\S*\*{3,}\S*")
_MAX_QUOTE = 300
_MAX_READ = 2_000
"""Characters of a server's message that are looked at."""


@dataclass(frozen=True, slots=True)
class Address:
    """One model at one endpoint, as error messages name it. Never shows the key."""

    endpoint: Endpoint
    model: Model

    @property
    def url(self) -> str:
        """The base URL without user name, password and query, safe to show."""
        return shown_url(self.endpoint.provider.base_url)

    @property
    def model_name(self) -> str:
        return visible(self.model.name)[:100]

    @property
    def key(self) -> str:
        """What was sent as the key: its source, or that there was none."""
        if self.endpoint.key is None:
            return "no key"
        return f"the key from {visible(self.endpoint.key_source or 'an unnamed source')[:100]}"

    def quote(self, text: str) -> str:
        """Text of the server, safe to put in a message: short, one line, without the key."""
        if self.endpoint.key is not None:
            text = text.replace(self.endpoint.key.reveal().strip() or "\0", "***")
        text = text[:_MAX_READ]
        # Servers repeat a key half masked; the halves that are left do not belong here either.
        text = _MASKED_KEY.sub("***", redacted(" ".join(text.split())))
        text = visible(text).strip()
        return text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1] + "…"
