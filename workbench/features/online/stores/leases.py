"""One writer at a time over Redis: a name with an end, renewed while its holder lives."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

import psutil

from workbench.core.daemons import alive
from workbench.core.errors import Conflict
from workbench.core.ids import new_id
from workbench.features.online.stores.commands import RELEASE, RENEW, TAKE

if TYPE_CHECKING:
    from redis import Redis

LEASE_SECONDS = 15.0
#: What this process holds now. A lease of its own beyond these could not be given back, because
#: Redis was gone.
_holding: set[bytes] = set()


@contextmanager
def held(
    client: Redis, name: bytes, what: str, seconds: float = LEASE_SECONDS
) -> Iterator[Callable[[], None]]:
    """Hold a lease; see `OnlineStore.lease`.

    Parameters
    ----------
    client : Redis
    name : bytes
        The lease's key.
    what : str
        What it guards, for errors.
    seconds : float
        How long it lasts without being renewed; it is renewed three times in that time.
    """
    from redis.exceptions import RedisError

    born = psutil.Process().create_time()
    mine = f"{socket.gethostname()}|{os.getpid()}|{born}|{new_id()}".encode()
    life = int(seconds * 1000)
    take = client.register_script(TAKE)
    holder = cast("bytes | None", take(keys=[name], args=[mine, b"", life]))
    if holder is not None and _is_dead(holder):
        holder = cast("bytes | None", take(keys=[name], args=[mine, holder, life]))
    if holder is not None:
        host, pid, *_ = holder.decode().split("|")
        raise Conflict(
            f"{what} is held by process {pid} on {host}",
            hint=f"wait for it to end; if it has died, it holds on for {seconds:.0f} seconds",
        )
    ended = threading.Event()
    good_until = [time.monotonic() + seconds]
    renewing = threading.Thread(
        target=_renew, args=(client, name, mine, seconds, good_until, ended), daemon=True
    )
    renewing.start()
    _holding.add(mine)

    def check() -> None:
        if time.monotonic() > good_until[0]:
            raise Conflict(
                f"{what} was taken over: this process did not renew its lease in time",
                hint="run it again",
            )

    try:
        yield check
    finally:
        ended.set()
        renewing.join()
        _holding.discard(mine)
        with suppress(RedisError):  # it ends by itself
            client.register_script(RELEASE)(keys=[name], args=[mine])


def _renew(
    client: Redis,
    name: bytes,
    mine: bytes,
    seconds: float,
    good_until: list[float],
    ended: threading.Event,
) -> None:
    from redis.exceptions import RedisError

    renew = client.register_script(RENEW)
    while not ended.wait(seconds / 3):
        asked = time.monotonic()
        try:
            renewed = renew(keys=[name], args=[mine, int(seconds * 1000)])
        except RedisError:
            continue  # it may come back in time; `check` looks at the clock
        if not renewed:
            good_until[0] = 0.0
            return
        good_until[0] = asked + seconds


def _is_dead(holder: bytes) -> bool:
    host, pid, born, _ = holder.decode().split("|")
    if host != socket.gethostname():
        return False
    mine = int(pid) == os.getpid() and holder not in _holding
    return mine or not alive(int(pid), float(born))
