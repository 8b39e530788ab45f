"""All rows that a view's source has of one key, and what became of each at an instant.

Training sets read known rows, from which whatever was never the answer is gone. Here the source
itself is read, by its key alone, so that what was not taken can be shown beside what was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column
from workbench.data.datasets import dataset
from workbench.data.engine import open_engine, parquet
from workbench.data.times import as_utc
from workbench.features.definitions.relations import is_ordered, relation_of
from workbench.features.offline.known_rows import Layout, best_known

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from workbench.features.definitions.views import FeatureView

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Further back than any time that a column holds, and still a time to DuckDB.
BEFORE_ALL = 1 << 59


@dataclass(frozen=True)
class Evidence:
    """The rows of one key, in the order of their source.

    Attributes
    ----------
    rows : pyarrow.Table
        The view's inputs, ``f0…``.
    event, created : numpy.ndarray of int64
        In microseconds; zero where rows hold at any time.
    nobody : bool
        Whether a part of the key is null, so that it is nobody's.
    """

    rows: pa.Table
    event: Whole
    created: Whole
    nobody: bool = False

    @property
    def visible(self) -> Whole:
        """From when each row was known."""
        return np.maximum(self.event, self.created)

    def value(self, place: int, column: int) -> Any:  # whatever the column holds
        """Return one input of one row."""
        return self.rows.column(f"f{column}")[place].as_py()


def evidence_of(view: FeatureView, keys: Mapping[str, Any]) -> Evidence:
    """Return the rows of one key; none where a part of it is null.

    Parameters
    ----------
    view : FeatureView
    keys : mapping of str to object
        A value for each of the view's keys.

    Raises
    ------
    NotFound
        If a dataset that the view reads is gone.
    InvalidInput
        If a key is missing or of another type than the view's.
    """
    values = [typed(keys, key, view) for key in view.keys]
    with open_engine() as connection:
        places, relation = numbered_relation(connection, view)
        asked = " AND ".join(f"c{places[key.name]} = ?" for key in view.keys)
        taken = [f"c{places[each.name]} AS f{n}" for n, each in enumerate(view.inputs)]
        times = ["0 AS event", "0 AS created"]
        if view.time is not None:
            event = f"epoch_us(c{places[view.time]})"
            made = event if view.created is None else f"epoch_us(c{places[view.created]})"
            times = [f"{event} AS event", f"{made} AS created"]
            asked += f" AND {event} IS NOT NULL AND {made} IS NOT NULL"
        found = connection.sql(
            f"SELECT {', '.join([*times, *taken])} FROM {relation} WHERE {asked}", params=values
        ).to_arrow_table()
    rows = found.drop_columns(["event", "created"]).combine_chunks()
    return Evidence(rows, _whole(found, "event"), _whole(found, "created"), None in values)


def numbered_relation(
    connection: DuckDBPyConnection, view: FeatureView
) -> tuple[dict[str, int], str]:
    """Return the place of each column of a view's rows, and what stands after FROM.

    There columns are called ``c0…`` by their place: SQL takes two names that differ in case for
    one.
    """
    import pyarrow.parquet as pq

    if view.source.kind == "dataset":
        (reference,) = view.source.datasets.values()
        origin = dataset(reference)
        relation, names = parquet(origin.paths()), [each.name for each in origin.columns]
    elif view.source.digest is not None:
        stored = str(workspace.current().blobs.local_path(view.source.digest))
        relation, names = parquet([stored]), pq.read_schema(stored).names
    else:
        relation = relation_of(connection, view.source)
        names = connection.sql(f"SELECT * FROM {relation} LIMIT 0").columns
    listed = ", ".join(f"c{place}" for place in range(len(names)))
    return {name: place for place, name in enumerate(names)}, f"{relation} AS t({listed})"


def typed(keys: Mapping[str, Any], key: Column, view: FeatureView) -> Any:
    """Return one value of a key as its column holds it.

    Raises
    ------
    InvalidInput
        If it is missing or cannot be one.
    """
    if key.name not in keys:
        raise InvalidInput(
            f"no {key.name!r} was given, which is a key of the view {view.name!r}",
            hint=near(key.name, keys),
        )
    value = keys[key.name]
    item = getattr(value, "item", None)
    value = item() if callable(item) and not isinstance(value, bytes) else value
    if value is None or value != value:  # noqa: PLR0124  # NaN, and pandas' NaT
        return None
    families: dict[str, tuple[type, ...]] = {
        "INT": (int,),
        "FLOAT": (int, float),
        "STRING": (str,),
        "BOOL": (bool,),
        "BYTES": (bytes,),
    }
    if key.family == "TIME":
        moment = as_utc(value, f"the key {key.name!r}")
        return moment.date() if key.type == "date" else moment
    allowed = families.get(key.family, (object,))
    if not isinstance(value, allowed) or (isinstance(value, bool) and key.family != "BOOL"):
        raise InvalidInput(
            f"{value!r} cannot be the key {key.name!r} of the view {view.name!r}, which is of "
            f"type {key.type}"
        )
    return value


def best_of(found: Evidence, among: Flags, view: FeatureView) -> int | None:
    """Return the place of the row that answers when these are known, whatever its age.

    The greatest by event time, then by creation time, then by the rule for ties: the last row of
    an ordered source, else the one with the greatest values.
    """
    places = np.flatnonzero(among)
    if not len(places):
        return None
    for times in (found.event, found.created):
        places = places[times[places] == times[places].max()]
    if len(places) == 1 or is_ordered(view.source):
        return int(places[-1])
    return int(places[_settled(found, places)])


def _settled(found: Evidence, places: Whole) -> int:
    """Return which of some rows that are tied stands last by the rule of known rows itself."""
    import pyarrow as pa

    inputs = found.rows.column_names
    # Their own number is the last of the values, so it settles nothing but is there to be read.
    rows = found.rows.take(pa.array(places)).append_column(
        f"f{len(inputs)}", pa.array(np.arange(len(places)))
    )
    layout = Layout(["key"], [*inputs, "number"], ordered=False)
    kept = best_known(rows.append_column("k0", pa.array(np.zeros(len(places), np.int64))), layout)
    return int(kept.column(f"f{len(inputs)}")[0].as_py())


def _whole(table: pa.Table, name: str) -> Whole:
    return np.asarray(table.column(name).to_numpy(), np.int64)
