"""Training sets: a spine and, for each of its rows, the features known at its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.datasets import Dataset, dataset
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.writing import write_dataset
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.selections import Asked, Chosen, choose
from workbench.features.offline.cache import known_rows_of
from workbench.features.offline.from_log import served_training_set
from workbench.features.offline.horizon import read_settled
from workbench.features.offline.joined_rows import Progress, beside_of, joined_rows
from workbench.features.offline.label_counts import LabelCounts
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Lookup
from workbench.features.offline.spines import Spine, listed, own_splits
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.features.log.predictions import Predicted
    from workbench.features.log.served import Served
    from workbench.features.offline.late_labels import Labels
    from workbench.features.offline.spines import Given


def training_set(
    spine: Given | Sequence[Given] | None = None,
    features: Asked | Sequence[Asked] | None = None,
    *,
    name: str,
    columns: Sequence[str] | None = None,
    label: str | None = None,
    time: str | None = None,
    split: Mapping[str, Any] | str | None = None,
    description: str = "",
    horizon: timedelta | str | None = None,
    from_log: Served | Predicted | str | None = None,
    labels: Labels | Dataset | str | pd.DataFrame | pa.Table | None = None,
    progress: Progress | None = None,
    cluster: bool | None = None,
) -> Dataset:
    """Join features to a spine as they were known at the time of each of its rows, and store it.

    Every row of the spine comes back once and in order, with one more column a feature. A feature
    whose name the spine has already is called ``view__column``. On-demand views take their inputs
    from the spine's columns. Times without a zone, days and text
    included, are taken as UTC, as `ingest` takes them.

    Parameters
    ----------
    spine : Dataset, reference, pandas.DataFrame or pyarrow.Table, or a sequence of them
        The rows to learn from: keys, a time, usually the label. Several spines have the same
        columns, and follow one another.
    features : views, services, ``"view"`` or ``"view:column"``
    name : str
        What the dataset that results is called.
    columns : sequence of str, optional
        The spine's columns to keep, all by default; leave out what is known only afterwards.
    label, time : str, optional
        Columns of the spine; a dataset's own by default.
    split : mapping or str, optional
        As for `ingest`; by default the spine's own splits.
    description : str
    horizon : timedelta or str, optional
        How long after its time a row's label becomes known, or the column that says when. Rows
        whose label is not known yet are set aside; see `horizon`.
    from_log : Served, Predicted or str, optional
        In place of a spine and features: what a feature service answered, or a deployment's model
        was given, row for row, by its name or as ``wb.feature_log("flights", since=…)`` or
        ``wb.prediction_log("delay", since=…)``. Columns are ``request_id``, ``at``, and the keys,
        inputs and features as the model saw them.
    labels : Labels, str, Dataset, DataFrame or pyarrow.Table, optional
        With `from_log`: events tracked under this name, or rows with a column ``request_id``; the
        column `label` of the newest one that happened within `horizon` after a row is the row's.
        Rows without one are set aside, and counted in the record's property ``served``;
        ``wb.Labels("clicks", otherwise=False)`` labels those whose horizon is over.
    progress : callable, optional
        Called with the rows done and all rows (None where a stream does not say).
    cluster : bool, optional
        Whether tasks of Ray join pieces of the spine; by default where the workspace has a
        ``ray_address``. The result is the same.

    Returns
    -------
    Dataset
        Its record's property ``label_counts`` says how often each of the label's values occurs,
        where they are few.

    Raises
    ------
    NotFound
        If a dataset, view or feature does not exist.
    InvalidInput
        If the spine is empty, has no time (and not all views are static), lacks a key or the label,
        or has a key in another type than the view; or if several spines differ in their columns.
    Unavailable
        If no cluster answers, or a worker dies.

    Warns
    -----
    UserWarning
        If the label has one value only, from which nothing can be learned, and how many rows were
        set aside because theirs is not known yet.

    Examples
    --------
    >>> import pandas as pd
    >>> import workbench as wb
    >>> temperatures = pd.DataFrame(
    ...     {"origin": ["JFK", "JFK"], "hour": ["2013-01-01 06:00", "2013-01-01 08:00"]}
    ... ).assign(temp=[3.0, 5.0])
    >>> weather = wb.ingest(temperatures, name="weather", time="hour")
    >>> view = wb.feature_view(name="hourly", entities=[wb.Entity("origin")], source=weather)
    >>> flights = pd.DataFrame({"origin": ["JFK"], "departs": ["2013-01-01 07:30"], "late": [1]})
    >>> made = wb.training_set(flights, [view], name="delays", time="departs")
    >>> made.to_pandas()["temp"].tolist()
    [3.0]
    """
    check_name(name)
    if from_log is not None:
        if spine is not None or features is not None or time is not None:
            raise InvalidInput(
                f"training_set({name!r}) has a log, which is its own spine, features and time",
                hint="leave the spine, features= and time= out, or from_log=",
            )
        return served_training_set(
            from_log,
            labels,
            name=name,
            label=label,
            horizon=horizon,
            columns=columns,
            split=split,
            description=description,
        )
    if labels is not None:
        raise InvalidInput(
            f"training_set({name!r}) has labels and no log that they belong to",
            hint='say which: from_log="service"; the labels of a spine are a column of it',
        )
    if spine is None or features is None:
        raise InvalidInput(
            f"training_set({name!r}) needs a spine and features",
            hint='wb.training_set(rows, ["view:column"], name=…)',
        )
    chosen = choose(features)
    several = listed(spine)
    reads = [dataset(each).artifact for each in several if isinstance(each, (str, Dataset))]
    reads += [each.artifact for each in chosen.views.values()]
    with workspace.current().metadata.record("training_set", name, reads=reads) as step:
        settled = read_settled(spine, horizon, columns=columns, time=time, label=label)
        found = settled.spine
        names = chosen.names(found.columns)
        whole = found.datasets if len(found.datasets) == len(several) else ()
        facts: dict[str, Any] = {
            "spine": whole[0].ref if len(whole) == 1 else None,
            "spines": [each.ref for each in found.datasets],
            "features": [f"{chosen.views[view].ref}:{column}" for view, column in chosen.asked],
            "label_counts": None,
            **settled.facts,
        }
        counts = LabelCounts(found.label, facts)
        files = known_rows_of([each.view for each in chosen.selections])
        lookups = [
            Lookup.of(each.view, rows, each.called(names))
            for each, rows in zip(chosen.selections, files, strict=True)
        ]
        computing = Computing(chosen, names, found.columns)
        beside = beside_of(found, lookups, cluster=cluster)
        rows = joined_rows(found, beside, computing, counts, progress)
        made = write_dataset(
            step,
            rows,  # which also counts labels, so `facts` are complete once they are written
            Declaration(time=found.time, label=found.label, split=split, description=description),
            name=name,
            part=own_splits(whole, settled.runs) if split is None else None,
            columns=_lineage(found, chosen, names),
            properties=facts,
        )
        step.update(rows=made.rows, label_counts=facts["label_counts"])
    counts.warn(made.rows, stacklevel=3)
    return made


def _lineage(
    spine: Spine, chosen: Chosen, names: Mapping[tuple[str, str], str]
) -> dict[str, list[ColumnSource]]:
    columns: dict[str, list[ColumnSource]] = {}
    if spine.datasets:
        columns = {
            each: [ColumnSource(origin.artifact, each) for origin in spine.datasets]
            for each in spine.columns
        }
    for name, column in chosen.asked:
        view = chosen.views[name]
        if isinstance(view, OnDemandView):
            how = "computed for each row"
        else:
            how = "static" if view.time is None else "as known at the row's time"
        source = ColumnSource(view.artifact, column, how)
        columns[names[name, column]] = [source]
    for view in chosen.computed:
        for each in view.inputs:
            for output in view.columns:
                if spine.datasets and (called := names.get((view.name, output.name))) in columns:
                    origins = (ColumnSource(o.artifact, each.name, "given") for o in spine.datasets)
                    columns[str(called)] += origins
    return columns
