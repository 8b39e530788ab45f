"""A spine joined twice at once: by what was known, and by event time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.core.files import storage_errors
from workbench.data.engine import open_engine
from workbench.features.definitions.relations import is_ordered
from workbench.features.offline.cache import known_rows_of
from workbench.features.offline.evidence import BEFORE_ALL, Whole, numbered_relation
from workbench.features.offline.known_rows import Layout
from workbench.features.offline.known_writing import prepare
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.features.offline.sampling import Sample
from workbench.features.offline.spilling import scratch
from workbench.features.offline.streamed import beside

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.features.definitions.selections import Selection
    from workbench.features.definitions.views import FeatureView
    from workbench.features.offline.spines import Spine

_EXAMPLES = 5
_SAMPLE = 200_000
_LABEL = "label"
_Example = tuple[int, dict[str, Any], int, Any, Any, int | None]


@dataclass
class Found:
    """What was found of one feature; filled while the spine passes.

    Attributes
    ----------
    feature : str
    known, early, made : str or None
        Its columns among what was joined: as known, by event time, and when that was created.
    keys : tuple of str
    rows : int
        On how many rows of the spine the two differ.
    late : list of numpy.ndarray of int64
        How long after its instant each became known, in microseconds.
    examples : list
    """

    feature: str
    known: str
    early: str | None
    made: str | None
    keys: tuple[str, ...]
    rows: int = 0
    late: list[Whole] = field(default_factory=list)
    examples: list[_Example] = field(default_factory=list)


@dataclass(frozen=True)
class Compared:
    """Both joins.

    Attributes
    ----------
    rows : int
        Of the spine.
    features : list of Found
    sample : pyarrow.Table or None
        Both joins of some of the spine's rows, with their label; None where there is no label.
    """

    rows: int
    features: list[Found]
    sample: pa.Table | None
    label: str = _LABEL


def compare(spine: Spine, selections: Sequence[Selection], home: Path) -> Compared:
    """Join a spine by what was known and by event time, and return where the two differ.

    Raises
    ------
    InvalidInput
        If the spine cannot be joined.
    StorageFull
        If there is no room for the rows in another order.
    """
    with storage_errors("the rows by event time"), scratch(home) as folder:
        lookups: list[Lookup] = []
        features: list[Found] = []
        files = known_rows_of([each.view for each in selections])
        for number, (selection, rows) in enumerate(zip(selections, files, strict=True)):
            early = _by_event_time(selection.view, folder / f"{number}.parquet")
            found = [_found(number, place, selection, early) for place in selection.columns]
            lookups += _lookups(selection, rows, early, found)
            features += found
        joiner = Joiner(spine.time, lookups)
        sample = Sample(_SAMPLE)
        done = 0
        for table, joined in beside(spine.tables, joiner, home):
            at = joiner.instants(table)
            for each in features:
                if each.early is not None and at is not None:
                    _add(each, table, joined, at, done)
            if spine.label is not None:
                sample.add(joined.append_column(_LABEL, table.column(spine.label)))
            done += table.num_rows
    return Compared(done, features, None if spine.label is None else sample.rows())


def _found(number: int, column: str, selection: Selection, early: Path | None) -> Found:
    view = selection.view
    place = [each.name for each in view.columns].index(column)
    return Found(
        f"{view.name}:{column}",
        f"known {number} {place}",
        None if early is None else f"early {number} {place}",
        None if early is None or view.aggregations else f"made {number}",
        tuple(each.name for each in view.keys),
    )


def _lookups(
    selection: Selection, rows: Path, early: Path | None, found: Sequence[Found]
) -> list[Lookup]:
    view = selection.view
    names = dict(zip(selection.columns, (each.known for each in found), strict=True))
    lookups = [Lookup.of(view, rows, names)]
    if early is not None:
        names = dict(zip(selection.columns, (str(each.early) for each in found), strict=True))
        lookup = Lookup.of(view, early, names)
        if (made := found[0].made) is not None:
            lookup = replace(lookup, columns={**lookup.columns, len(view.inputs): made})
        lookups.append(lookup)
    return lookups


def _by_event_time(view: FeatureView, target: Path) -> Path | None:
    """Write a view's rows as if each had been known when it happened; None where that is so.

    Their creation times are moved before all event times, so that they still settle ties. The last
    feature is the creation time itself.
    """
    import duckdb

    if view.time is None or view.created is None:
        return None
    keys = [f"k{place}" for place in range(len(view.keys))]
    inputs = [f"f{place}" for place in range(len(view.inputs))]
    try:
        with open_engine() as connection:
            places, relation = numbered_relation(connection, view)
            created = f"epoch_us(c{places[view.created]})"
            columns = [
                *(f"c{places[key.name]} AS {k}" for k, key in zip(keys, view.keys, strict=True)),
                *(
                    f"c{places[each.name]} AS {f}"
                    for f, each in zip(inputs, view.inputs, strict=True)
                ),
                f"c{places[view.time]} AS event",
                f"make_timestamp({created} - {BEFORE_ALL}) AS created",
                f"{created} AS made",
            ]
            layout = Layout(
                keys,
                inputs if view.aggregations else [*inputs, "made"],
                "event",
                "created",
                ordered=is_ordered(view.source),
                every=bool(view.aggregations),
            )
            prepare(connection, f"(SELECT {', '.join(columns)} FROM {relation})", layout, target)
    except duckdb.Error as error:
        raise InvalidInput(f"the rows of {view.ref} cannot be computed: {error}") from error
    return target


def _add(found: Found, table: pa.Table, joined: pa.Table, at: Whole, done: int) -> None:
    """Count the rows on which a feature differs, and keep the first of them."""
    known, early = joined.column(found.known), joined.column(str(found.early))
    places = np.flatnonzero(_differ(known, early))
    found.rows += len(places)
    late: list[int | None] = [None] * len(places)
    if found.made is not None and len(places):
        made = np.asarray(joined.column(found.made).to_numpy(), np.float64)[places]
        after = np.nan_to_num(made - at[places], nan=-1).astype(np.int64)
        found.late.append(after[after >= 0])
        late = [each if each >= 0 else None for each in after.tolist()]
    for place, after_it in list(zip(places.tolist(), late, strict=True)):
        if len(found.examples) == _EXAMPLES:
            return
        keys = {name: table.column(name)[place].as_py() for name in found.keys}
        found.examples.append(
            (
                done + place,
                keys,
                int(at[place]),
                known[place].as_py(),
                early[place].as_py(),
                after_it,
            )
        )


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> Any:
    """Return on which rows two columns differ; floats by more than another order of sums does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    one_null, other_null = (np.asarray(each.is_null().to_numpy(), bool) for each in (one, other))
    if pa.types.is_floating(one.type):
        left, right = (each.to_numpy() for each in (one, other))
        unequal = ~np.isclose(left, right, rtol=1e-9, atol=1e-12, equal_nan=True)
    elif pa.types.is_nested(one.type):
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        unequal = np.array([left != right for left, right in pairs], bool)
    else:
        unequal = np.asarray(pc.fill_null(pc.not_equal(one, other), fill_value=False).to_numpy())
    return np.where(one_null | other_null, one_null != other_null, unequal)
