"""How a column's values are spread, and the bins over which two such spreads are held together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns import Family, family_of, is_list
from workbench.data.statistics.counting import distinct, finite_part, text_counts
from workbench.data.statistics.distributions import Distribution, Floats

if TYPE_CHECKING:
    from workbench.data.statistics.figures import FeatureStatistics

BINS = 20
FEW = 50

#: From a column down to the field of a struct.
Path = tuple[str, ...]
Whole = npt.NDArray[Any]


@dataclass(frozen=True)
class Profile:
    """How a column's values are spread: numbers in cells, or texts counted.

    Attributes
    ----------
    type : str
        Of a list, that of its innermost values.
    rows, missing, infinite : int
        All values, those that are missing, and those that are infinite.
    numbers : Distribution or None
        The finite ones.
    texts : dict of str to int
        How often each text occurs.
    other : int
        Values that are present and not told apart.
    whole : int64[n], uint64[n] or None
        Of whole numbers and times, the values of `numbers` before they were made doubles.
    """

    type: Family
    rows: int
    missing: int
    infinite: int = 0
    numbers: Distribution | None = None
    texts: dict[str, int] = field(default_factory=dict)
    other: int = 0
    whole: Whole | None = None


def profiles_of(name: str, column: pa.ChunkedArray) -> dict[Path, Profile]:
    """Return how a column's values are spread, and after it those of each field of its structs.

    Exactly; of lists, the values in all of them.

    Examples
    --------
    >>> import pyarrow as pa
    >>> list(profiles_of("s", pa.chunked_array([[{"a": 1, "b": [{"c": 2}]}]])))
    [('s',), ('s', 'a'), ('s', 'b'), ('s', 'b', 'c')]
    """
    return dict(_profiles((name,), column, 0))


def _profiles(path: Path, column: pa.ChunkedArray, absent: int) -> Iterator[tuple[Path, Profile]]:
    """Yield the profiles of a column that `absent` more values are missing from."""
    if is_list(column.type):
        absent += column.null_count
    values = _innermost(column)
    found = profile_column(values)
    yield path, replace(found, rows=found.rows + absent, missing=found.missing + absent)
    if pa.types.is_struct(values.type):
        for field, each in zip(values.type, values.flatten(), strict=True):
            yield from _profiles((*path, field.name), each, absent)


def _innermost(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values in all lists of a column, however deep; of no lists, the column."""
    while is_list(column.type):
        column = pa.chunked_array(
            [pc.list_flatten(chunk) for chunk in column.chunks], column.type.value_type
        )
    return column


def profile_column(column: pa.ChunkedArray) -> Profile:
    """Return how the values of a column without lists are spread, exactly."""
    family = family_of(column.type)
    rows = len(column)
    if family in ("BYTES", "STRUCT"):
        # Bytes are not compared, structs by their fields; but whether there are any.
        return Profile(family, rows, column.null_count, other=rows - column.null_count)
    if family == "STRING":
        values, counts = text_counts(column)
        texts = dict(zip(values.to_pylist(), counts.tolist(), strict=True))
        return Profile(family, rows, rows - sum(texts.values()), texts=texts)
    if family == "BOOL":
        true = int(pc.sum(column).as_py() or 0)
        present = rows - column.null_count
        texts = {"false": present - true, "true": true}
        return Profile(family, rows, column.null_count, texts=texts)
    values, counts, _ = distinct(column)
    finite = finite_part(values, counts)
    present = int(counts.sum())
    whole = None
    if values.dtype.kind in "iu":
        whole = values if values.dtype == np.uint64 else values.astype(np.int64)
    return Profile(family, rows, rows - present, present - finite.total, finite, whole=whole)


def profile_feature(feature: FeatureStatistics) -> Profile:
    """Return how a column's values are spread, as far as its statistics tell."""
    present = feature.lists[-1].total if feature.lists else feature.count
    texts = dict(feature.top) if feature.type in ("STRING", "BOOL") else {}
    untold = feature.type in ("STRING", "BYTES", "STRUCT")
    numbers = feature.distribution if feature.type in ("INT", "FLOAT", "TIME") else None
    return Profile(
        feature.type,
        present + feature.missing,
        feature.missing,
        feature.infinite,
        numbers,
        texts,
        max(0, present - sum(texts.values())) if untold else 0,
    )


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins that two columns share.

    Attributes
    ----------
    labels : list of str
        What lies in each.
    a, b : float64[n]
        How many of each column's values do.
    edges : float64[m + 1] or None
        Between the first `m` bins, where they are of numbers; the last of them holds its upper edge
        too.
    """

    labels: list[str]
    a: Floats
    b: Floats
    edges: Floats | None = None


def shared_bins(a: Profile, b: Profile, values: Whole | None = None) -> Bins:
    """Return the bins over which two spreads are held together.

    Each value is a bin where there are few, else twenty hold equal shares of both together; missing
    and infinite values have bins of their own.

    Parameters
    ----------
    a, b : Profile
    values : int64[n], uint64[n] or object[n], optional
        What is meant, if the numbers of both are places in these.
    """
    texts = [each.texts for each in (a, b)]
    numbers = [
        each.numbers for each in (a, b) if each.numbers is not None and len(each.numbers.low)
    ]
    if any(texts) or not numbers:
        # Numbers against texts have no value in common, and share only the missing ones.
        named = list(dict.fromkeys([*texts[0], *texts[1]]))
        labels = [*named, "other texts", "numbers", "missing"]
        counts = [
            [
                *(each.texts.get(name, 0) for name in named),
                each.other,
                _of_numbers(each),
                each.missing,
            ]
            for each in (a, b)
        ]
        return Bins(labels, np.array(counts[0], float), np.array(counts[1], float))
    edges, labels = _edges(numbers, a.type, values)
    filled = [
        np.zeros(len(edges) - 1) if each.numbers is None else each.numbers.binned(edges)
        for each in (a, b)
    ]
    ends = [np.array([each.infinite, each.missing], float) for each in (a, b)]
    return Bins(
        [*labels, "infinite", "missing"],
        np.concatenate([filled[0], ends[0]]),
        np.concatenate([filled[1], ends[1]]),
        edges,
    )


def _of_numbers(profile: Profile) -> int:
    return 0 if profile.texts else max(0, profile.rows - profile.missing - profile.other)


def _edges(
    numbers: list[Distribution], family: Family, values: Whole | None
) -> tuple[Floats, list[str]]:
    found = np.unique(np.concatenate([each.low for each in numbers]))
    if len(found) <= FEW and all(each.exact for each in numbers):
        edges = np.append(found, np.nextafter(found[-1], np.inf))
        return edges, [_label(value, family, values) for value in found]
    low = np.concatenate([each.high for each in numbers])
    weight = np.concatenate([each.counts / max(each.total, 1) for each in numbers])
    order = np.argsort(low, kind="stable")
    cumulative = np.cumsum(weight[order]) / len(numbers)
    places = np.searchsorted(cumulative, np.arange(1, BINS) / BINS)
    inner = low[order][np.minimum(places, len(low) - 1)]
    first = min(each.low[0] for each in numbers)
    last = max(each.high[-1] for each in numbers)
    edges = np.unique(np.concatenate([[first], inner, [last]]))
    labels = [_label(edge, family, values) for edge in edges]
    return edges, [f"{low} – {high}" for low, high in pairwise(labels)]


def _label(number: float, family: Family, values: Whole | None) -> str:
    whole = int(number) if values is None else int(values[int(number)])
    if family == "TIME":
        return str(np.datetime64(whole, "us").astype("datetime64[s]"))
    return f"{number:.6g}" if values is None else str(whole)
