"""What the service counts, for Prometheus."""

from collections.abc import Callable
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_TEXTS: Final = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Counts of one service, with memory and processor time of its main process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Histogram(
            "edge_translate_http_request_duration_seconds",
            "Time from a request to its answer",
            ["endpoint", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "edge_translate_http_requests_in_flight",
            "Requests that are being answered",
            registry=self.registry,
        )
        self.texts = Counter(
            "edge_translate_texts",
            "Texts that were translated",
            ["source", "target"],
            registry=self.registry,
        )
        self.characters = Counter(
            "edge_translate_characters",
            "Characters of the texts that were translated",
            ["source", "target"],
            registry=self.registry,
        )
        self.batches = Histogram(
            "edge_translate_batch_texts",
            "Texts of a batch",
            buckets=_TEXTS,
            registry=self.registry,
        )

    def watch(self, name: str, help_text: str, value: Callable[[], float]) -> None:
        """Add a value that is read whenever the metrics are rendered."""
        Gauge(name, help_text, registry=self.registry).set_function(value)

    def observe_request(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request that was answered.

        Args:
            endpoint: One of a fixed set of names: a label for every path that somebody
                asks for would take memory without end.
            status: Status of the response.
            seconds: What it took.
        """
        self._requests.labels(endpoint, status).observe(seconds)

    def render(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)
