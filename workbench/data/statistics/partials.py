"""What a pass remembers of some rows of a column: it merges with that of other rows.

`partials_of.partial_of` makes one of an Arrow column, `describing` takes the figures of one,
`keeping` writes it down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from workbench.data.columns import Family
from workbench.data.statistics.images import Images
from workbench.data.statistics.numbers import Numbers, merge_numbers
from workbench.data.statistics.texts import Hashed, Texts
from workbench.data.statistics.words import Words

T = TypeVar("T")


@dataclass(frozen=True)
class Presence:
    """How many rows there are, and how many of them have a value.

    Attributes
    ----------
    rows, count : int
    weight, missing_weight : float
        Of the rows with a value and without; 0 where rows have no weights.
    """

    rows: int
    count: int
    weight: float = 0.0
    missing_weight: float = 0.0

    def merged(self, other: Presence) -> Presence:
        """Return that of both sets of rows."""
        return Presence(
            self.rows + other.rows,
            self.count + other.count,
            self.weight + other.weight,
            self.missing_weight + other.missing_weight,
        )


@dataclass(frozen=True)
class Lengths:
    """How long texts or byte strings are.

    Attributes
    ----------
    total : int
        Of all together.
    shortest, longest : int or None
        None of no texts.
    """

    total: int = 0
    shortest: int | None = None
    longest: int | None = None

    def merged(self, other: Lengths) -> Lengths:
        """Return how long both are."""
        if self.shortest is None or self.longest is None:
            return other
        if other.shortest is None or other.longest is None:
            return self
        return Lengths(
            self.total + other.total,
            min(self.shortest, other.shortest),
            max(self.longest, other.longest),
        )


@dataclass(frozen=True, eq=False)
class NumberPartial:
    """Of INT, FLOAT, TIME and BOOL.

    Attributes
    ----------
    family : str
    presence : Presence
    nan : int
    numbers : Counted or Summary
    categories : Texts or None
        The same, of whole numbers that are categories.
    """

    family: Family
    presence: Presence
    nan: int
    numbers: Numbers
    categories: Texts | None = None

    def merged(self, other: NumberPartial, limit: int) -> NumberPartial:
        """Return that of both sets of rows."""
        return NumberPartial(
            self.family,
            self.presence.merged(other.presence),
            self.nan + other.nan,
            merge_numbers(self.numbers, other.numbers, limit),
            _both(self.categories, other.categories, lambda a, b: a.merged(b, limit)),
        )


@dataclass(frozen=True, eq=False)
class TextPartial:
    """Of STRING."""

    presence: Presence
    texts: Texts
    lengths: Lengths
    words: Words | None = None
    images: Images | None = None

    def merged(self, other: TextPartial, limit: int) -> TextPartial:
        """Return that of both sets of rows."""
        return TextPartial(
            self.presence.merged(other.presence),
            self.texts.merged(other.texts, limit),
            self.lengths.merged(other.lengths),
            _both(self.words, other.words, lambda a, b: a.merged(b, limit)),
            _both(self.images, other.images, lambda a, b: a.merged(b, limit)),
        )


@dataclass(frozen=True, eq=False)
class BytesPartial:
    """Of BYTES."""

    presence: Presence
    hashed: Hashed
    lengths: Lengths
    images: Images | None = None

    def merged(self, other: BytesPartial, limit: int) -> BytesPartial:
        """Return that of both sets of rows."""
        return BytesPartial(
            self.presence.merged(other.presence),
            self.hashed.merged(other.hashed, limit),
            self.lengths.merged(other.lengths),
            _both(self.images, other.images, lambda a, b: a.merged(b, limit)),
        )


@dataclass(frozen=True, eq=False)
class Level:
    """The lists of one level.

    Attributes
    ----------
    missing : int
        Lists that are null.
    lengths : Counted or Summary
        How many values the others hold.
    """

    missing: int
    lengths: Numbers

    def merged(self, other: Level, limit: int) -> Level:
        """Return the lists of both."""
        lengths = merge_numbers(self.lengths, other.lengths, limit)
        return Level(self.missing + other.missing, lengths)


@dataclass(frozen=True, eq=False)
class ListPartial:
    """Of LIST: each level's lists, from the outermost, and the innermost values."""

    presence: Presence
    levels: tuple[Level, ...]
    values: Partial

    def merged(self, other: ListPartial, limit: int) -> ListPartial:
        """Return that of both sets of rows."""
        pairs = zip(self.levels, other.levels, strict=True)
        return ListPartial(
            self.presence.merged(other.presence),
            tuple(mine.merged(theirs, limit) for mine, theirs in pairs),
            merge_partials(self.values, other.values, limit),
        )


@dataclass(frozen=True, eq=False)
class StructPartial:
    """Of STRUCT: each field by its name; the field of a null struct is null."""

    presence: Presence
    fields: dict[str, Partial]

    def merged(self, other: StructPartial, limit: int) -> StructPartial:
        """Return that of both sets of rows."""
        return StructPartial(
            self.presence.merged(other.presence),
            {
                name: merge_partials(field, other.fields[name], limit)
                for name, field in self.fields.items()
            },
        )


Partial: TypeAlias = NumberPartial | TextPartial | BytesPartial | ListPartial | StructPartial


def merge_partials(a: Partial, b: Partial, limit: int) -> Partial:
    """Return the partial of both sets of rows of a column.

    Parameters
    ----------
    a, b : Partial
        Of the same column.
    limit : int
        Distinct values that are counted one by one at the most.
    """
    match a, b:
        case (NumberPartial(), NumberPartial()):
            return a.merged(b, limit)
        case (TextPartial(), TextPartial()):
            return a.merged(b, limit)
        case (BytesPartial(), BytesPartial()):
            return a.merged(b, limit)
        case (ListPartial(), ListPartial()):
            return a.merged(b, limit)
        case (StructPartial(), StructPartial()):
            return a.merged(b, limit)
    raise TypeError(f"{type(a).__name__} and {type(b).__name__} are not of one column")


@dataclass(frozen=True)
class RowsPartial:
    """Of some rows, all their columns.

    Attributes
    ----------
    rows : int
    weight : float
        Of all rows; 0 where they have no weights.
    columns : dict of str to Partial
    """

    rows: int
    weight: float
    columns: dict[str, Partial]

    def merged(self, other: RowsPartial, limit: int) -> RowsPartial:
        """Return that of both sets of rows."""
        return replace(
            self,
            rows=self.rows + other.rows,
            weight=self.weight + other.weight,
            columns={
                name: merge_partials(column, other.columns[name], limit)
                for name, column in self.columns.items()
            },
        )


def _both(a: T | None, b: T | None, merge: Callable[[T, T], T]) -> T | None:
    if a is None or b is None:
        return b if a is None else a
    return merge(a, b)
