"""Splits by shares that hold within each stratum, and in which a row keeps its place for ever.

Within a stratum the keys are put in the order of their hashes, and each split takes its share of
them. A key that an earlier version had stays where it was; the new ones fill what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from workbench.data.column_hashing import hash_rows
from workbench.data.hashing import Hashes
from workbench.data.reading import Rows

Places = npt.NDArray[np.int64]
#: Returns, for the keys' columns, hashes of an earlier version's keys and each one's split.
Before = Callable[[Sequence[str]], tuple[Hashes, Places]]


def quota_places(
    rows: Rows,
    key: Sequence[str],
    stratify: Sequence[str],
    shares: npt.NDArray[np.float64],
    before: Before | None,
) -> Callable[[pa.Table], Places]:
    """Return what places rows so that each split holds its share of each stratum's keys.

    Reads the source once, and keeps 16 bytes a row of it.
    """
    keys, strata = _keys_and_strata(rows, key, stratify)
    known, places = (np.zeros(0, np.uint64), np.zeros(0, np.int64))
    if before is not None:
        known, places = before(key)
    ordered, splits = _filled(keys, strata, shares, known, places)

    def place(table: pa.Table) -> Places:
        return splits[np.searchsorted(ordered, hash_rows(table, key))]

    return place


def _keys_and_strata(
    rows: Rows, key: Sequence[str], stratify: Sequence[str]
) -> tuple[Hashes, Hashes]:
    hashed = [(hash_rows(table, key), hash_rows(table, stratify)) for table in rows.tables()] or [
        (np.zeros(0, np.uint64),) * 2
    ]
    keys = np.concatenate([each for each, _ in hashed])
    strata = np.concatenate([each for _, each in hashed])
    keys, first = np.unique(keys, return_index=True)
    return keys, strata[first]


def _filled(
    keys: Hashes,
    strata: Hashes,
    shares: npt.NDArray[np.float64],
    known: Hashes,
    places: Places,
) -> tuple[Hashes, Places]:
    """Return the keys in order, and the split of each."""
    splits = np.full(len(keys), -1, np.int64)
    at = np.searchsorted(keys, known)
    inside = at < len(keys)
    inside[inside] = keys[at[inside]] == known[inside]
    splits[at[inside]] = places[inside]
    order = np.argsort(strata, kind="stable")
    ends = np.flatnonzero(np.diff(strata[order])) + 1
    for members in np.split(order, ends):
        new = members[splits[members] < 0]
        held = np.bincount(splits[members][splits[members] >= 0], minlength=len(shares))
        wanted = _quotas(len(members), shares, held, len(new))
        splits[new] = np.repeat(np.arange(len(shares)), wanted)
    return keys, splits


def _quotas(
    rows: int, shares: npt.NDArray[np.float64], held: Places, new: int
) -> npt.NDArray[np.int64]:
    """Return how many of `new` rows each split takes, so that all have nearly their shares."""
    lacking = np.maximum(rows * shares - held, 0.0)
    lacking *= new / lacking.sum() if lacking.sum() else 0.0
    taken = np.floor(lacking).astype(np.int64)
    # The largest remainders take what rounding left over.
    left = new - int(taken.sum())
    taken[np.argsort(taken - lacking, kind="stable")[:left]] += 1
    return taken
