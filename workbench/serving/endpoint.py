"""One deployment inside one process: requests in, probabilities out, and models that change.

It knows nothing of Ray or HTTP servers: it gets a method, a path and a body, and gives an answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.core.errors import InvalidInput, Unavailable, WorkbenchError
from workbench.core.ids import new_id
from workbench.features.log.predictions import PredictionLog
from workbench.serving import protocols
from workbench.serving.answers import Answer
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_server import PATHS, FeatureApp
from workbench.serving.measures import Measures
from workbench.serving.models import Served

_log = logging.getLogger("workbench.serving")

# Above this many rows a prediction runs in a thread, so that it does not hold up health checks.
_FEW = 64
_STATUS = "/-/status"


class Endpoint:
    """Answers for one deployment, with the model that it was last told to.

    Parameters
    ----------
    name : str
    log : PredictionLog
    load : callable
        From a plan (JSON) to a model that is warm; slow, so it runs in a thread.
    """

    def __init__(
        self, name: str, log: PredictionLog, load: Callable[[Mapping[str, Any]], Served]
    ) -> None:
        self._name = name
        self._predictions = log
        self._load = load
        self._measures = Measures(name, log)
        self._feature_measures = FeatureMeasures()
        self._features: FeatureApp | None = None
        self._served: Served | None = None
        self._wanted = ""
        self._failed: dict[str, str] = {}
        self._loading: set[asyncio.Task[None]] = set()

    async def reconfigure(self, plan: Mapping[str, Any]) -> None:
        """Take a new plan: the first is loaded before this returns, a later one beside the traffic.

        Raises
        ------
        WorkbenchError
            If the first plan cannot be loaded. A later one that cannot leaves the former in place,
            and `/-/status` says why.
        """
        self._wanted = plan["token"]
        if self._served is None:
            self._served = await asyncio.to_thread(self._loaded, plan)
            return
        task = asyncio.create_task(self._swap(plan))
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)

    def close(self) -> None:
        """Write what is left of the logs."""
        self._predictions.close()
        if self._features is not None:
            self._features.close()

    async def answer(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = ""
    ) -> Answer:
        """Answer a request; `path` is without the deployment's prefix."""
        if self._features is not None and path.startswith(PATHS):
            return await self._features.answer(method, path, query, body, headers)
        request_id = headers.get("x-request-id") or new_id()
        started = time.perf_counter()
        route, kind = self._route(path)
        try:
            if route == "predict":
                answer = await self._predict(method, kind, body, request_id, started)
            else:
                answer = self._tell(method, route, path)
        except InvalidInput as error:
            answer = _error(400, str(error))
        except Unavailable as error:
            answer = _error(503, str(error))
        except Exception:  # noqa: BLE001  # the border of a request: logged, and answered
            _log.exception("%s: request %s failed", self._name, request_id)
            answer = _error(500, f"the model failed; the log has request {request_id}")
        if route == "predict":
            self._measures.request(answer.status, time.perf_counter() - started)
            return replace(answer, request_id=request_id)
        return answer

    def _loaded(self, plan: Mapping[str, Any]) -> Served:
        """Load a model, and answer for the features that it reads."""
        served = self._load(plan)
        if features := plan.get("features"):
            if self._features is None:
                self._features = FeatureApp([], self._feature_measures, Path(features["home"]))
            self._features.serve(features)
        return served

    async def _swap(self, plan: Mapping[str, Any]) -> None:
        token = plan["token"]
        try:
            fresh = await asyncio.to_thread(self._loaded, plan)
        except Exception as error:  # noqa: BLE001  # the former model goes on; deploy is told
            _log.exception("%s: %s could not be loaded", self._name, plan["model"]["ref"])
            said = str(error) if isinstance(error, WorkbenchError) else f"{error!r}"
            self._failed = {token: said}
            return
        # A still newer plan may have come meanwhile; the last one wanted wins.
        if token == self._wanted:
            self._served = fresh

    def _route(self, path: str) -> tuple[str, str]:
        trimmed = path.rstrip("/")
        if trimmed in (f"/v1/models/{self._name}:predict", f"/v1/models/{self._name}"):
            return ("predict", "tensorflow") if trimmed.endswith(":predict") else ("status", "")
        simple = {
            f"/v2/models/{self._name}/infer": ("predict", "inference"),
            f"/v2/models/{self._name}": ("metadata", ""),
            f"/v2/models/{self._name}/ready": ("ready", ""),
            "/v2/health/ready": ("ready", ""),
            "/v2/health/live": ("ready", ""),
            "/v2": ("server", ""),
            "/metrics": ("metrics", ""),
            _STATUS: ("state", ""),
        }
        return simple.get(trimmed, ("unknown", ""))

    async def _predict(
        self, method: str, protocol: str, body: bytes, request_id: str, started: float
    ) -> Answer:
        if method != "POST":
            return _error(405, f"a prediction is asked for by POST, not {method}")
        served = self._current()
        content = protocols.read_json(body)
        tensorflow = protocol == "tensorflow"
        given = (protocols.rows_of_predict if tensorflow else protocols.rows_of_infer)(content)
        if len(given) > _FEW:
            rows, values = await asyncio.to_thread(served.predict, given)
        else:
            rows, values = served.predict(given)
        took = (time.perf_counter() - started) * 1000
        self._keep(served, rows, values, request_id, took)
        if tensorflow:
            return _json(protocols.predict_answer(content, values))
        return _json(protocols.infer_answer(content, self._name, served.version, values))

    def _keep(
        self,
        served: Served,
        rows: list[dict[str, Any]],
        values: list[float],
        request_id: str,
        took: float,
    ) -> None:
        now = datetime.now(UTC).isoformat()
        one = len(rows) == 1
        for i, (row, value) in enumerate(zip(rows, values, strict=True)):
            self._predictions.append(
                {
                    "time": now,
                    "request_id": request_id if one else f"{request_id}/{i}",
                    "deployment": self._name,
                    "model": served.ref,
                    "probability": value,
                    "latency_ms": round(took, 3),
                    "inputs": row,
                }
            )
        self._measures.predictions(served.ref, values)

    def _tell(self, method: str, route: str, path: str) -> Answer:
        if route == "unknown":
            return _error(
                404,
                f"nothing is at {path!r}; try /v1/models/{self._name}:predict, "
                f"/v2/models/{self._name}/infer, /v1/features, /v2/health/ready or /metrics",
            )
        if method not in ("GET", "HEAD"):
            return _error(405, f"{path} is read by GET, not {method}")
        if route == "state":
            return _json(self._state())
        served = self._current()
        if route == "metrics":
            text = self._measures.text() + self._feature_measures.text()
            return Answer(200, text, self._measures.content_type)
        if route == "status":
            return _json(protocols.model_status(served.version))
        if route == "metadata":
            return _json(
                protocols.model_metadata(
                    self._name, served.version, served.signature, f"workbench_{served.flavor}"
                )
            )
        if route == "server":
            return _json({"name": "workbench", "version": "2", "extensions": []})
        return _json({"ready": True, "live": True, "name": self._name})

    def _state(self) -> dict[str, Any]:
        served = self._current()
        return {
            "token": served.token,
            "model": served.ref,
            "wanted": self._wanted,
            "error": self._failed.get(self._wanted),
            "waiting": self._predictions.waiting,
        }

    def _current(self) -> Served:
        if self._served is None:
            raise Unavailable(f"{self._name!r} has no model yet", hint="ask again in a moment")
        return self._served


def _json(content: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(content).encode())


def _error(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"error": message}).encode())
