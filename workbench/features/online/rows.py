"""A view's rows as the bytes that an online store keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from workbench.features.definitions.views import FeatureView
from workbench.features.online.stores.encoding import pack_key, pack_row


def encoded(
    view: FeatureView, rows: Iterable[tuple[Any, ...]], known: int | None = None
) -> Iterator[tuple[bytes | None, bytes]]:
    """Yield the bytes of rows: keys, event and creation time in microseconds, features.

    Parameters
    ----------
    view : FeatureView
    rows : iterable of tuple
    known : int, optional
        When the rows of a static view became known: of two writes of a row that has no time, the
        later one stays.

    Yields
    ------
    (bytes or None, bytes)
        No key where one of its values is missing.
    """
    names = [key.name for key in view.keys]
    types = [key.type for key in view.keys]
    width = len(names)
    static = view.time is None and known is not None
    for row in rows:
        created = known if static and known is not None else row[width + 1]
        yield pack_key(row[:width], types, names), pack_row(row[width], created, row[width + 2 :])
