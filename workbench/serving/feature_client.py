"""Asking a feature service, from any Python process: the standard library is all it takes.

Neither pandas nor pyarrow is imported; `FeatureClient.get_arrow` alone takes pyarrow's tables.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import threading
import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote, urlencode, urlsplit

from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.core.ids import new_id

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW = "application/vnd.apache.arrow.stream"
_JSON = "application/json"
#: Answers after which the same request may do better: too many, or a server that starts or stops.
_AGAIN = frozenset({429, 502, 503, 504})
_FIRST_PAUSE = 0.05


@dataclass(frozen=True)
class Features:
    """What a service knows of one entity.

    Attributes
    ----------
    id : str
        Give it with what happens later: ``client.track_event("landings", features.id, late=True)``.
    values : dict
        By feature; None for one that is missing or expired.
    statuses : dict
        ``present``, ``missing`` or ``expired``, by feature.
    events : dict
        The event time of the row behind each feature; None where it has none.
    """

    id: str
    values: Mapping[str, Any]
    statuses: Mapping[str, str]
    events: Mapping[str, datetime | None]


class FeatureClient:
    """Asks a feature service over HTTP; threads may share it.

    Connections are kept open. A request that got no answer, or one that says to try again, is sent
    again under the same id, so that it is one in the log of the service.

    Parameters
    ----------
    url : str
        Of the server, such as ``http://127.0.0.1:8700``, or of a deployment.
    token : str
        For a server that asks for one.
    timeout : float
        Seconds that one attempt may take.
    retries : int
        Further attempts.

    Raises
    ------
    InvalidInput
        If the address is none.

    Examples
    --------
    >>> client = FeatureClient("http://127.0.0.1:8700")
    >>> (found,) = client.get("flights", [{"carrier": "UA"}])  # doctest: +SKIP
    >>> found.values["delay"], found.statuses["delay"]  # doctest: +SKIP
    (3.5, 'present')
    """

    def __init__(
        self, url: str, *, token: str = "", timeout: float = 2.0, retries: int = 2
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{url!r} is no address", hint="write it as http://127.0.0.1:8700")
        self.url = url.rstrip("/")
        self._host, self._port = parts.hostname, parts.port
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._attempts = retries + 1
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def get(
        self,
        service: str,
        entities: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        inputs: Sequence[Mapping[str, Any]] | None = None,
        at: datetime | date | str | None = None,
    ) -> list[Features]:
        """Return the features of one or more entities, in their order.

        Parameters
        ----------
        service : str
        entities : dict or list of dict
            The keys of each; inputs of on-demand features may stand with them.
        inputs : list of dict, optional
            Or stand here, one an entity.
        at : datetime, date or str, optional
            The moment to answer for; now by default.

        Raises
        ------
        InvalidInput
            If the service refuses an entity.
        NotFound
            If there is no such service.
        Unavailable
            If nothing answers in time, after all retries.
        """
        content: dict[str, Any] = {
            "entities": [entities] if isinstance(entities, Mapping) else list(entities)
        }
        if inputs is not None:
            content["inputs"] = list(inputs)
        if at is not None:
            content["at"] = at
        body = _encoded(content)
        answer = json.loads(self._post(f"/v1/features/{quote(service, safe='')}", body, _JSON))
        return [_features(each) for each in answer["results"]]

    def get_arrow(
        self, service: str, entities: pa.Table, *, at: datetime | date | str | None = None
    ) -> pa.Table:
        """Return the features of a table of keys and inputs, as a table with as many rows.

        It has a column ``request_id``, the features, and for each view ``…__status`` and
        ``…__event``. For many entities at once this is several times faster than `get`.

        Raises
        ------
        InvalidInput, NotFound, Unavailable
            As `get` says.
        """
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, entities.schema) as writer:
            writer.write_table(entities)
        path = f"/v1/features/{quote(service, safe='')}"
        if at is not None:
            path += f"?{urlencode({'at': _plain(at)})}"
        return pa.ipc.open_stream(self._post(path, bytes(sink.getvalue()), _ARROW)).read_all()

    def track_event(
        self,
        name: str,
        id: str,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        time: datetime | date | str | None = None,
        **more: Any,
    ) -> None:
        """Tell what happened to what was served under an id; see `workbench.track_event`.

        Raises
        ------
        InvalidInput
            If the service refuses it.
        Unavailable
            If nothing answers in time, after all retries.
        """
        event: dict[str, Any] = {**(values or {}), **more, "id": id}
        if time is not None:
            event["time"] = time
        body = _encoded({"events": [event]})
        self._post(f"/v1/events/{quote(name, safe='')}", body, _JSON)

    def close(self) -> None:
        """Close the connections that are kept open."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _post(self, path: str, body: bytes, kind: str) -> bytes:
        headers = {"Content-Type": kind, "X-Request-Id": new_id()}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        trouble, hint = "", "check that the service runs there, or give it longer: timeout="
        for attempt in range(self._attempts):
            if attempt:
                pause = _FIRST_PAUSE * 2 ** (attempt - 1)
                clock.sleep(pause * random.uniform(0.5, 1.0))
            try:
                status, content = self._exchange(path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                trouble = f"{type(error).__name__}: {error}"
                continue
            if status == 200:
                return content
            if status not in _AGAIN:
                self._refused(status, content)
            said, told = _said(content)
            trouble, hint = f"it answered {status}: {said}", told or hint
        raise Unavailable(
            f"{self.url} gave no answer in {self._attempts} attempts; {trouble}", hint=hint
        )

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send once; a kept connection that the server closed meanwhile costs no attempt."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            connection = kept or self._connect()
            try:
                connection.request("POST", self._prefix + path, body, dict(headers))
                answer = connection.getresponse()
                content = answer.read()
            except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                connection.close()
                if kept is None:
                    raise
            except BaseException:
                connection.close()
                raise
            else:
                if answer.will_close:
                    connection.close()
                else:
                    with self._lock:
                        self._idle.append(connection)
                return answer.status, content

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=self._tls
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    def _refused(self, status: int, content: bytes) -> NoReturn:
        message, hint = _said(content)
        if status == 404:
            raise NotFound(message, hint=hint)
        if 400 <= status < 500 and status != 401:
            raise InvalidInput(message, hint=hint)
        raise Unavailable(f"{self.url} answered {status}: {message}", hint=hint)


def _said(content: bytes) -> tuple[str, str | None]:
    try:
        said = json.loads(content)
        return str(said["error"]), said.get("hint")
    except (ValueError, KeyError, TypeError):
        return content[:300].decode(errors="replace") or "nothing", None


def _features(given: Mapping[str, Any]) -> Features:
    events = {
        name: None if each is None else datetime.fromisoformat(each)
        for name, each in given["events"].items()
    }
    return Features(given["id"], given["values"], given["statuses"], events)


def _encoded(content: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(content, default=_plain, allow_nan=False).encode()
    except ValueError as error:
        raise InvalidInput(
            f"the request cannot be sent: {error}", hint="give None for a number that is missing"
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    raise InvalidInput(f"{value!r} cannot be sent as JSON", hint="send numbers, text or times")
