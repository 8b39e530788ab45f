"""What was logged as rows to learn from: ids, instants, and the columns that a model saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import arrow_type
from workbench.data.engine import open_engine
from workbench.features.definitions.kinds import ON_DEMAND, SERVICE, VIEW
from workbench.features.log.predictions import (
    Predicted,
    inputs_in,
    prediction_folder,
    prediction_log,
)
from workbench.features.log.served import Served, feature_log, log_folder
from workbench.features.log.served_records import Feature, Shape
from workbench.features.offline.late_labels import AT, ID
from workbench.metadata import Artifact, ColumnSource

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Logged:
    """Rows that were logged.

    Attributes
    ----------
    name : str
        Of the service or the deployment.
    kind : str
        ``feature_service`` or ``deployment``.
    table : pyarrow.Table
        ``request_id``, each once, ``at``, and what was seen, under the names it was seen by; in the
        order of time.
    repeated : int
        Earlier answers under the same id, which are left out.
    sources : mapping of str to ColumnSource
        Where a column is from.
    reads : tuple of Artifact
        The records behind it.
    since, until : datetime or None
    """

    name: str
    kind: str
    table: pa.Table
    repeated: int
    sources: Mapping[str, ColumnSource]
    reads: tuple[Artifact, ...]
    since: datetime | None
    until: datetime | None


def logged(log: Served | Predicted | str) -> Logged:
    """Return what a service or a deployment logged.

    Parameters
    ----------
    log : Served, Predicted or str
        A name is that of a service or a deployment.

    Raises
    ------
    NotFound
        If neither has a log.
    InvalidInput
        If both have one, or nothing was logged in that time.
    """
    found = _named(log) if isinstance(log, str) else log
    rows = _served(found) if isinstance(found, Served) else _predicted(found)
    if not rows.table.num_rows:
        raise InvalidInput(
            f"nothing of {rows.name!r} was logged{_between(rows)}",
            hint="what is served is in its log within a second",
        )
    return rows


def _named(name: str) -> Served | Predicted:
    home = workspace.current().home
    if not prediction_folder(home, name).is_dir():
        return feature_log(name)
    if log_folder(home, name).is_dir():
        raise InvalidInput(
            f"both a feature service and a deployment are named {name!r}",
            hint=f"say which: wb.feature_log({name!r}) or wb.prediction_log({name!r})",
        )
    return prediction_log(name)


def _served(log: Served) -> Logged:
    table, shapes = log.read_whole()
    names = _names(shapes)
    table, repeated = _once(table)
    sources = _sources(shapes, names)
    reads = {each.artifact.id: each.artifact for each in sources.values()}
    kept = table.select([ID, AT, *names]).rename_columns([ID, AT, *names.values()])
    return Logged(
        log.service,
        SERVICE,
        kept,
        repeated,
        sources,
        (*reads.values(), *_records(SERVICE, [each.service for each in shapes])),
        log.since,
        log.until,
    )


def _predicted(log: Predicted) -> Logged:
    import pyarrow as pa

    table, repeated = _once(log.read())
    records = _records("deployment", [log.deployment])
    models = _records("model", table.column("model").unique().to_pylist())
    columns = {ID: table.column(ID), AT: table.column("time")}
    for column, bare in inputs_in(table).items():
        columns[f"served_{bare}" if bare in (ID, AT) else bare] = table.column(column)
    return Logged(
        log.deployment,
        "deployment",
        _as_taken(pa.table(columns), models),
        repeated,
        {
            each: ColumnSource(record, each, "as the model saw it")
            for record in records
            for each in columns
            if each not in (ID, AT)
        },
        (*records, *models),
        log.since,
        log.until,
    )


def _as_taken(table: pa.Table, models: Sequence[Artifact]) -> pa.Table:
    """Return the table with inputs in the types that the newest of the models takes them in."""
    import pyarrow as pa

    if not models:
        return table
    newest = max(models, key=lambda each: each.version)
    for each in newest.properties["signature"]["inputs"]:
        if each["name"] in table.column_names and each["name"] not in (ID, AT):
            place = table.column_names.index(each["name"])
            # JSON has fewer types than a model: what does not fit stays as it was written.
            with suppress(pa.ArrowInvalid, pa.ArrowNotImplementedError):
                column = table.column(place).cast(arrow_type(each["type"]))
                table = table.set_column(place, each["name"], column)
    return table


def _records(kind: str, references: Sequence[str]) -> list[Artifact]:
    """Return the records that are still there."""
    found = []
    for reference in references:
        with suppress(NotFound):
            found.append(workspace.current().metadata.artifact(kind, reference))
    return found


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
            kind = ON_DEMAND if each.position is None else VIEW
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


def _between(source: Logged) -> str:
    bounds = [("from", source.since), ("before", source.until)]
    return "".join(f" {word} {bound.isoformat()}" for word, bound in bounds if bound is not None)
