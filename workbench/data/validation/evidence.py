"""What is known of some rows when they are held against a schema: statistics and what else counts.

Everything that a check looks at is in here, so that another schema can be held against the same
rows without reading them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from workbench.data.statistics.figures import DatasetStatistics, FeatureStatistics

Path = tuple[str, ...]


@dataclass(frozen=True)
class CompositeFigures:
    """How the columns fit together that form a sparse or a weighted one.

    Attributes
    ----------
    missing_value : int
        Rows in which only the value is missing.
    missing : dict of str to int
        Rows in which only this other column is missing: an index, or the weight.
    differences : dict of str to (int, int)
        The least and the greatest of this other column's number of values less that of the value.
    """

    missing_value: int
    missing: Mapping[str, int]
    differences: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class TokenFigures:
    """How often a token occurs in sequences.

    Attributes
    ----------
    share : float
        The share of sequences that have it.
    least, most : float
        How often a sequence has it.
    """

    share: float
    least: float
    most: float


@dataclass(frozen=True)
class LanguageFigures:
    """Figures of text as a sequence of tokens.

    Attributes
    ----------
    coverage : float
        The share of tokens that the vocabulary has.
    token_length : float
        Characters of a token of the vocabulary, on average.
    tokens : dict of (str or int) to TokenFigures
        Those that a schema asks about.
    """

    coverage: float
    token_length: float
    tokens: Mapping[str | int, TokenFigures]


@dataclass(frozen=True)
class Broken:
    """How many rows break a constraint.

    Attributes
    ----------
    count, rows : int
        Those that break it, and all that it looks at.
    examples : tuple of str
        Values that do, the most frequent first.
    """

    count: int
    rows: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What is known of some rows.

    Attributes
    ----------
    figures : DatasetStatistics
    composites : dict
        By the name of the sparse or weighted column.
    language : dict
        By column, where a schema asks about its language.
    domains : dict
        What a column's values turned out to be, as a text-format domain: ``image_domain {}``.
    derived : dict
        The message of the source from which validation derived a column.
    broken : dict
        By constraint.
    earlier : dict
        Row counts of earlier versions and spans, the newest last: by ``versions`` and ``spans``.
    read : bool
        Whether the rows themselves were at hand.
    """

    figures: DatasetStatistics
    composites: Mapping[str, CompositeFigures] = field(default_factory=dict)
    language: Mapping[Path, LanguageFigures] = field(default_factory=dict)
    domains: Mapping[Path, str] = field(default_factory=dict)
    derived: Mapping[Path, Any] = field(default_factory=dict)
    broken: Mapping[Any, Broken] = field(default_factory=dict)
    earlier: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    read: bool = False

    @cached_property
    def columns(self) -> dict[Path, FeatureStatistics]:
        """The figures of each column by its path, those of composite ones left out."""
        by_path = {path_of(each): each for each in self.figures.features}
        return {
            path: each for path, each in by_path.items() if ".".join(path) not in self.composites
        }


def path_of(figures: FeatureStatistics) -> Path:
    """Return the path of a column; one that is in no struct is its own path."""
    return figures.path or (figures.name,)


def weighed(figures: DatasetStatistics) -> DatasetStatistics:
    """Return figures in which rows count as much as they weigh, if all columns have such.

    So TFDV looks at statistics, if they are weighted.
    """
    rows = figures.weighted_rows
    if not rows or not all(each.weighted for each in figures.features):
        return figures
    return replace(
        figures,
        rows=rows,  # type: ignore[arg-type]  # weights may be fractions
        features=tuple(_weighed(each, rows) for each in figures.features),
    )


def _weighed(figures: FeatureStatistics, rows: float) -> FeatureStatistics:
    weights = figures.weighted
    if weights is None:
        return figures
    return replace(
        figures,
        rows=rows,  # type: ignore[arg-type]
        count=weights.count,  # type: ignore[arg-type]
        missing=weights.missing,  # type: ignore[arg-type]
        top=weights.top or figures.top,  # type: ignore[arg-type]
    )
