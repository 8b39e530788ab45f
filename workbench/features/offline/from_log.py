"""Training sets of what was served: the values that the model saw, and the labels that came later.

A row is one entity of one request; of a request that was sent again the last answer counts. Nothing
is computed anew: a value that was missing or wrong when it was served is so here. `late_labels`
says which label a row gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.json_values import as_json
from workbench.data.columns import check_column
from workbench.data.datasets import Dataset
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.writing import write_dataset
from workbench.data.reading import rows_of
from workbench.features.definitions.aggregations import duration
from workbench.features.log.predictions import Predicted
from workbench.features.log.served import Served
from workbench.features.offline.label_counts import LabelCounts
from workbench.features.offline.late_labels import AT, ID, Labels, known_labels, labelled
from workbench.features.offline.logged import logged
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def served_training_set(
    log: Served | Predicted | str,
    labels: Labels | str | Dataset | pd.DataFrame | pa.Table | None,
    *,
    name: str,
    label: str | None = None,
    horizon: timedelta | str | None = None,
    columns: Sequence[str] | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
) -> Dataset:
    """Store what a service answered, with labels, as a dataset; `training_set` calls it.

    Parameters
    ----------
    log : Served, Predicted or str
        ``wb.feature_log("flights", since=…)``, ``wb.prediction_log("delay", since=…)``, or the name
        of the service or the deployment.
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

    Returns
    -------
    Dataset
        Columns ``request_id``, ``at`` (its time), keys, inputs and features, or the inputs of the
        deployment's model; then the label; in the order of time. Its record's property ``served``
        counts the rows: labelled, otherwise, pending, unlabelled, repeated; and the labels: late,
        early, unknown.

    Raises
    ------
    NotFound
        If there is no such log, or no such events or dataset.
    InvalidInput
        If no row is left, a column is missing, or the label's name is a feature's.
    """
    within = None if horizon is None else duration(horizon)
    wanted = labels if isinstance(labels, Labels) or labels is None else Labels(labels)
    if wanted is not None and wanted.otherwise is not None and within is None:
        raise InvalidInput(
            f"labels are {wanted.otherwise!r} otherwise, and nothing says after how long",
            hint="say how long a label may take: horizon=timedelta(hours=1)",
        )
    source = logged(log)
    known = None if wanted is None else known_labels(wanted, label)
    kept = source.table
    counts: dict[str, Any] = {"rows": kept.num_rows, "repeated": source.repeated}
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
    sources, reads = dict(source.sources), list(source.reads)
    if known is not None and known.artifact is not None:
        reads.append(known.artifact)
        sources[known.column] = ColumnSource(known.artifact, known.column, "by request id")
    origin = {
        "log": source.name,
        "kind": source.kind,
        "since": as_json(source.since),
        "until": as_json(source.until),
        "labels": None if known is None else known.name,
        "horizon_seconds": None if within is None else within.total_seconds(),
    }
    facts: dict[str, Any] = {"from_log": origin, "served": counts, "label_counts": None}
    values = LabelCounts(column, facts)
    values.add(kept)
    values.warn(kept.num_rows, stacklevel=4)
    with workspace.current().metadata.record("training_set", name, reads=reads) as step:
        made = write_dataset(
            step,
            rows_of(kept, source={"type": "log", source.kind: source.name}),
            Declaration(
                time=AT if AT in kept.column_names else None,
                label=column,
                key=(ID,) if ID in kept.column_names else (),
                split=split,
                description=description,
            ),
            name=name,
            columns={each: [at] for each, at in sources.items() if each in kept.column_names},
            properties=facts,
        )
        step.update(rows=made.rows, label_counts=facts["label_counts"], served=counts)
    return made


def _said(counts: Mapping[str, Any]) -> str:
    labels = counts["labels"]
    return (
        f"{counts['pending']:,} are pending, {labels['late']:,} labels came too late and "
        f"{labels['unknown']:,} have ids that are not in the log"
    )
