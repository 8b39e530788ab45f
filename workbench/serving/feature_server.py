"""Feature services over HTTP, as an ASGI application; `feature_processes` runs it.

- ``POST /v1/features/{service}``: JSON or an Arrow stream in, the same out (or what `Accept` asks)
- ``GET /v1/features`` and ``/v1/features/{service}``: what there is, and what it takes and gives
- ``POST /v1/events/{name}``: what happened, by the ids that came with features
- ``/metrics``, ``/v2/health/live``, ``/v2/health/ready``
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from workbench.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    StorageFull,
    Unavailable,
    WorkbenchError,
    near,
)
from workbench.core.ids import new_id
from workbench.features.log.events import append_events
from workbench.serving.answers import Answer
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_protocol import (
    ARROW,
    JSON,
    answer_as_arrow,
    answer_as_json,
    described,
    events_of_json,
    question_of_arrow,
    question_of_json,
)
from workbench.serving.feature_service import FEW, ServedFeatures

_log = logging.getLogger("workbench.serving")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_FEATURES, _EVENTS = "/v1/features", "/v1/events/"
#: What the paths that it answers begin with, beside health and metrics.
PATHS = (_FEATURES, _EVENTS)
_MOST_BYTES = 64 << 20
_LONGEST_ID = 128
_STATUSES: tuple[tuple[type[WorkbenchError], int], ...] = (
    (InvalidInput, 400),
    (NotFound, 404),
    (Conflict, 409),
    (StorageFull, 507),
    (Unavailable, 503),
)


class FeatureApp:
    """Answers for some feature services; see the module for the addresses.

    Parameters
    ----------
    services : iterable of ServedFeatures
    measures : FeatureMeasures
        The one that they count in.
    home : Path
        Where events are kept.
    token : str
        What ``Authorization: Bearer …`` must say; nothing is asked for when empty.
    """

    def __init__(
        self,
        services: Iterable[ServedFeatures],
        measures: FeatureMeasures,
        home: Path,
        token: str = "",
    ) -> None:
        self._services = {each.name: each for each in services}
        self._measures = measures
        self._home = home
        self._token = token

    def serve(self, plan: Mapping[str, Any]) -> None:
        """Answer for a compiled service from now on, in place of the one that bore its name."""
        former = self._services.get(plan["name"])
        if former is not None and former.plan == plan:
            return
        self._services[plan["name"]] = ServedFeatures(plan, self._measures)
        if former is not None and former.log is not None:
            former.log.close()  # its store stays open: requests may be reading from it

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection's request, as ASGI 3 says."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            headers = {
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            }
            path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")
            body = await _body(receive)
            if body is None:
                answer = _said(
                    413, f"the request's body has more than {_MOST_BYTES:,} bytes", "send less"
                )
            else:
                answer = await self.answer(scope["method"], path, query, body, headers)
            length = str(len(answer.body)).encode()
            kind = answer.content_type.encode()
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": [
                        (b"content-type", kind),
                        (b"content-length", length),
                        *(
                            (name.encode("latin-1"), value.encode("latin-1"))
                            for name, value in answer.headers.items()
                        ),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": answer.body})

    async def answer(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Answer a request; names of `headers` are in lower case."""
        try:
            return await self._answer(method, path.rstrip("/"), query, body, headers)
        except WorkbenchError as error:
            return _said(_status_of(error), error.message, error.hint)
        except Exception:  # noqa: BLE001  # the border of a request: logged, and answered
            _log.exception("%s %s failed", method, path)
            return _said(500, f"{path} failed", "see the log of the service")

    def close(self) -> None:
        """Write what is left of the logs."""
        for each in self._services.values():
            each.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        if path in ("/v2/health/live", "/v2/health/ready"):
            return Answer(200, b'{"live": true, "ready": true}')
        if not self._allowed(headers):
            return _said(
                401, "no valid token came with the request", "send Authorization: Bearer …"
            )
        if path.startswith(f"{_FEATURES}/"):
            service = self._service(unquote(path[len(_FEATURES) + 1 :]))
            if method == "POST":
                return await self._features(service, query, body, headers)
            if method == "GET":
                return Answer(200, described(service.shape))
            return _said(405, f"{path} takes POST and GET, not {method}", None)
        if path.startswith(_EVENTS):
            if method != "POST":
                return _said(405, f"{path} takes POST, not {method}", None)
            return await self._events(unquote(path[len(_EVENTS) :]), body)
        if path == _FEATURES and method == "GET":
            return Answer(200, json.dumps({"services": sorted(self._services)}).encode())
        if path == "/metrics" and method == "GET":
            return Answer(200, self._measures.text(), self._measures.content_type)
        return _said(
            404, f"nothing is at {method} {path}", f"there are {_FEATURES}, {_EVENTS}… and /metrics"
        )

    async def _features(
        self, service: ServedFeatures, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        started = time.perf_counter()
        status, count = 500, 0
        try:
            kind = headers.get("content-type", JSON).partition(";")[0].strip().lower()
            arrow = kind == ARROW
            if arrow:
                at = parse_qs(query).get("at", [None])[-1]
                question = await asyncio.to_thread(question_of_arrow, body, at)
            elif kind in (JSON, ""):
                question = question_of_json(body)
            else:
                status = 415
                return _said(415, f"the request is of type {kind!r}", f"send {JSON} or {ARROW}")
            count = len(question.entities)
            request_id = _request_id(headers)
            found, ids = await service.answer(question, request_id)
            accepts = headers.get("accept", "*/*")
            if ARROW in accepts or (arrow and "*/*" in accepts):
                content = await asyncio.to_thread(answer_as_arrow, service.shape, found, ids)
                answer = Answer(200, content, ARROW, request_id)
            else:
                written = partial(answer_as_json, service.shape, found, ids)
                content = await asyncio.to_thread(written) if count > FEW else written()
                answer = Answer(200, content, request_id=request_id)
            status = 200
        except WorkbenchError as error:
            status = _status_of(error)
            raise
        finally:
            took = time.perf_counter() - started
            served = count if status == 200 else 0
            self._measures.request(service.name, status, took, served)
        return answer

    async def _events(self, name: str, body: bytes) -> Answer:
        events = events_of_json(body, datetime.now(UTC))
        await asyncio.to_thread(append_events, name, events, self._home)
        return Answer(200, json.dumps({"tracked": len(events)}).encode())

    def _service(self, name: str) -> ServedFeatures:
        if (found := self._services.get(name)) is None:
            raise NotFound(
                f"the feature service {name!r} is not served here", hint=near(name, self._services)
            )
        return found

    def _allowed(self, headers: Mapping[str, str]) -> bool:
        if not self._token:
            return True
        given = headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())


def _status_of(error: WorkbenchError) -> int:
    return next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)


def _request_id(headers: Mapping[str, str]) -> str:
    given = headers.get("x-request-id", "")
    if len(given) > _LONGEST_ID:
        raise InvalidInput(
            f"the header x-request-id has {len(given)} characters",
            hint=f"use {_LONGEST_ID} or fewer, or leave it out",
        )
    return given or new_id()


async def _body(receive: Receive) -> bytes | None:
    """Return a request's body; None if it is too large to be read."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part = message.get("body", b"")
        size += len(part)
        if size > _MOST_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) != 1 else parts[0]


def _said(status: int, message: str, hint: str | None) -> Answer:
    content: dict[str, str] = {"error": message}
    if hint:
        content["hint"] = hint
    return Answer(status, json.dumps(content).encode())
