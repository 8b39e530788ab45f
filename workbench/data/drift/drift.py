"""How much two tables differ, column by column.

A column's values fall into shared bins: each value by itself where there are few, else twenty bins
that hold equal shares of both tables together; missing and infinite values have bins of their own.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Family
from workbench.data.datasets.sources import Source, open_source
from workbench.data.drift.profiles import Profile, profile_column, profile_feature, shared_bins
from workbench.data.statistics.distributions import Floats

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.statistics import DatasetStatistics

FLOOR = 1e-4


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column moved from `a` to `b`.

    Attributes
    ----------
    column : str
    type : str
        INT, FLOAT, STRING, BOOL or TIME.
    jsd : float
        Jensen-Shannon divergence in bits: 0 for the same shares, 1 for nothing in common.
    psi : float
        Population stability index, natural logarithm, shares under 0.0001 taken as that.
    l_infinity : float
        The greatest change of a bin's share.
    where : str
        The bin that changed most.
    share_a, share_b : float
        Its shares.
    """

    column: str
    type: Family
    jsd: float
    psi: float
    l_infinity: float
    where: str
    share_a: float
    share_b: float


@dataclass(frozen=True)
class Drift:
    """The drift of each column that two tables share, the greatest divergence first.

    Attributes
    ----------
    a, b : str
        What was compared.
    columns : tuple of ColumnDrift
    only_a, only_b : tuple of str
        Columns that the other lacks.
    """

    a: str
    b: str
    columns: tuple[ColumnDrift, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> ColumnDrift:
        for each in self.columns:
            if each.column == column:
                return each
        names = [each.column for each in self.columns]
        raise InvalidInput(f"no drift was measured of {column!r}", hint=near(column, names))

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a column, the greatest drift first."""
        import pandas as pd

        fields = ("type", "jsd", "psi", "l_infinity", "where", "share_a", "share_b")
        rows = [{name: getattr(each, name) for name in fields} for each in self.columns]
        index = pd.Index([each.column for each in self.columns], name="column")
        return pd.DataFrame(rows, index=index, columns=list(fields))

    def _repr_html_(self) -> str:
        title = html.escape(f"{self.a} → {self.b}")
        table = self.to_pandas().to_html(float_format=lambda value: f"{value:.3g}")
        return f"<div>{title}</div>{table}"


def drift(
    a: Dataset | pd.DataFrame | pa.Table | str,
    b: Dataset | pd.DataFrame | pa.Table | str,
    *,
    columns: Iterable[str] | None = None,
) -> Drift:
    """Return how far each shared column moved from `a` to `b`.

    Parameters
    ----------
    a, b : Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    columns : iterable of str, optional
        Only these; all shared ones otherwise.

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
    result = _sorted(
        first,
        second,
        [
            measure(name, profile_column(first.read(name)), profile_column(second.read(name)))
            for name in wanted
        ],
    )
    reads = [each.artifact for each in (first, second) if each.artifact is not None]
    if len(reads) == 2:
        measured: dict[str, object] = {each.column: each.jsd for each in result.columns}
        with workspace.current().metadata.record(
            "drift", reads[1].name, reads=reads, properties={"jsd": measured}
        ):
            pass  # what was measured is a fact of the step; it leaves nothing else behind
    return result


def drift_of_statistics(a: DatasetStatistics, b: DatasetStatistics) -> Drift:
    """Return the drift between two sets of rows of which only statistics are at hand.

    Numbers with over 256 distinct values, and texts beyond the thousandth, are then approximate.
    """
    others = {each.name: each for each in b.features}
    measured = [
        measure(each.name, profile_feature(each), profile_feature(others[each.name]))
        for each in a.features
        if each.name in others
    ]
    names = {each.name for each in a.features}
    return Drift(
        a.name,
        b.name,
        _ordered(measured),
        tuple(each.name for each in a.features if each.name not in others),
        tuple(name for name in others if name not in names),
    )


def measure(column: str, a: Profile, b: Profile) -> ColumnDrift:
    """Return the drift of one column."""
    labels, counts_a, counts_b = shared_bins(a, b)
    p, q = (_shares(counts) for counts in (counts_a, counts_b))
    change = np.abs(p - q)
    most = int(change.argmax())
    return ColumnDrift(
        column,
        a.type,
        _jsd(p, q),
        _psi(p, q),
        float(change[most]),
        labels[most],
        float(p[most]),
        float(q[most]),
    )


def _shares(counts: Floats) -> Floats:
    total = counts.sum()
    return counts / total if total else counts


def _jsd(p: Floats, q: Floats) -> float:
    middle = (p + q) / 2
    if not middle.any():
        return 0.0

    def bits(share: Floats) -> float:
        present = share > 0
        return float((share[present] * np.log2(share[present] / middle[present])).sum())

    return float(np.clip((bits(p) + bits(q)) / 2, 0.0, 1.0))


def _psi(p: Floats, q: Floats) -> float:
    p, q = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    return float(((q - p) * np.log(q / p)).sum())


def _ordered(measured: list[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    return tuple(sorted(measured, key=lambda each: (-each.jsd, each.column)))


def _sorted(a: Source, b: Source, measured: list[ColumnDrift]) -> Drift:
    return Drift(
        a.name,
        b.name,
        _ordered(measured),
        tuple(name for name in a.names if name not in b.names),
        tuple(name for name in b.names if name not in a.names),
    )
