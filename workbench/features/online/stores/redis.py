"""The online store of a team: Redis, a string a row.

A row's name begins with its entity's key in braces, the hash tag of Redis Cluster, so that all
views of an entity lie in one slot; what is known of a table lies in the table's own slot. A table
that replaces another is filled under a generation of its own, which its state then names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property, lru_cache
from itertools import islice
from typing import cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from workbench.core.ids import new_id
from workbench.features.online.stores.commands import (
    CHANGE,
    MARK,
    PUT,
    Commands,
    Item,
    connected,
    failures,
)
from workbench.features.online.stores.encoding import event_of
from workbench.features.online.stores.leases import held
from workbench.features.online.stores.state import Marks, Writing, source_of
from workbench.features.online.stores.store import STATE_KEY, Change, Rows, Wanted

_CHUNK = 2000
#: A row that no longer answers is kept for a day, in milliseconds: so a reader still learns that
#: it has expired, and not only that there is none.
_KEPT = 86_400_000


class RedisStore:
    """Rows in Redis; see `OnlineStore`.

    Redis must not evict (``maxmemory-policy noeviction``, its default): a row that it drops by
    itself is not written again until it changes.

    Parameters
    ----------
    url : str
        ``redis://[[user]:password@]host[:port][/database][?namespace=…][&cluster=true]``
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self._space = query.pop("namespace", ["workbench"])[0].encode() + b":features:"
        self._cluster = query.pop("cluster", ["false"])[0].lower() in ("true", "1", "yes")
        self._url = urlunsplit(parts._replace(query=urlencode(query, doseq=True)))
        self._shown = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        self._generations: dict[str, bytes] = {}

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        """Return the row of each (table, key), in order, in one MGET.

        A table that was replaced since this process last read from it is read once more.
        """

        def names(used: Mapping[str, bytes]) -> list[bytes]:
            return [self._row(table, key, used[table]) for table, key in wanted if key != STATE_KEY]

        states, found = self._found(dict.fromkeys(table for table, _ in wanted), names)
        rows = iter(found)
        return [states[table] if key == STATE_KEY else next(rows) for table, key in wanted]

    def rows_of(
        self, wanted: Sequence[Wanted]
    ) -> list[tuple[bytes | None, Sequence[bytes | None]]]:
        """Return, for each table in order, its state and its rows of the keys, in one MGET."""
        counts = {table: len(keys) for tables, keys in wanted for table in tables}

        def names(used: Mapping[str, bytes]) -> list[bytes]:
            listed: list[bytes] = []
            for tables, keys in wanted:
                heads = [b"%s{%s}" % (self._space, key or b"") for key in keys]
                for table in tables:
                    tail = b"%s:%s" % (_quoted(table), used[table])
                    listed += [head + tail for head in heads]
            return listed

        states, found = self._found(counts, names)
        rows = iter(found)
        return [(states[table], list(islice(rows, count))) for table, count in counts.items()]

    def put(
        self, table: str, rows: Rows, state: bytes | None = None, *, writing: Writing | None = None
    ) -> int:
        """Write rows that are not older than those there, some thousands at a time."""
        with self._errors():
            generation = self._generation(table)
            count, made, newest = self._fill(table, generation, rows, writing)
            if state is not None:
                about = self._about(table, b"state")
                self._commands.client.set(about, generation + b"\n" + state)
            self._mark(table, made, newest, writing)
        return count

    def update(
        self, table: str, keys: Sequence[bytes], change: Change, *, writing: Writing | None = None
    ) -> None:
        """Read, change and write rows; where somebody else wrote meanwhile, once more."""
        with self._errors():
            generation = self._generation(table)
            names = [self._row(table, key, generation) for key in keys]
            left = set(range(len(names)))
            while left:
                found = self._commands.get(names)
                becomes = change(found)
                changed = [
                    (place, found[place] or b"", row)
                    for place, row in enumerate(becomes)
                    if row is not None and place in left
                ]
                items: list[Item] = [
                    (names[place], (old, new, _life(new, writing))) for place, old, new in changed
                ]
                results = self._commands.run(CHANGE, items)
                newest = max((new[:8] for _, _, new in changed), default=b"")
                self._mark(table, results.count(1) - results.count(2), newest, writing)
                left = {
                    place for (place, *_), each in zip(changed, results, strict=True) if each < 0
                }

    def replace(
        self, table: str, rows: Rows, state: bytes, *, writing: Writing | None = None
    ) -> int:
        """Make these rows the whole of a table: filled beside it, then named by its state."""
        building = new_id().encode()
        noted = self._about(table, b"building")
        with self._errors():
            client = self._commands.client
            former = self._generation(table)
            left_behind = cast("bytes | None", client.getset(noted, building))
            if left_behind is not None:  # by a process that died
                self._sweep(table, left_behind)
            try:
                count, made, newest = self._fill(table, building, rows, writing)
                with client.pipeline(transaction=True) as pipeline:
                    pipeline.set(self._about(table, b"state"), building + b"\n" + state)
                    pipeline.delete(self._about(table, b"marks"))
                    pipeline.set(noted, former)  # what is left behind if this process dies now
                    pipeline.execute()
            except BaseException:
                self._sweep(table, building)
                client.delete(noted)
                raise
            self._mark(table, made, newest, writing)
            self._sweep(table, former)
            client.delete(noted)
        return count

    def drop(self, table: str) -> int | None:
        """Remove a table; its rows are looked for among all names, which takes a while."""
        with self._errors():
            client = self._commands.client
            (known,) = self.marks([table])
            generations = {self._generation(table), client.get(self._about(table, b"building"))}
            for part in (b"state", b"marks", b"building"):
                client.delete(self._about(table, part))
            for generation in generations - {None}:
                self._sweep(table, cast("bytes", generation))
            client.srem(cast("str", self._space + b"tables"), table)
        return 0 if known is None else known.rows

    def marks(self, tables: Sequence[str]) -> list[Marks | None]:
        """Return what was noted of tables, in order and in one round trip."""
        with self._errors(), self._commands.client.pipeline(transaction=False) as pipeline:
            for table in tables:
                pipeline.hgetall(cast("str", self._about(table, b"marks")))
            return [_marks(each) for each in pipeline.execute()]

    def tables(self) -> list[str]:
        """Return the tables that were ever written and not dropped, sorted."""
        with self._errors():
            known = self._commands.client.smembers(cast("str", self._space + b"tables"))
            return sorted(each.decode() for each in cast("set[bytes]", known))

    def keys(self, table: str) -> Iterator[list[bytes]]:
        """Yield the keys of a table, some thousands at a time, from among all names."""
        with self._errors():
            generation = self._generation(table)
            head = len(self._space) + 1
            tail = len(self._row(table, b"", generation)) - head
            for names in self._commands.names(self._pattern(table, generation)):
                yield [name[head:-tail] for name in names]

    @contextmanager
    def lease(self, table: str, what: str) -> Iterator[Callable[[], None]]:
        """Hold a table by a key with an end, which is renewed."""
        with ExitStack() as stack:
            with self._errors():
                name = self._about(table, b"lease")
                check = stack.enter_context(held(self._commands.client, name, what))
            yield check

    def close(self) -> None:
        """Close the connections."""
        self._commands.client.close()

    @cached_property
    def _commands(self) -> Commands:
        return connected(self._url, self._shown, cluster=self._cluster)

    def _about(self, table: str, part: bytes) -> bytes:
        """Return the name of something known of a table; all of them lie in one slot."""
        return b"%s{%s}%s" % (self._space, _quoted(table), part)

    def _row(self, table: str, key: bytes, generation: bytes) -> bytes:
        return b"%s{%s}%s:%s" % (self._space, key, _quoted(table), generation)

    def _found(
        self, tables: Iterable[str], names: Callable[[Mapping[str, bytes]], list[bytes]]
    ) -> tuple[dict[str, bytes | None], list[bytes | None]]:
        """Return the states of tables and what the names, given their generations, stand for."""
        about = [self._about(table, b"state") for table in tables]
        while True:
            used = {table: self._generations.get(table, b"") for table in tables}
            with self._errors():
                found = self._commands.get([*about, *names(used)])
            states = dict(zip(tables, map(_parted, found), strict=False))
            if all(states[table][0] == generation for table, generation in used.items()):
                return {table: state for table, (_, state) in states.items()}, found[len(about) :]
            self._generations.update({table: state[0] for table, state in states.items()})

    def _generation(self, table: str) -> bytes:
        (state,) = self._commands.get([self._about(table, b"state")])
        return _parted(state)[0]

    def _fill(
        self, table: str, generation: bytes, rows: Rows, writing: Writing | None
    ) -> tuple[int, int, bytes]:
        """Write rows; return how many were given, how many are new, and the newest's event."""
        count, made, newest = 0, 0, b""
        given = iter(rows)
        head, tail = self._space + b"{", b"}%s:%s" % (_quoted(table), generation)
        while chunk := list(islice(given, _CHUNK)):
            items: list[Item] = [
                (head + key + tail, (b"", row, _life(row, writing))) for key, row in chunk
            ]
            made += self._commands.run(PUT, items).count(1)
            count += len(chunk)
            newest = max(newest, *(row[:8] for _, row in chunk))
        return count, made, newest

    def _mark(self, table: str, made: int, newest: bytes, writing: Writing | None) -> None:
        client = self._commands.client
        by = (b"", b"") if writing is None else (writing.at, writing.source)
        forgets = int(writing is not None and writing.ttl is not None)
        client.sadd(cast("str", self._space + b"tables"), table)
        client.register_script(MARK)(
            keys=[self._about(table, b"marks")], args=[made, newest, forgets, *by]
        )

    def _sweep(self, table: str, generation: bytes) -> None:
        for names in self._commands.names(self._pattern(table, generation)):
            self._commands.client.unlink(*names)

    def _pattern(self, table: str, generation: bytes) -> bytes:
        space = re.sub(rb"([*?\[\]\\])", rb"\\\1", self._space)
        return b"%s{*}%s:%s" % (space, _quoted(table), generation)

    def _errors(self) -> AbstractContextManager[None]:
        return failures(self._shown)


def _life(row: bytes, writing: Writing | None) -> bytes | int:
    """Return how many milliseconds a row is kept; empty for good."""
    if writing is None or writing.ttl is None or not row:
        return b""
    return max(event_of(row) + writing.ttl - writing.at, 0) // 1000 + _KEPT


def _parted(state: bytes | None) -> tuple[bytes, bytes | None]:
    """Return the generation of a table's rows, and its state."""
    if state is None:
        return b"", None
    generation, _, rest = state.partition(b"\n")
    return generation, rest


def _marks(known: dict[bytes, bytes]) -> Marks | None:
    if not known:
        return None
    newest, written = known.get(b"newest"), known.get(b"written_at")
    return Marks(
        rows=None if known.get(b"forgets") == b"1" else int(known[b"rows"]),
        newest=None if newest is None else event_of(newest),
        written_at=None if written is None else int(written),
        source=source_of(known.get(b"source", b"").decode()),
    )


@lru_cache(maxsize=1024)
def _quoted(table: str) -> bytes:
    """Return a table's name without what means something in names and patterns of Redis."""
    return quote(table, safe="").encode()
