"""What a server's word for the end of a reply means: the one table of finish reasons.

Read without regard to case, blanks, "-", "_" and the name of an enumeration before them
("FinishReason.MAX_TOKENS", "FINISH_REASON_STOP"), for proxies hand on the words of other APIs
as they please.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

End: TypeAlias = Literal["ordinary", "length", "filter", "broken", "tools", "unknown", "unsaid"]
"""How a reply ended: the model ended it; it was cut off at a limit; a filter stopped it; something
went wrong on the way; the model wants a tool run; a word that is not known; nothing was said."""

STOPPED_AT_CAP: Final = "spending_cap"
"""Finish reason of a reply that was not read to its end, for it cost more than it may."""
STOPPED_REPEATING: Final = "repeats_itself"
"""Finish reason of a reply that was not read to its end, for it only repeated itself."""
STOPPED_ENOUGH: Final = "enough"
"""Finish reason of a reply that was not read to its end, for all that is wanted of it is there."""
END_MARK: Final = "[DONE]"
"""Finish reason of a reply that says only with this mark that it is all."""

_WORDS: Final[dict[End, str]] = {
    # OpenAI, Anthropic, Gemini, Cohere, Bedrock, TGI, llama.cpp, vLLM, SGLang, Mistral, watsonx.
    "ordinary": """
        stop end_turn stop_sequence stop_sequences eos eos_token end_of_turn end_of_text
        end_of_sequence stop_token stop_word stop_words stop_string stop_str stopped matched_stop
        matched_eos_token natural_stop normal complete completed completion done end ended endoftext
        finish finished success succeeded enough [DONE]
    """,
    "length": """
        length max_tokens max_token max_tokens_reached max_token_reached max_output_tokens
        max_completion_tokens max_new_tokens max_output_length max_length max_generated_tokens
        max_tokens_exceeded output_limit output_token_limit token_limit token_limit_reached
        tokens_limit limit limited limit_reached error_limit length_limit length_limit_exceeded
        length_exceeded length_capped model_length model_context_window_exceeded
        context_window_exceeded context_length context_length_exceeded context_limit
        max_context_length max_model_length max_model_len max_seq_len truncated truncation
        incomplete pause_turn spending_cap repeats_itself
    """,
    "filter": """
        content_filter content_filtered content_filtering content_policy content_policy_violation
        content_blocked content_moderation filter filtered safety safety_filter recitation blocklist
        prohibited_content spii sensitive sensitive_content model_armor image_safety
        image_prohibited_content image_recitation language moderation moderated flagged blocked
        guardrail guardrail_intervened guardrails refusal refused error_toxic toxic toxicity
        policy_violation prompt_blocked responsible_ai_policy_violation
    """,
    "broken": """
        error errored error_finish abort aborted abort_request cancel cancelled canceled
        client_disconnected user_cancel interrupted insufficient_system_resource
        insufficient_system_resources system_error server_error internal_error internal_server_error
        engine_error model_error upstream_error provider_error network_error connection_error
        overloaded timeout timed_out time_limit deadline_exceeded fail failed failure exception
        unavailable preempted load unload no_image image_other evicted killed
        malformed_response malformed_model_output rejected rate_limit rate_limited error_rate_limit
    """,
    "tools": """
        tool_calls tool_call tool_use tool_uses function_call function_calls functions tool
        malformed_function_call unexpected_tool_call malformed_tool_use too_many_tool_calls
        missing_thought_signature
    """,
}
_SAYS_NOTHING: Final = frozenset({"", "null", "none", "undefined", "nil"})
_ENUMERATION: Final = re.compile(
    r"^(?:\w+[.:])+|^(?:finish|stop|done|end)_?reasons?_+", re.IGNORECASE
)
_SIGNS: Final = re.compile(r"[\W_]+")


def _folded(word: str) -> str:
    return _SIGNS.sub("", word).casefold()


_ENDS: Final[dict[str, End]] = {
    _folded(word): end for end, words in _WORDS.items() for word in words.split()
}


def read_end(word: str | None) -> End:
    """What `word`, a finish reason as a server sent it or one of our own, says."""
    if word is None:
        return "unsaid"
    bare = word.strip()[:200]
    found = _ENDS.get(_folded(bare))
    if found is None:
        bare = _ENUMERATION.sub("", _ENUMERATION.sub("", bare))
        found = _ENDS.get(_folded(bare))
    if found is not None:
        return found
    return "unsaid" if _folded(bare) in _SAYS_NOTHING else "unknown"


def was_cut(word: str | None) -> bool:
    """Whether a reply that ended like this did not end by itself."""
    return read_end(word) in ("length", "broken", "unsaid")
