"""Labels that arrive after what they belong to was served, found by its id.

The label of a row is the newest, by event time, of those with its id that happened within `horizon`
after the row's instant, or at any time where there is no horizon; of two that happened at once the
one that was received later. A row without one is set aside; or, where `Labels` says what to take
otherwise, it takes that once its horizon is over, and is set aside as pending until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.clock import MICROSECOND
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.data.columns import check_column
from workbench.data.datasets import Dataset, dataset
from workbench.data.engine import open_engine
from workbench.data.reading import read_source
from workbench.data.times import parse_times
from workbench.features.log.event_records import SYSTEM as EVENT_COLUMNS
from workbench.features.log.events import tracked_events
from workbench.metadata import Artifact

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

ID, AT = "request_id", "at"
_IDS = (ID, "id")


@dataclass(frozen=True)
class Labels:
    """Labels that arrived after what they belong to was served.

    Attributes
    ----------
    source : str, Dataset, pandas.DataFrame or pyarrow.Table
        The name that events are tracked under; or rows with a column ``request_id`` (or ``id``).
    otherwise : object
        The label of a row that has none when its horizon is over, such as False for "no click".
        Without it such rows are set aside.

    Examples
    --------
    >>> Labels("clicks", otherwise=False).otherwise
    False
    """

    source: str | Dataset | pd.DataFrame | pa.Table
    otherwise: Any = None


@dataclass(frozen=True)
class Known:
    """Labels, wherever they came from.

    Attributes
    ----------
    table : pyarrow.Table
        id, time, received, value.
    column : str
        What the value is called.
    name : str
        Where they are.
    artifact : Artifact or None
        The record of the dataset that they are in.
    """

    table: pa.Table
    column: str
    name: str
    artifact: Artifact | None = None


def known_labels(wanted: Labels, label: str | None) -> Known:
    """Return the labels, wherever they are.

    Raises
    ------
    NotFound
        If no such events were tracked and there is no such dataset.
    InvalidInput
        If they have no ids, or it is not clear which column is the label.
    """
    source = wanted.source
    if isinstance(source, str) and "@" not in source:
        try:
            table = tracked_events(source)
        except NotFound as missing:
            try:
                source = dataset(source)
            except NotFound:
                raise missing from None
        else:
            column = _label(
                label, [n for n in table.column_names if n not in EVENT_COLUMNS], source
            )
            return Known(_four(table, "id", column, "time", "received"), column, source)
    if isinstance(source, (str, Dataset)):
        found = dataset(source)
        whole = found.to_arrow()
        id_column = _id(whole.column_names, found.ref)
        used = (id_column, found.time, found.created)
        others = [each for each in whole.column_names if each not in used]
        column = _label(label or found.label, others, found.ref)
        table = _four(whole, id_column, column, found.time, found.created)
        return Known(table, column, found.ref, found.artifact)
    table = read_source(source).table
    id_column = _id(table.column_names, "the labels")
    time = "time" if "time" in table.column_names else None
    others = [n for n in table.column_names if n not in (id_column, time)]
    column = _label(label, others, "the labels")
    return Known(_four(table, id_column, column, time, None), column, "a table")


def _id(columns: Sequence[str], what: str) -> str:
    found = next((each for each in _IDS if each in columns), None)
    if found is None:
        raise InvalidInput(
            f"{what} has no column {ID!r}, by which labels are found",
            hint=near(ID, columns, otherwise="keep the id that the service gave with each answer"),
        )
    return found


def _label(given: str | None, columns: Sequence[str], what: str) -> str:
    if given is not None:
        return check_column(given, columns, f"label in {what!r}:")
    if len(columns) != 1:
        raise InvalidInput(
            f"{what!r} has {len(columns)} values: {', '.join(map(repr, columns)) or 'none'}",
            hint="say which is the label: label=…",
        )
    return columns[0]


def _four(
    table: pa.Table, id_column: str, column: str, time: str | None, received: str | None
) -> pa.Table:
    """Return labels as id, time, received, value; times are null where there are none."""
    import pyarrow as pa

    nothing = pa.nulls(table.num_rows, pa.timestamp("us", tz="UTC"))
    ids = table.column(id_column)
    if not (pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)):
        raise InvalidInput(
            f"the ids in {id_column!r} are {ids.type}, not text",
            hint="keep the id that the service gave with each answer",
        )
    return pa.table(
        {
            "id": ids,
            "time": nothing if time is None else parse_times(table.column(time), time)[0],
            "received": nothing
            if received is None
            else parse_times(table.column(received), received)[0],
            "value": table.column(column),
        }
    )


def labelled(
    served: pa.Table,
    known: Known,
    otherwise: Any,
    horizon: timedelta | None,
    counts: dict[str, Any],
) -> pa.Table:
    """Return the rows that have a label, with it; say in `counts` what became of the others.

    Parameters
    ----------
    served : pyarrow.Table
        With ``request_id``, each once, and ``at``.
    known : Known
    otherwise : object
        As `Labels` has it.
    horizon : timedelta or None
    counts : dict
        Gets labelled, otherwise, pending, unlabelled, and of the labels late, early and unknown.

    Raises
    ------
    InvalidInput
        If `otherwise` is not of the labels' type.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    micros = None if horizon is None else horizon // MICROSECOND
    with open_engine() as connection:
        numbers = pa.array(np.arange(served.num_rows))
        columns = {"n": numbers, "id": served.column(ID), "at": served.column(AT)}
        connection.register("served", pa.table(columns))
        order = pa.array(np.arange(known.table.num_rows))
        connection.register("labels", known.table.append_column("m", order))
        connection.execute(
            "CREATE TEMP TABLE pairs AS "
            "SELECT s.n, l.value, l.time, l.received, l.m, "
            "epoch_us(l.time) - epoch_us(s.at) AS age "
            "FROM served s JOIN labels l USING (id) WHERE l.value IS NOT NULL"
        )
        counted = connection.execute(
            "SELECT count(*) FILTER (age > $h), count(*) FILTER (age < 0), "
            "(SELECT count(*) FROM labels WHERE value IS NOT NULL AND id NOT IN "
            "(SELECT id FROM served)) FROM pairs",
            {"h": micros},
        ).fetchall()
        found: pa.Table = connection.sql(
            "SELECT n, value FROM pairs WHERE $h IS NULL OR age IS NULL OR age <= $h "
            "QUALIFY row_number() OVER "
            "(PARTITION BY n ORDER BY time DESC NULLS LAST, received DESC NULLS LAST, m DESC) = 1 "
            "ORDER BY n",
            params={"h": micros},
        ).to_arrow_table()
    places = found.column("n").combine_chunks()
    values = found.column("value").combine_chunks()
    has = np.zeros(served.num_rows, bool)
    has[places.to_numpy()] = True
    over = _over(served, horizon)
    late, early, unknown = counted[0]
    counts |= {
        "labelled": int(has.sum()),
        "otherwise": 0,
        "pending": int((~has & ~over).sum()),
        "unlabelled": int((~has & over).sum()),
        "labels": {"late": late, "early": early, "unknown": unknown},
    }
    index = np.full(served.num_rows, -1)
    index[places.to_numpy()] = np.arange(len(places))
    keep = has
    if otherwise is not None:
        try:
            values = pa.concat_arrays([values, pa.array([otherwise], values.type)])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise InvalidInput(
                f"otherwise={otherwise!r} is no {values.type}, as {known.column!r} is",
                hint="give a value of the label's type",
            ) from error
        index[~has & over] = len(values) - 1
        counts["otherwise"], counts["unlabelled"] = counts["unlabelled"], 0
        keep = has | over
    rows = served.filter(pa.array(keep))
    return rows.append_column(known.column, pc.take(values, pa.array(index[keep])))


def _over(served: pa.Table, horizon: timedelta | None) -> NDArray[np.bool_]:
    """Return for each row whether no label can come in time any more."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if horizon is None:
        return np.ones(served.num_rows, bool)
    now = pa.scalar(workspace.current().clock.now() - horizon, pa.timestamp("us", tz="UTC"))
    over: NDArray[np.bool_] = pc.less(served.column(AT), now).to_numpy()
    return over
