"""Training sets of what was served: the values that the model saw, and the labels that came later.

A row is one entity of one request; of a request that was sent again the last answer counts. Nothing
is computed anew: a value that was missing or wrong when it was served is so here. `late_labels`
says which label a row gets.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import check_column
from workbench.data.datasets import Dataset
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.writing import write_dataset
from workbench.data.engine import open_engine
from workbench.data.reading import rows_of
from workbench.features.definitions.aggregations import duration
from workbench.features.log.served import Served, feature_log
from workbench.features.log.served_records import Feature, Shape
from workbench.features.offline.late_labels import AT, ID, Labels, known_labels, labelled
from workbench.metadata import Artifact, ColumnSource

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_MOST_LABELS = 50


def served_training_set(
    log: Served | str,
    labels: Labels | str | Dataset | pd.DataFrame | pa.Table | None,
    *,
    name: str,
    label: str | None = None,
    horizon: timedelta | str | None = None,
    columns: Sequence[str] | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
    execution: str = "training_set",
) -> Dataset:
    """Store what a service answered, with labels, as a dataset; `training_set` calls it.

    Parameters
    ----------
    log : Served or str
        ``wb.feature_log("flights", since=…)``, or the name of the service.
    labels : Labels, str, Dataset, DataFrame or pyarrow.Table, optional
        None stores all rows without a label.
    name : str
        Of the dataset.
    label : str, optional
        The column of the labels; may be left out where they have but one.
    horizon : timedelta or str, optional
        How long after its instant a row's label counts.
    columns : sequence of str, optional
        The columns to keep, all by default.
    split, description
        As for `training_set`.
    execution : str
        What kind of step is recorded.

    Returns
    -------
    Dataset
        Columns ``request_id``, ``at`` (its time), keys, inputs, features, label, in the order of
        time. Its record's property ``served`` counts the rows: labelled, otherwise, pending,
        unlabelled, repeated; and the labels: late, early, unknown.

    Raises
    ------
    NotFound
        If there is no such log, or no such events or dataset.
    InvalidInput
        If no row is left, a column is missing, or the label's name is a feature's.
    """
    source = feature_log(log) if isinstance(log, str) else log
    within = None if horizon is None else duration(horizon)
    wanted = labels if isinstance(labels, Labels) or labels is None else Labels(labels)
    if wanted is not None and wanted.otherwise is not None and within is None:
        raise InvalidInput(
            f"labels are {wanted.otherwise!r} otherwise, and nothing says after how long",
            hint="say how long a label may take: horizon=timedelta(hours=1)",
        )
    table, shapes = source.read_whole()
    if not table.num_rows:
        raise InvalidInput(
            f"nothing of {source.service!r} was logged{_between(source)}",
            hint="what a service answers is in its log within a second",
        )
    names = _names(shapes)
    table, repeated = _once(table)
    known = None if wanted is None else known_labels(wanted, label)
    counts: dict[str, Any] = {"rows": table.num_rows, "repeated": repeated}
    kept = table.select([ID, AT, *names]).rename_columns([ID, AT, *names.values()])
    if known is not None and wanted is not None:
        if known.column in kept.column_names:
            raise InvalidInput(
                f"the label {known.column!r} has the name of a column that was served",
                hint="rename it where it is tracked",
            )
        kept = labelled(kept, known, wanted.otherwise, within, counts)
        if not kept.num_rows:
            raise InvalidInput(
                f"none of the {counts['rows']:,} rows has a label yet: {_said(counts)}",
                hint=f"labels of {known.name!r} are found by the request id",
            )
    column = None if known is None else known.column
    if columns is not None:
        chosen = [check_column(each, kept.column_names, "served") for each in columns]
        chosen += [each for each in (column,) if each is not None and each not in chosen]
        kept = kept.select(chosen)
    sources = _sources(shapes, names)
    reads = [*{each.artifact.id: each.artifact for each in sources.values()}.values()]
    reads += _services(shapes)
    if known is not None and known.artifact is not None:
        reads.append(known.artifact)
        sources[known.column] = ColumnSource(known.artifact, known.column, "by request id")
    origin = {
        "log": source.service,
        "since": _text(source.since),
        "until": _text(source.until),
        "labels": None if known is None else known.name,
        "horizon_seconds": None if within is None else within.total_seconds(),
    }
    several = None if column is None else _label_counts(kept.column(column), column)
    with workspace.current().metadata.record(execution, name, reads=reads) as step:
        made = write_dataset(
            step,
            rows_of(kept, source={"type": "feature_log", "service": source.service}),
            Declaration(
                time=AT if AT in kept.column_names else None,
                label=column,
                split=split,
                description=description,
            ),
            name=name,
            columns={each: [at] for each, at in sources.items() if each in kept.column_names},
            properties={"from_log": origin, "served": counts, "label_counts": several},
        )
        step.update(rows=made.rows, label_counts=several, served=counts)
    return made


def _names(shapes: Sequence[Shape]) -> dict[str, str]:
    """Return for each column of the log that is kept what it is called; as it was served."""
    found: dict[str, str] = {}
    for shape in shapes:
        columns = [each.name for each in (*shape.keys, *shape.inputs)]
        for each in [*columns, *(feature.name for feature in shape.features)]:
            found[shape.label(each)] = shape.label(each) if each in (ID, AT) else each
    return found


def _once(table: pa.Table) -> tuple[pa.Table, int]:
    """Return the last answer of each id, and how many there were before it."""
    import pyarrow as pa

    with open_engine() as connection:
        connection.register("ids", pa.table({"id": table.column(ID)}))
        last = connection.sql(
            "SELECT max(n) AS n FROM (SELECT id, row_number() OVER () - 1 AS n FROM ids) "
            "GROUP BY id ORDER BY n"
        ).to_arrow_table()
    kept = last.column("n")
    if len(kept) == table.num_rows:
        return table, 0
    return table.take(kept), table.num_rows - len(kept)


def _sources(shapes: Sequence[Shape], names: Mapping[str, str]) -> dict[str, ColumnSource]:
    """Return which view's column each feature is; a view that is gone has none."""
    metadata = workspace.current().metadata
    found: dict[str, ColumnSource] = {}
    for shape in shapes:
        for each in shape.features:
            kind = "on_demand_view" if each.position is None else "feature_view"
            try:
                artifact = metadata.artifact(kind, each.view)
            except NotFound:
                continue
            found[names[shape.label(each.name)]] = ColumnSource(
                artifact, _column(artifact, each), "as it was served"
            )
    return found


def _column(artifact: Artifact, feature: Feature) -> str:
    if feature.position is not None:
        return str(artifact.properties["columns"][feature.position]["name"])
    known = [each["name"] for each in artifact.properties["columns"]]
    return feature.name if feature.name in known else feature.name.partition("__")[2]


def _services(shapes: Sequence[Shape]) -> list[Artifact]:
    found = []
    for shape in shapes:
        try:
            found.append(workspace.current().metadata.artifact("feature_service", shape.service))
        except NotFound:
            continue
    return found


def _label_counts(values: pa.ChunkedArray, label: str) -> dict[str, int] | None:
    """Return how often each value occurs, where they are few; warn where there is but one."""
    import pyarrow.compute as pc

    counted = pc.value_counts(values.combine_chunks()).to_pylist()
    if len(counted) == 1:
        warnings.warn(
            f"the label {label!r} has only the value {counted[0]['values']!r} in "
            f"{len(values):,} rows; nothing can be learned from it",
            stacklevel=4,
        )
    if len(counted) > _MOST_LABELS:
        return None
    return {str(each["values"]): each["counts"] for each in counted}


def _said(counts: Mapping[str, Any]) -> str:
    labels = counts["labels"]
    return (
        f"{counts['pending']:,} are pending, {labels['late']:,} labels came too late and "
        f"{labels['unknown']:,} have ids that are not in the log"
    )


def _between(source: Served) -> str:
    bounds = [("from", source.since), ("before", source.until)]
    return "".join(f" {word} {bound.isoformat()}" for word, bound in bounds if bound is not None)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
