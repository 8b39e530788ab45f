"""The online store of a team: Redis, a hash a table.

A hash's name carries its table in braces, so that in a cluster a table and its successor lie in one
slot and one can be renamed to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from workbench.core.errors import StorageFull, Unavailable
from workbench.core.ids import new_id
from workbench.features.online.stores.encoding import ORDER_BYTES
from workbench.features.online.stores.store import STATE_KEY

if TYPE_CHECKING:
    from redis import Redis

_CHUNK = 2000
_BUILDING_SECONDS = 3600
# Bytes are compared one by one: Lua compares strings by the server's locale.
_PUT = f"""
local function older(a, b)
  for i = 1, {ORDER_BYTES} do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return false
end
for i = 1, #ARGV, 2 do
  local there = redis.call('HGET', KEYS[1], ARGV[i])
  if not there or not older(ARGV[i + 1], there) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
"""


class RedisStore:
    """Rows in Redis; see `OnlineStore`.

    Parameters
    ----------
    url : str
        ``redis://[[user]:password@]host[:port][/database][?namespace=…]``
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self._namespace = query.pop("namespace", ["workbench"])[0]
        self._url = urlunsplit(parts._replace(query=urlencode(query, doseq=True)))
        self._shown = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        """Return the row of each (table, key), in order: one HMGET a table, in one round trip."""
        by_table: dict[str, list[int]] = {}
        for position, (table, _) in enumerate(wanted):
            by_table.setdefault(table, []).append(position)
        with self._errors():
            pipeline = self._client.pipeline(transaction=False)
            for table, positions in by_table.items():
                pipeline.hmget(self._name(table), [wanted[each][1] for each in positions])
            answers = pipeline.execute()
        found: list[bytes | None] = [None] * len(wanted)
        for positions, rows in zip(by_table.values(), answers, strict=True):
            for position, row in zip(positions, rows, strict=True):
                found[position] = row
        return found

    def put(
        self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes | None = None
    ) -> int:
        """Write rows that are not older than those there, some thousands at a time."""
        with self._errors():
            count = self._fill(self._name(table), rows)
            if state is not None:
                self._client.hset(self._name(table), cast("Any", STATE_KEY), cast("Any", state))
        return count

    def replace(self, table: str, rows: Iterable[tuple[bytes, bytes]], state: bytes) -> int:
        """Make these rows the whole of a table: filled beside it, then renamed to it."""
        building = f"{self._name(table)}:{new_id()}"
        with self._errors():
            try:
                self._client.hset(building, cast("Any", STATE_KEY), cast("Any", state))
                # If this process dies, Redis clears up.
                self._client.expire(building, _BUILDING_SECONDS)
                count = self._fill(building, rows)
                pipeline = self._client.pipeline(transaction=True)
                pipeline.persist(building)
                pipeline.rename(building, self._name(table))
                pipeline.execute()
            except Exception:
                self._client.delete(building)
                raise
        return count

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        with self._errors():
            name = self._name(table)
            held = int(self._client.hlen(name))
            return held - int(bool(self._client.hexists(name, cast("Any", STATE_KEY))))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @cached_property
    def _client(self) -> Redis:
        try:
            import redis
        except ImportError as error:
            raise Unavailable(
                f"the online store {self._shown} needs the package redis",
                hint="pip install 'jupyter-workbench[redis]'",
            ) from error
        return redis.Redis.from_url(self._url, socket_connect_timeout=5)

    @cached_property
    def _put(self) -> Any:  # redis-py's Script is generic over its client
        return self._client.register_script(_PUT)

    def _name(self, table: str) -> str:
        return f"{self._namespace}:features:{{{table}}}"

    def _fill(self, name: str, rows: Iterable[tuple[bytes, bytes]]) -> int:
        count = 0
        given = iter(rows)
        while chunk := list(islice(given, _CHUNK)):
            self._put(keys=[name], args=[part for pair in chunk for part in pair])
            count += len(chunk)
        return count

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import redis

        try:
            yield
        except redis.exceptions.OutOfMemoryError as error:
            raise StorageFull(
                f"no room left in the online store {self._shown}",
                hint="raise Redis's maxmemory, or materialize less",
            ) from error
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            raise Unavailable(
                f"the online store {self._shown} does not answer: {error}",
                hint="check that Redis runs there and that online_url is right",
            ) from error
