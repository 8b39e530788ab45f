"""Who hears an alert: a file of the workspace, a URL, or whatever a plug-in adds.

A channel is a function of an `Outgoing` message and the part after the colon of its name. Plug-ins
offer theirs in the entry-point group ``workbench.channels``.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from workbench import workspace
from workbench.core import plugins
from workbench.core.errors import InvalidInput, NotFound, Unavailable, near
from workbench.core.files import storage_errors

GROUP = "workbench.channels"
_PATIENCE = 10.0


@dataclass(frozen=True)
class Outgoing:
    """An alert on its way out.

    Attributes
    ----------
    facts : mapping
        JSON: alert, message, when, deployment, monitor, values, time.
    picture : bytes
        A PNG.
    """

    facts: Mapping[str, Any]
    picture: bytes


Channel = Callable[[Outgoing, str], None]


def log(outgoing: Outgoing, target: str) -> None:
    """Append the alert to `home/logs/alerts.jsonl`.

    Raises
    ------
    StorageFull
        If there is no room.
    """
    folder = workspace.current().home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(dict(outgoing.facts)) + "\n"
    with storage_errors("the log of alerts"), (folder / "alerts.jsonl").open("ab", 0) as file:
        os.write(file.fileno(), line.encode())


def webhook(outgoing: Outgoing, target: str) -> None:
    """Post the alert as JSON, its picture in base64 under ``picture``.

    Raises
    ------
    InvalidInput
        If `target` is no http address.
    Unavailable
        If nothing takes it there.
    """
    if not target.startswith(("http://", "https://")):
        raise InvalidInput(f"{target!r} is no address", hint="write webhook:https://…")
    import httpx

    picture = base64.b64encode(outgoing.picture).decode()
    body = {**outgoing.facts, "picture": picture, "picture_type": "image/png"}
    try:
        answer = httpx.post(target, json=body, timeout=_PATIENCE)
    except httpx.HTTPError as error:
        raise Unavailable(
            f"nothing took the alert at {target}: {error}", hint="see that the address is right"
        ) from error
    if not answer.is_success:
        raise Unavailable(
            f"{target} answered {answer.status_code}", hint="see that it takes a POST of JSON"
        )


_OWN: dict[str, Channel] = {"log": log, "webhook": webhook}


def find_channel(name: str) -> tuple[Channel, str]:
    """Return the channel that ``log`` or ``webhook:https://…`` means, and its target.

    Raises
    ------
    NotFound
        If there is none of that name.
    """
    kind, _, target = name.partition(":")
    if kind in _OWN:
        return _OWN[kind], target
    if kind in plugins.names(GROUP):
        return cast("Channel", plugins.load(GROUP, kind)), target
    raise NotFound(f"no channel is named {kind!r}", hint=near(kind, [*_OWN, *plugins.names(GROUP)]))
