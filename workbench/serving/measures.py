"""What an endpoint tells Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from workbench.features.log.predictions import PredictionLog

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SHARES = tuple(i / 10 for i in range(1, 11))


class Measures:
    """Counts requests and predictions of one deployment in one process.

    Parameters
    ----------
    name : str
        The deployment.
    log : PredictionLog
        Its log, whose backlog and losses are told too.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, name: str, log: PredictionLog) -> None:
        self._registry = CollectorRegistry()
        self._name = name
        self._requests = Counter(
            "workbench_requests",
            "Prediction requests, by HTTP status.",
            ["deployment", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "workbench_request_seconds",
            "Time to answer a prediction request.",
            ["deployment"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._predictions = Counter(
            "workbench_predictions",
            "Rows predicted, by model version.",
            ["deployment", "model"],
            registry=self._registry,
        )
        self._probability = Histogram(
            "workbench_probability",
            "Probabilities given.",
            ["deployment", "model"],
            buckets=_SHARES,
            registry=self._registry,
        )
        for key, words in {
            "waiting": "Predictions not yet in the log.",
            "written": "Predictions in the log.",
            "dropped": "Predictions that the log had no room for.",
        }.items():
            gauge = Gauge(
                f"workbench_prediction_log_{key}", words, ["deployment"], registry=self._registry
            )
            gauge.labels(name).set_function(lambda key=key: float(getattr(log, key)))  # type: ignore[misc]  # a default binds the key

    def request(self, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(self._name, str(status)).inc()
        self._seconds.labels(self._name).observe(seconds)

    def predictions(self, model: str, probabilities: Sequence[float]) -> None:
        """Count rows."""
        self._predictions.labels(self._name, model).inc(len(probabilities))
        histogram = self._probability.labels(self._name, model)
        for value in probabilities:
            histogram.observe(value)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
