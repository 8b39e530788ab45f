"""A join beyond one machine: the spine's rows in pieces, each joined by a task of Ray.

A task does what `point_in_time.join` does, on the keys and times of a piece; the pieces come back
in order, so the result is the same as without a cluster. The views' known rows travel through the
artifact store, once to each machine.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import cluster, workspace
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.storage import BlobStore

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows of a piece.
_ROWS = 1 << 20


def beside_on_cluster(
    tables: Callable[[], Iterator[pa.Table]], time: str | None, lookups: Sequence[Lookup]
) -> Generator[tuple[pa.Table, pa.Table]]:
    """Yield the spine's rows, piece by piece in order, and the features of each; as `beside`.

    Raises
    ------
    Unavailable
        If no cluster answers, or a worker cannot read the views' rows or dies.
    InvalidInput
        As `join`.
    """
    place = workspace.current()
    digests = [place.blobs.put_file(each.rows).digest for each in lookups]
    told = pickle.dumps((place.settings.artifact_url, place.home / "cache", time, lookups, digests))
    keys = [key.name for lookup in lookups for key in lookup.keys]
    needed = list(dict.fromkeys([*keys, *([time] if time is not None else [])]))
    waiting: deque[pa.Table] = deque()

    def asked() -> Iterator[bytes]:
        for table in tables():
            for start in range(0, table.num_rows, _ROWS):
                piece = table.slice(start, _ROWS)
                waiting.append(piece)
                yield _packed(piece.select([each for each in needed if each in table.column_names]))

    for found in cluster.in_order(_joined, told, asked()):
        yield waiting.popleft(), _unpacked(found)


def _joined(told: bytes, asked: bytes) -> bytes:
    """Return the features of a piece; runs in a worker."""
    return _packed(_joiner(told).join(_unpacked(asked)))


@lru_cache(maxsize=1)
def _joiner(told: bytes) -> Joiner:
    """Open the views' rows, once in each worker."""
    artifact_url, cache, time, lookups, digests = pickle.loads(told)  # noqa: S301  # our own
    blobs = BlobStore(artifact_url, Path(cache))
    return Joiner(
        time,
        [
            replace(each, rows=Path(blobs.local_path(digest)))
            for each, digest in zip(lookups, digests, strict=True)
        ],
    )


def _packed(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _unpacked(content: bytes) -> pa.Table:
    import pyarrow as pa

    with pa.ipc.open_stream(content) as reader:
        return reader.read_all()
