"""Figures for Prometheus at `/metrics`, of all workers together.

No label holds what a client made up: models that are not in the table count as "other".
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Final

from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from autocoder_tui.serve.exchange import Exchange
from autocoder_tui.serve.settings import SHARED_FOLDER

_OTHER: Final = "other"
_SECONDS: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_TOO_MANY: Final = 429


class Metrics:
    """Counts exchanges. `models` are the names that are told apart."""

    def __init__(self, models: Collection[str]) -> None:
        # Whether workers share their figures is decided when the library is imported, which may
        # have been before anybody knew.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
        self._models = frozenset(models)
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "autocoder_tui_requests",
            "Requests that are over, and answers within conversations (method ANSWER).",
            ("method", "route", "status", "ended"),
            registry=registry,
        )
        self._open = Gauge(
            "autocoder_tui_open_requests",
            "Requests, streams, conversations and terminals that are open.",
            ("method", "route"),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._first_byte = Histogram(
            "autocoder_tui_first_byte_seconds",
            "From the request to the first byte of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._total = Histogram(
            "autocoder_tui_duration_seconds",
            "From the request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._tokens = Counter(
            "autocoder_tui_tokens",
            "Tokens of the models, sent (prompt) and got (completion).",
            ("model", "direction"),
            registry=registry,
        )
        self._cost = Counter(
            "autocoder_tui_cost_dollars",
            "What the models cost, as far as their prices are known.",
            ("model",),
            registry=registry,
        )
        self._errors = Counter(
            "autocoder_tui_upstream_errors",
            "Runs that failed, by kind.",
            ("kind",),
            registry=registry,
        )
        self._limited = Counter(
            "autocoder_tui_rate_limited",
            "Requests that were refused because their client asked too often, or too much at once.",
            ("route",),
            registry=registry,
        )

    def began(self, exchange: Exchange) -> None:
        self._open.labels(exchange.method, exchange.route or _OTHER).inc()

    def ended(self, exchange: Exchange) -> None:
        route, status = exchange.route or _OTHER, str(exchange.status)
        self._open.labels(exchange.method, route).dec()
        self._requests.labels(exchange.method, route, status, exchange.ended).inc()
        self._total.labels(route).observe(exchange.total_seconds)
        if exchange.first_byte_seconds is not None:
            self._first_byte.labels(route).observe(exchange.first_byte_seconds)
        if exchange.has_run:
            model = exchange.model if exchange.model in self._models else _OTHER
            self._tokens.labels(model, "prompt").inc(exchange.prompt_tokens)
            self._tokens.labels(model, "completion").inc(exchange.completion_tokens)
            self._cost.labels(model).inc(float(exchange.cost_usd))
            if exchange.error is not None:
                self._errors.labels(exchange.error).inc()
        elif exchange.status == _TOO_MANY:
            self._limited.labels(route).inc()

    def text(self) -> bytes:
        """All figures, in the text format."""
        registry = self._registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def add_metrics_route(app: FastAPI, metrics: Metrics) -> None:
    """Add `/metrics`."""

    @app.get("/metrics", include_in_schema=False)
    def figures() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
