"""What was measured of the drift between two tables: how large it is, and whether it is chance."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Family

if TYPE_CHECKING:
    import pandas as pd

Size = Literal["small", "moderate", "large"]

LEVEL = 0.05
# Up to these the population stability index is called so (Siddiqi, Credit Risk Scorecards, 2006).
_MODERATE, _LARGE = 0.1, 0.25
_FIGURES = (
    "type",
    "size",
    "significant",
    "jsd",
    "psi",
    "l_infinity",
    "ks",
    "wasserstein",
    "wasserstein_scaled",
    "chi2",
    "cramers_v",
    "p_value",
    "q_value",
    "where",
    "share_a",
    "share_b",
)


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column moved from `a` to `b`.

    The first figures are of bins, missing values among them; the others of values.

    Attributes
    ----------
    column : str
    type : str
        INT, FLOAT, STRING, BOOL, TIME, BYTES or STRUCT; of a list, that of its values.
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
    ks, ks_p : float or None
        Of numbers: the Kolmogorov-Smirnov distance, the greatest between the cumulative shares, and
        its p-value; exact up to 10,000 values, asymptotic beyond.
    wasserstein : float or None
        Of numbers: how far values moved on average, in the column's unit; of times, in seconds.
    wasserstein_scaled : float or None
        The same in standard deviations of both tables together.
    chi2, chi2_p : float
        Pearson's chi-square over the bins, rare ones taken together, and its p-value.
    cramers_v : float
        The size of that, from 0 to 1, whatever the number of rows.
    p_value : float
        That of the chi-square test; of numbers, of it and the Kolmogorov-Smirnov test together
        (Bonferroni): how likely a move like this is by chance.
    q_value : float
        The same, adjusted for the number of columns (Benjamini and Hochberg).
    """

    column: str
    type: Family
    jsd: float
    psi: float
    l_infinity: float
    where: str
    share_a: float
    share_b: float
    ks: float | None = None
    ks_p: float | None = None
    wasserstein: float | None = None
    wasserstein_scaled: float | None = None
    chi2: float = 0.0
    chi2_p: float = 1.0
    cramers_v: float = 0.0
    p_value: float = 1.0
    q_value: float = 1.0

    @property
    def size(self) -> Size:
        """How large the move is, by `psi`: from 0.1 on moderate, from 0.25 on large."""
        return "large" if self.psi >= _LARGE else "moderate" if self.psi >= _MODERATE else "small"

    @property
    def significant(self) -> bool:
        """Whether it is hardly chance: the adjusted p-value is below 5 %."""
        return self.q_value < LEVEL


@dataclass(frozen=True)
class ToldApart:
    """How well a classifier tells the rows of two tables apart.

    Attributes
    ----------
    auc : float
        How often it finds the row of `b` among one of each, on rows that it was not trained on: 0.5
        by chance, 1 always; less than by chance where the same rows are in both tables.
    low, high : float
        Its 95 % interval (Hanley and McNeil, 1982), wider by what the folds share.
    p_value : float
        How likely as much is by chance (Mann and Whitney, one-sided), likewise.
    rows_a, rows_b : int
        How many rows of each it was shown.
    columns : tuple of (str, float)
        By how much the AUC falls when the column's values are shuffled, the most telling first.
    """

    auc: float
    low: float
    high: float
    p_value: float
    rows_a: int
    rows_b: int
    columns: tuple[tuple[str, float], ...]

    @property
    def significant(self) -> bool:
        """Whether it is hardly chance: the p-value is below 5 %."""
        return self.p_value < LEVEL

    def __str__(self) -> str:
        telling = ", ".join(name for name, fall in self.columns[:3] if fall > 0)
        by = f", by {telling}" if telling and self.significant else ""
        return (
            f"a classifier tells the two apart with AUC {self.auc:.3f} "
            f"({self.low:.3f} to {self.high:.3f}, p = {self.p_value:.2g}){by}"
        )


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
    classifier : ToldApart or None
        Where it was asked for.
    """

    a: str
    b: str
    columns: tuple[ColumnDrift, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    classifier: ToldApart | None = None

    def __getitem__(self, column: str) -> ColumnDrift:
        for each in self.columns:
            if each.column == column:
                return each
        names = [each.column for each in self.columns]
        raise InvalidInput(f"no drift was measured of {column!r}", hint=near(column, names))

    def by_column(self, columns: Iterable[str]) -> dict[str, ColumnDrift]:
        """Return each column's drift, of a struct that of the field that moved most.

        The greatest first; columns of which none was measured are left out.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from workbench.data.drift import drift
        >>> moved = drift(*(pa.table({"s": [{"a": n}]}) for n in (1, 2)))
        >>> moved.by_column(["s"])["s"].column
        's.a'
        """
        known = set(columns)
        found: dict[str, ColumnDrift] = {}
        for each in self.columns:
            steps = each.column.split(".")
            above = (".".join(steps[:end]) for end in range(len(steps), 0, -1))
            name = next((name for name in above if name in known), None)
            if name is not None:
                found.setdefault(name, each)
        return found

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a column, the greatest drift first."""
        import pandas as pd

        rows = [{name: getattr(each, name) for name in _FIGURES} for each in self.columns]
        index = pd.Index([each.column for each in self.columns], name="column")
        return pd.DataFrame(rows, index=index, columns=list(_FIGURES))

    def __repr__(self) -> str:
        lines = [
            f"  {each.column}: {each.size}, JSD {each.jsd:.3g}"
            f"{'' if each.significant else ', may be chance'}"
            for each in self.columns
        ]
        told = [] if self.classifier is None else [f"  {self.classifier}"]
        return "\n".join([f"<Drift {self.a} → {self.b}>", *lines, *told])

    def _repr_html_(self) -> str:
        title = html.escape(f"{self.a} → {self.b}")
        frame = self.to_pandas()
        known = frame.drop(columns=["type", "where", "size", "significant"]).columns
        frame[known] = frame[known].astype(float)
        table = frame.to_html(float_format=lambda value: f"{value:.3g}", na_rep="")
        told = "" if self.classifier is None else f"<div>{html.escape(str(self.classifier))}</div>"
        alone = "".join(
            f"<div>Only in {html.escape(name)}: {html.escape(', '.join(columns))}</div>"
            for name, columns in ((self.a, self.only_a), (self.b, self.only_b))
            if columns
        )
        return f"<div>{title}</div>{table}{told}{alone}"
