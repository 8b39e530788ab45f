"""What a feature service tells Prometheus.

Statuses are counted once a view in the way of a request, and spread over its features when they are
asked for: https://prometheus.io/docs/instrumenting/writing_clientlibs/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from workbench.features.log.served_records import STATUSES

if TYPE_CHECKING:
    from workbench.features.log.served import FeatureLog
    from workbench.features.log.served_records import Shape
    from workbench.features.online.decoders import Answer

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class FeatureMeasures:
    """Counts requests and features of the services of one process."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "workbench_feature_requests",
            "Requests for features, by HTTP status.",
            ["service", "status"],
            registry=self._registry,
        )
        self._entities = Counter(
            "workbench_feature_entities",
            "Entities that features were served for.",
            ["service"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "workbench_feature_request_seconds",
            "Time to answer a request for features.",
            ["service"],
            buckets=_SECONDS,
            registry=self._registry,
        )

        self._served: list[Served] = []
        self._registry.register(self)

    def add(self, name: str, shape: Shape, log: FeatureLog | None) -> Served:
        """Return what counts the answers of a service, in place of the one that bore its name."""
        served = Served(name, shape, log)
        self._served = [each for each in self._served if each.name != name] + [served]
        return served

    def request(self, service: str, status: int, seconds: float, entities: int = 0) -> None:
        """Count a request."""
        self._requests.labels(service, str(status)).inc()
        self._seconds.labels(service).observe(seconds)
        if entities:
            self._entities.labels(service).inc(entities)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield what the services count themselves, as Prometheus's client asks for it."""
        statuses = CounterMetricFamily(
            "workbench_feature_statuses",
            "Features served, by whether their row was there, missing or expired.",
            labels=["service", "feature", "status"],
        )
        for served in self._served:
            for feature, status, count in served.counted():
                statuses.add_metric([served.name, feature, status], count)
        yield statuses
        for key, words in _LOG.items():
            gauge = GaugeMetricFamily(f"workbench_feature_log_{key}", words, labels=["service"])
            for served in self._served:
                if served.log is not None:
                    gauge.add_metric([served.name], _told(served.log, key))
            yield gauge


class Served:
    """Counts how the rows behind a service's features were found.

    Attributes
    ----------
    name : str
    log : FeatureLog or None
    """

    def __init__(self, name: str, shape: Shape, log: FeatureLog | None) -> None:
        self.name = name
        self.log = log
        self._shape = shape
        self._counts = [dict.fromkeys(STATUSES, 0) for _ in shape.views]

    def count(self, answers: Sequence[Sequence[Answer]]) -> None:
        """Count what a request found; each view's answers, one for each entity."""
        for counts, given in zip(self._counts, answers, strict=True):
            for each in given:
                counts[each[0]] += 1

    def counted(self) -> Iterator[tuple[str, str, int]]:
        """Yield each feature with a status and how often it had it."""
        places = dict(zip(self._shape.views, self._counts, strict=True))
        for feature in self._shape.features:
            for status, count in places.get(feature.view, {}).items():
                yield feature.name, status, count


_LOG = {
    "waiting": "Requests not yet in the feature log.",
    "written": "Requests in the feature log.",
    "dropped": "Requests that the feature log had no room for.",
    "failing": "Whether the feature log cannot be written now.",
}


def _told(log: FeatureLog, key: str) -> float:
    return float(bool(log.trouble) if key == "failing" else getattr(log, key))
