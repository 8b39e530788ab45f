"""Asking an endpoint over HTTP, as anyone outside would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    import httpx
    import pandas as pd

_PATIENCE = 60.0


def status(url: str) -> dict[str, Any] | None:
    """Return what the endpoint says of itself, or None when nothing answers."""
    import httpx

    try:
        answer = httpx.get(f"{url}/-/status", timeout=5.0)
    except httpx.HTTPError:
        return None
    if not answer.is_success:
        return None
    content: dict[str, Any] = answer.json()
    return content


def predict(
    url: str,
    name: str,
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    request_id: str | None = None,
) -> list[float]:
    """Return the endpoint's probabilities; the request bears an id where one is given.

    Raises
    ------
    InvalidInput
        If it refuses a row, or a row cannot be sent.
    Unavailable
        If nothing answers, or the endpoint fails.
    """
    import httpx

    body = json.dumps({"instances": _records(rows)}, default=_plain).encode()
    headers = {"Content-Type": "application/json"}
    if request_id is not None:
        headers["X-Request-Id"] = request_id
    try:
        answer = httpx.post(
            f"{url}/v1/models/{name}:predict", content=body, headers=headers, timeout=_PATIENCE
        )
    except httpx.HTTPError as error:
        raise Unavailable(
            f"nothing answers at {url}: {error}", hint="deploy it again: wb.deploy(…)"
        ) from error
    if answer.is_success:
        predictions: list[float] = answer.json()["predictions"]
        return predictions
    if answer.status_code == 400:
        raise InvalidInput(_said(answer))
    raise Unavailable(
        f"{url} answered {answer.status_code}: {_said(answer)}", hint="see the log of Ray"
    )


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:500]


def _records(rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    import pandas as pd

    if not isinstance(rows, pd.DataFrame):
        return list(rows)
    frame = rows.astype(object).where(rows.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    raise InvalidInput(f"{value!r} cannot be sent as JSON", hint="send numbers, text or times")
