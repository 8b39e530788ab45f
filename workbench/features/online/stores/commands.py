"""What the Redis store says to Redis: scripts, and how they reach one server or a cluster.

In a cluster each command may name keys of one slot only, so a script runs once a row, pipelined to
the node that holds it; one server takes thousands of rows in one call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, cast

from workbench.core.errors import StorageFull, Unavailable
from workbench.features.online.stores.encoding import ORDER_BYTES

if TYPE_CHECKING:
    from redis import Redis
    from redis.cluster import RedisCluster
    from redis.commands.core import Script

Item = tuple[bytes, tuple[bytes | int, bytes | int, bytes | int]]

# Bytes are compared one by one: Lua compares strings by the server's locale.
_OLDER = """
local function older(a, b, length)
  for i = 1, length do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return false
end
local function keep(name, row, life)
  if life == '' then redis.call('SET', name, row)
  else redis.call('SET', name, row, 'PX', life) end
end
"""
#: A row and how many milliseconds it lives: 1 where it is new, 0 where it took another's place, -1
#: where one of a greater order stays. The first argument of each item is not looked at.
PUT = f"""
{_OLDER}
local results = {{}}
for i, name in ipairs(KEYS) do
  local row, life = ARGV[3 * i - 1], ARGV[3 * i]
  local there = redis.call('GET', name)
  if there and older(row, there, {ORDER_BYTES}) then results[i] = -1
  else
    keep(name, row, life)
    results[i] = there and 0 or 1
  end
end
return results
"""
#: What was there, what it becomes (empty: it is removed) and how long that lives: as `PUT`, -1
#: where it had changed, 2 where it was removed.
CHANGE = f"""
{_OLDER}
local results = {{}}
for i, name in ipairs(KEYS) do
  local there = redis.call('GET', name)
  if (there or '') ~= ARGV[3 * i - 2] then results[i] = -1
  elseif ARGV[3 * i - 1] == '' then results[i] = 2 * redis.call('DEL', name)
  else
    keep(name, ARGV[3 * i - 1], ARGV[3 * i])
    results[i] = there and 0 or 1
  end
end
return results
"""
#: How many rows are new, the first 8 bytes of the latest order, whether rows are forgotten, and
#: the time and source of a `Writing`, empty without one.
MARK = f"""
{_OLDER}
redis.call('HINCRBY', KEYS[1], 'rows', ARGV[1])
if ARGV[4] == '' then return end
local newest = redis.call('HGET', KEYS[1], 'newest')
if ARGV[2] ~= '' and (not newest or older(newest, ARGV[2], 8)) then
  redis.call('HSET', KEYS[1], 'newest', ARGV[2])
end
if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'forgets', 1) end
redis.call('HSET', KEYS[1], 'written_at', ARGV[4], 'source', ARGV[5])
"""
#: Who asks, who may be put aside, and milliseconds: returns the holder that stays, if any.
TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[2] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return false
"""
RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
_SCANNED = 5000
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 20.0


class Commands(Protocol):
    """One Redis server, or a cluster."""

    client: Redis

    def get(self, names: Sequence[bytes]) -> list[bytes | None]:
        """Return values, in order."""
        ...

    def run(self, script: str, items: Sequence[Item]) -> list[int]:
        """Run a script over rows; return its result for each."""
        ...

    def names(self, pattern: bytes) -> Iterator[list[bytes]]:
        """Yield the names that match, some thousands at a time; all names are gone through."""
        found = self.client.scan_iter(match=pattern, count=_SCANNED)
        while chunk := list(islice(found, _SCANNED)):
            yield chunk


class OneServer(Commands):
    """Commands of one server."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._scripts: dict[str, Script] = {}

    def get(self, names: Sequence[bytes]) -> list[bytes | None]:
        """Return values, in order, by one MGET."""
        return cast("list[bytes | None]", self.client.mget(names)) if names else []

    def run(self, script: str, items: Sequence[Item]) -> list[int]:
        """Run a script once for all rows."""
        if not items:
            return []
        known = self._scripts.get(script) or self.client.register_script(script)
        self._scripts[script] = known
        arguments: list[Any] = [part for _, parts in items for part in parts]
        return cast("list[int]", known(keys=[name for name, _ in items], args=arguments))


class ManyServers(Commands):
    """Commands of a cluster."""

    def __init__(self, client: RedisCluster) -> None:
        self.client = cast("Redis", client)
        self._nodes = client

    def get(self, names: Sequence[bytes]) -> list[bytes | None]:
        """Return values, in order, by an MGET a slot, pipelined."""
        if not names:
            return []
        return cast("list[bytes | None]", self._nodes.mget_nonatomic(cast("Any", names)))

    def run(self, script: str, items: Sequence[Item]) -> list[int]:
        """Run a script once a row, pipelined to the rows' nodes; once more if slots have moved."""
        from redis.exceptions import AskError, MovedError, TryAgainError

        for _ in range(5):
            try:
                return self._run(script, items)
            except (AskError, MovedError, TryAgainError):
                self._nodes.nodes_manager.initialize()
        raise Unavailable("slots of the online store's cluster keep moving", hint="try again later")

    def _run(self, script: str, items: Sequence[Item]) -> list[int]:
        places: dict[Any, list[int]] = {}
        find: Any = self._nodes.get_node_from_key
        for place, (name, _) in enumerate(items):
            places.setdefault(find(name), []).append(place)
        results = [0] * len(items)
        for node, chosen in places.items():
            server = self._nodes.get_redis_connection(node)
            known = server.register_script(script)
            with server.pipeline(transaction=False) as pipeline:
                for place in chosen:
                    name, parts = items[place]
                    known(keys=[name], args=list(parts), client=pipeline)
                for place, (result,) in zip(chosen, pipeline.execute(), strict=True):
                    results[place] = result
        return results


def connected(url: str, shown: str, *, cluster: bool) -> Commands:
    """Return the commands of the server or the cluster at an address; it is reached at first use.

    Parameters
    ----------
    url : str
    shown : str
        The address without its password, for errors.
    cluster : bool
    """
    redis = _package(shown)
    limits: dict[str, Any] = {
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_timeout": _ANSWER_SECONDS,
    }
    if cluster:
        return ManyServers(redis.RedisCluster.from_url(url, **limits))
    return OneServer(redis.Redis.from_url(url, **limits))


@contextmanager
def failures(shown: str) -> Iterator[None]:
    """Turn what Redis and the way to it can do wrong into errors that name the store."""
    errors = _package(shown).exceptions
    try:
        yield
    except errors.OutOfMemoryError as error:
        raise StorageFull(
            f"no room left in the online store {shown}",
            hint="raise Redis's maxmemory, or materialize less",
        ) from error
    except (
        errors.ConnectionError,
        errors.TimeoutError,
        errors.ClusterDownError,
        errors.RedisClusterException,
    ) as error:
        raise Unavailable(
            f"the online store {shown} does not answer: {error}",
            hint="check that Redis runs there and that online_url is right",
        ) from error


def _package(shown: str) -> Any:
    try:
        import redis
    except ImportError as error:
        raise Unavailable(
            f"the online store {shown} needs the package redis",
            hint="pip install 'jupyter-workbench[redis]'",
        ) from error
    return redis
