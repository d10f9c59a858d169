"""Proxies, the wrong scheme and keys: nothing of their values is shown, and the program stays."""

from tests.faults.table import Case

_PROXIES = "tests/engine/provider/test_proxies.py::"
_TLS = "tests/faults/test_tls.py::"
_KEYS = "tests/config/test_api_keys.py::"
_AZURE = "tests/engine/provider/test_azure.py::"

CASES = (
    Case(
        "a proxy that can't be used, or fails: one sentence names the variable, never its value",
        (
            f"{_PROXIES}test_a_value_that_is_no_proxy_is_named_by_its_variable_only",
            f"{_PROXIES}test_any_value_is_a_proxy_or_refused_in_a_sentence_without_it",
            f"{_PROXIES}test_a_proxy_that_wants_a_login",
            f"{_PROXIES}test_a_socks_proxy_that_refuses_the_password",
            f"{_PROXIES}test_a_proxy_where_nothing_listens",
            f"{_PROXIES}test_what_comes_of_a_broken_proxy_names_the_variable",
        ),
    ),
    Case(
        "a SOCKS5 proxy: the reply comes through it, the name looked up there",
        (f"{_PROXIES}test_a_reply_comes_through_a_socks_proxy",),
    ),
    Case(
        "https for a plain server, http for one with TLS: named at once, nothing sent, one try",
        (
            f"{_TLS}test_https_typed_for_a_plain_server_is_named_at_once",
            f"{_TLS}test_http_typed_for_a_tls_server_is_named_at_once",
        ),
    ),
    Case(
        "quotes, Bearer or a byte order mark around a key: not sent, and said",
        (
            f"{_KEYS}test_what_was_copied_with_a_key_is_taken_off_and_said",
            f"{_KEYS}test_a_byte_order_mark_is_passed_over_in_silence",
        ),
    ),
    Case(
        "a key in the query of a base URL: refused; Azure's own query is sent",
        (
            f"{_AZURE}test_a_query_that_may_hold_a_secret_is_refused",
            f"{_AZURE}test_the_request_as_it_is_sent",
        ),
    ),
)
