"""How much two tables differ, column by column.

A column's values fall into shared bins: each value by itself where there are few, else twenty bins
that hold equal shares of both tables together; missing and infinite values have bins of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.datasets.sources import Source, open_source
from workbench.data.drift import measures
from workbench.data.drift.profiles import (
    Path,
    Profile,
    profile_feature,
    profiles_of,
    shared_bins,
)
from workbench.data.drift.report import ColumnDrift, Drift
from workbench.data.drift.whole_numbers import Pair, pair

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.statistics import DatasetStatistics


def drift(
    a: Dataset | pd.DataFrame | pa.Table | str,
    b: Dataset | pd.DataFrame | pa.Table | str,
    *,
    columns: Iterable[str] | None = None,
    classifier: bool = False,
) -> Drift:
    """Return how far each shared column moved from `a` to `b`, and whether that may be chance.

    With many rows the slightest move is no chance, so size and significance are told apart: see
    `ColumnDrift`. Of lists the values are compared, of structs each field, as ``s.a`` after the
    struct ``s`` itself; of bytes and structs, whether there are any. Whole numbers are told apart
    however large.

    Parameters
    ----------
    a, b : Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    columns : iterable of str, optional
        Only these, a struct with its fields; all shared ones otherwise.
    classifier : bool
        Also whether a classifier can tell the rows of the two apart by all columns together, and
        by which: `Drift.classifier`.

    Raises
    ------
    InvalidInput
        If the tables share no columns, or lack one that is named.

    Examples
    --------
    >>> import pyarrow as pa
    >>> drift(pa.table({"x": [1, 1, 2]}), pa.table({"x": [2, 2, 1]}))["x"].where
    '1'
    """
    first, second = open_source(a), open_source(b)
    shared = [name for name in first.names if name in second.names]
    for name in columns or ():
        if name not in shared:
            raise InvalidInput(f"the two do not share a column {name!r}", hint=near(name, shared))
    if not shared:
        raise InvalidInput(f"{first.name} and {second.name} share no columns")
    wanted = shared if columns is None else list(columns)
    measured: list[ColumnDrift] = []
    only_a = [name for name in first.names if name not in second.names]
    only_b = [name for name in second.names if name not in first.names]
    for name in wanted:
        mine, theirs = (profiles_of(name, each.read(name)) for each in (first, second))
        measured += _measured(mine, theirs)
        only_a += _lacking(theirs, mine)
        only_b += _lacking(mine, theirs)
    result = Drift(
        first.name, second.name, _ordered(_adjusted(measured)), tuple(only_a), tuple(only_b)
    )
    if classifier:
        from workbench.data.drift.classifier import told_apart

        result = replace(result, classifier=told_apart(first, second, wanted))
    _record(first, second, result)
    return result


def drift_of_statistics(a: DatasetStatistics, b: DatasetStatistics) -> Drift:
    """Return the drift between two sets of rows of which only statistics are at hand.

    Numbers with over 256 distinct values, and texts beyond the thousandth, are then approximate.
    Statistics hold a spread in doubles, as their protos do, so whole numbers beyond 2^53 that are
    next to each other are one; `drift` of the rows tells them apart.
    """
    mine, theirs = (
        {each.path or (each.name,): profile_feature(each) for each in side.features}
        for side in (a, b)
    )
    return Drift(
        a.name,
        b.name,
        _ordered(_adjusted(_measured(mine, theirs))),
        tuple(_lacking(theirs, mine)),
        tuple(_lacking(mine, theirs)),
    )


def _measured(a: Mapping[Path, Profile], b: Mapping[Path, Profile]) -> list[ColumnDrift]:
    return [measure(".".join(path), a[path], b[path]) for path in a if path in b]


def _lacking(a: Mapping[Path, Profile], b: Mapping[Path, Profile]) -> list[str]:
    """Return what the first does not have of the second."""
    return [".".join(path) for path in b if path not in a]


def measure(column: str, a: Profile, b: Profile) -> ColumnDrift:
    """Return the drift of one column."""
    sides = pair(a, b)
    bins = shared_bins(sides.a, sides.b, sides.values)
    p, q = (measures.shares(counts) for counts in (bins.a, bins.b))
    change = np.abs(p - q)
    most = int(change.argmax())
    chi2, chi2_p, cramers_v = measures.chi_square(bins.a, bins.b)
    moved = ColumnDrift(
        column,
        a.type,
        measures.jensen_shannon(p, q),
        measures.stability_index(p, q),
        float(change[most]),
        bins.labels[most],
        float(p[most]),
        float(q[most]),
        chi2=chi2,
        chi2_p=chi2_p,
        cramers_v=cramers_v,
    )
    return _with_numbers(moved, sides)


def _with_numbers(moved: ColumnDrift, sides: Pair) -> ColumnDrift:
    """Add what only the values of numbers tell."""
    one, other = sides.a.numbers, sides.b.numbers
    if one is None or other is None or not one.total or not other.total:
        return replace(moved, p_value=moved.chi2_p, q_value=moved.chi2_p)
    distance, ks_p = measures.kolmogorov_smirnov(one, other)
    moved_by, scaled = measures.wasserstein(sides.spaced(one), sides.spaced(other))
    if moved.type == "TIME":
        moved_by /= 1e6
    # The order of values tells nothing of missing ones, the bins do: the surer of the two tests
    # counts, for two.
    p_value = min(1.0, 2 * min(ks_p, moved.chi2_p))
    return replace(
        moved,
        ks=distance,
        ks_p=ks_p,
        wasserstein=moved_by,
        wasserstein_scaled=scaled,
        p_value=p_value,
        q_value=p_value,
    )


def _adjusted(measured: list[ColumnDrift]) -> list[ColumnDrift]:
    q_values = measures.adjusted([each.p_value for each in measured])
    return [replace(each, q_value=q) for each, q in zip(measured, q_values, strict=True)]


def _ordered(measured: list[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    return tuple(sorted(measured, key=lambda each: (-each.jsd, each.column)))


def _record(first: Source, second: Source, result: Drift) -> None:
    reads = [each.artifact for each in (first, second) if each.artifact is not None]
    if len(reads) != 2:
        return
    measured: dict[str, object] = {each.column: each.jsd for each in result.columns}
    with workspace.current().metadata.record(
        "drift", reads[1].name, reads=reads, properties={"jsd": measured}
    ):
        pass  # what was measured is a fact of the step; it leaves nothing else behind
