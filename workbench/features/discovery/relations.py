"""How rows of other datasets belong to the rows of a spine: by columns that both have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column, type_name
from workbench.data.datasets import Dataset
from workbench.data.engine import folded, open_engine, parquet, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_KEYS = ("INT", "STRING")


@dataclass(frozen=True)
class Relation:
    """Rows of a dataset, and which of their columns say whose they are.

    Attributes
    ----------
    dataset : Dataset
    keys : tuple of str
        Columns of the spine too.
    parent : Dataset or None
        The dataset through which they belong to the spine; `on` are the columns that both have.
    on : tuple of str
    """

    dataset: Dataset
    keys: tuple[str, ...]
    parent: Dataset | None = None
    on: tuple[str, ...] = ()

    @property
    def time(self) -> str | None:
        """The column of its rows' time."""
        if self.dataset.time is not None or self.parent is None:
            return self.dataset.time
        return self.parent.time

    @property
    def created(self) -> str | None:
        """The column that says when its rows became known."""
        if self.parent is None or self.parent.time is None:
            return self.dataset.created
        name = "known"  # when both are: a row belongs to nobody before its parent is there
        while name in {*self.keys, self.time, *(each.name for each in self.dataset.columns)}:
            name += "_"
        return name

    @property
    def columns(self) -> tuple[Column, ...]:
        """What could be aggregated: all columns but keys, times and links."""
        left = {*self.keys, *self.on, self.dataset.time, self.dataset.created}
        return tuple(each for each in self.dataset.columns if each.name not in left)

    @property
    def sql(self) -> str | None:
        """The query that gives its rows; None where they are those of the dataset itself."""
        if self.parent is None:
            return None
        child, parent = self.dataset, self.parent
        keys = [f"parent.{quoted(each)}" for each in self.keys]
        taken = [f"child.{quoted(each.name)}" for each in self.columns]
        owner = "child" if child.time is not None else "parent"
        times = [] if self.time is None else [f"{owner}.{quoted(self.time)}"]
        if parent.time is not None:
            moments = [
                f"{side}.{quoted(each)}"
                for side, of in (("child", child), ("parent", parent))
                for each in (of.time, of.created)
                if each is not None
            ]
            times.append(f"greatest({', '.join(moments)}) AS {quoted(str(self.created))}")
        elif self.created is not None:
            times.append(f"child.{quoted(self.created)}")
        on = ", ".join(map(quoted, self.on))
        return (
            f"SELECT {', '.join([*keys, *times, *taken])}\n"
            f"FROM {quoted(child.name)} AS child\n"
            f"JOIN {quoted(parent.name)} AS parent USING ({on})"
        )


def relations_of(
    spine: pa.Schema,
    datasets: Sequence[Dataset],
    given: Mapping[str, Sequence[str]] | None,
    left_out: Sequence[str],
    own: Collection[str] = (),
) -> tuple[list[Relation], list[str]]:
    """Return how datasets belong to a spine, and what is said of those that do not.

    Parameters
    ----------
    spine : pyarrow.Schema
    datasets : sequence of Dataset
    given : mapping of str to sequence of str, optional
        By dataset, the key; without one every column that both have is tried as one, and those of
        a declared key together.
    left_out : sequence of str
        Columns of the spine that are no keys: its time and its label.
    own : collection of str
        The datasets that the spine is made of: of these whole numbers are no keys, unless they are
        declared, as all of their columns are the spine's too.

    Raises
    ------
    InvalidInput
        If a key that was given is no column of both.
    """
    types = {each.name: type_name(each.type) for each in spine if each.name not in left_out}
    found: list[Relation] = []
    notes: list[str] = []
    apart: list[Dataset] = []
    for each in datasets:
        if len({folded(column.name) for column in each.columns}) < len(each.columns):
            notes.append(f"{each.ref} has columns whose names differ in case only")
            continue
        keys = _given(each, given[each.name], types) if given and each.name in given else None
        keys = _shared(each, types, whole=each.name not in own) if keys is None else keys
        if not keys:
            apart.append(each)
        found += [Relation(each, key) for key in keys]
    for each in apart:
        through = _through(each, found)
        if not through:
            notes.append(f"{each.ref} has no column in common with the spine, nor by one dataset")
        found += through
    return found, notes


def _given(dataset: Dataset, key: Sequence[str], types: Mapping[str, str]) -> list[tuple[str, ...]]:
    key = (key,) if isinstance(key, str) else tuple(key)
    known = {each.name for each in dataset.columns}
    for column in key:
        if column not in types or column not in known:
            both = sorted(known & set(types))
            raise InvalidInput(
                f"{column!r} is no column of both the spine and {dataset.ref}",
                hint=near(column, both),
            )
    return [key]


def _shared(dataset: Dataset, types: Mapping[str, str], *, whole: bool) -> list[tuple[str, ...]]:
    shared = [each for each in dataset.columns if _is_key(each, dataset) and each.name in types]
    shared = [each for each in shared if Column(each.name, types[each.name]).family == each.family]
    keys: list[tuple[str, ...]] = [
        (each.name,)
        for each in shared
        if whole or each.family == "STRING" or each.name in dataset.key
    ]
    declared = tuple(each for each in dataset.key if (each,) in keys)
    if len(declared) > 1 and len(declared) == len(dataset.key):
        keys.append(declared)
    return keys


def _is_key(column: Column, dataset: Dataset) -> bool:
    named = (dataset.time, dataset.created, dataset.label)
    return column.family in _KEYS and column.name not in named


def _through(child: Dataset, related: Sequence[Relation]) -> list[Relation]:
    """Return how a dataset belongs to the spine by way of one that belongs to it."""
    found = []
    columns = {each.name: each for each in child.columns if _is_key(each, child)}
    for each in related:
        parent = each.dataset
        links = [
            column.name
            for column in parent.columns
            if column.name in columns and columns[column.name].family == column.family
        ]
        found += [
            Relation(child, each.keys, parent, (link,))
            for link in links
            if link not in each.keys and _is_unique(parent, link)
        ]
    return found


def _is_unique(dataset: Dataset, column: str) -> bool:
    """Return whether no two rows of a dataset have the same value in a column."""
    with open_engine() as connection:
        counted = connection.execute(
            f"SELECT count({quoted(column)}), count(DISTINCT {quoted(column)}) "
            f"FROM {parquet(dataset.paths())}"
        ).fetchall()
    rows, distinct = counted[0]
    return bool(rows == distinct)
