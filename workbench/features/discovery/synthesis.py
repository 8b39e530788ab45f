"""Deep feature synthesis: what related rows could say of a label, tried on a sample.

For each dataset that belongs to the spine, aggregations of its columns over a few windows are
joined to a sample of the spine, as they were known at the time of each row, by the join that
training sets use. What each is worth for the label, alone, ranks them.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import storage_errors
from workbench.core.progress import progress as bar
from workbench.data.columns import Column
from workbench.data.datasets import Dataset, dataset
from workbench.data.engine import open_engine, parquet, quoted
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.discovery.candidates import Candidate, Candidates
from workbench.features.discovery.own_rows import apart
from workbench.features.discovery.proving import Progress
from workbench.features.discovery.ranking import Tried, ranked
from workbench.features.discovery.relations import Relation, relations_of
from workbench.features.discovery.writing import Definition, named
from workbench.features.offline.known_rows import Layout
from workbench.features.offline.known_writing import prepare
from workbench.features.offline.point_in_time import Lookup, join
from workbench.features.offline.sampling import Sample
from workbench.features.offline.spilling import scratch
from workbench.features.offline.spines import read_spine
from workbench.features.offline.worth import target_of

if TYPE_CHECKING:
    from datetime import timedelta

    import pyarrow as pa

    from workbench.features.offline.spines import Given, Spine

#: The windows that are tried.
WINDOWS = ("1d", "7d", "30d")
_NUMBERS = ("mean", "sum", "max", "last")
_OTHERS = ("distinct", "last")
_MOST_COLUMNS = 30


def discover_features(
    spine: Given | Sequence[Given],
    *,
    label: str | None = None,
    datasets: Sequence[Dataset | str],
    time: str | None = None,
    relations: Mapping[str, Sequence[str]] | None = None,
    windows: Sequence[timedelta | str] = WINDOWS,
    sample: int = 20_000,
    progress: Progress | None = None,
) -> Candidates:
    """Find what related datasets could tell of a label.

    Counts, means, sums, maxima, last values and numbers of different values are tried, over each
    window, of every column of every dataset that shares a key with the spine, or shares one with a
    dataset that does. All are joined as they were known at the time of each row, and ranked by how
    well each tells the label alone.

    Parameters
    ----------
    spine : Dataset, reference, pandas.DataFrame or pyarrow.Table, or a sequence of them
        The rows to learn from, with keys, a time and a label.
    label, time : str, optional
        Columns of the spine; a dataset's own by default.
    datasets : sequence of Dataset or str
    relations : mapping of str to sequence of str, optional
        By a dataset's name, the key that it shares with the spine; by default every column of whole
        numbers or text that both have is tried as one (of the spine's own dataset, text alone: its
        numbers are mostly measures).
    windows : sequence of timedelta or str
    sample : int
        Rows of the spine to try on, drawn at random.
    progress : callable, optional
        Called with the relations tried and all of them; what it raises ends the search.

    Returns
    -------
    Candidates
        Each has `code` and `accept()`, which defines the view.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        If the spine has no label or time, no dataset is related to it, or the label has one value.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from datetime import datetime, timedelta
    >>> from workbench.data.datasets.ingest import ingest
    >>> days = [datetime(2013, 1, 1) + timedelta(days=day) for day in range(200)]
    >>> late = [day % 3 == 0 for day in range(200)]
    >>> rows = {"plane": ["N1"] * 200, "day": days, "wind": [9.0 if each else 2.0 for each in late]}
    >>> _ = ingest(pa.table(rows), name="weather", time="day")
    >>> spine = pa.table({"plane": ["N1"] * 200, "at": days, "late": late})
    >>> found = discover_features(spine, label="late", time="at", datasets=["weather"])
    >>> found[0].feature
    'weather_by_plane:wind_last_1d'
    """
    began = clock.monotonic()
    found = read_spine(spine, time=time, label=label)
    if found.label is None or found.time is None:
        missing = "label" if found.label is None else "time"
        raise InvalidInput(f"the spine has no {missing}", hint=f"name its column: {missing}=…")
    if isinstance(datasets, (str, Dataset)):
        datasets = [datasets]
    related = [dataset(each) for each in datasets]
    known, notes = relations_of(
        found.schema,
        related,
        relations,
        [found.time, found.label],
        {e.name for e in found.datasets},
    )
    rows = _sampled(found, sample)
    known, refused, doubts = apart(known, found, rows)
    if not known:
        raise InvalidInput(
            "no dataset is related to the spine: " + "; ".join([*notes, *refused]),
            hint='say by which key: relations={"dataset": ["column"]}',
        )
    target = target_of(rows.column(found.label), found.label)
    tried: list[Tried] = []
    home = workspace.current().home
    with (
        storage_errors("the candidates' rows"),
        scratch(home) as folder,
        bar("Trying relations", total=len(known), unit="relations") as advance,
    ):
        for number, relation in enumerate(known):
            if progress is not None:
                progress(number, len(known))
            advance(1)
            trial = _trial(relation, windows)
            if trial is None:
                notes.append(f"{relation.dataset.ref} has nothing to try")
                continue
            joined = _joined(trial, rows, found.time, folder / f"{number}.parquet")
            tried += [
                Tried(f"{trial.view}:{name}", said, joined.column(name), definition)
                for name, (said, definition) in trial.features.items()
            ]
    items = [
        Candidate(
            each.tried.feature,
            each.tried.source,
            each.worth,
            each.present,
            each.sure,
            each.like,
            each.tried.definition,
        )
        for each in ranked(tried, target)
    ]
    return Candidates(
        tuple(items),
        rows.num_rows,
        found.label,
        target.metric,
        target.chance,
        clock.monotonic() - began,
        (*notes, *refused, *doubts),
    )


def _sampled(spine: Spine, count: int) -> pa.Table:
    drawn = Sample(count)
    seen = 0
    for table in spine.tables():
        drawn.add(table)
        seen += table.num_rows
    if not seen:
        raise InvalidInput("the spine has no rows", hint="check the filter before it")
    return drawn.rows()


@dataclass(frozen=True)
class _Trial:
    """What is tried of one relation.

    Attributes
    ----------
    view : str
    relation : Relation
    inputs : tuple of Column
    aggregations : tuple of Aggregation
        Empty where the columns themselves are features.
    features : dict
        By name, what a feature is made of and the definition that has it.
    """

    view: str
    relation: Relation
    inputs: tuple[Column, ...]
    aggregations: tuple[Aggregation, ...]
    features: dict[str, tuple[str, Definition]]


def _trial(relation: Relation, windows: Sequence[timedelta | str]) -> _Trial | None:
    through = [] if relation.parent is None else ["of", relation.parent.name]
    view = named(relation.dataset.name, *through, "by", *relation.keys)
    columns = [each for each in relation.columns if _tells(each, relation)][:_MOST_COLUMNS]
    if relation.time is None:
        facts = {
            each.name: (f"{each.name} of {relation.dataset.name}", _defined(view, relation, each))
            for each in columns
        }
        return _Trial(view, relation, tuple(columns), (), facts) if facts else None
    made = [Aggregation("count", windows=windows)]
    for each in columns:
        functions = _NUMBERS if each.family in ("INT", "FLOAT") else _OTHERS
        made += [Aggregation(function, each.name, windows) for function in functions]  # type: ignore[arg-type]
    features: dict[str, tuple[str, Definition]] = {}
    for aggregation in made:
        for length, feature in zip(aggregation.lengths, aggregation.features, strict=True):
            one = Aggregation(aggregation.function, aggregation.column, [length])
            features[feature] = (_said(one, relation), _defined(view, relation, one))
    return _Trial(view, relation, tuple(columns), tuple(made), features)


def _tells(column: Column, relation: Relation) -> bool:
    if relation.time is None:
        return column.family in ("INT", "FLOAT", "STRING", "BOOL", "TIME")
    return column.family in ("INT", "FLOAT", "STRING", "BOOL")


def _said(aggregation: Aggregation, relation: Relation) -> str:
    (name,) = (each.rpartition("_")[2] for each in aggregation.features)
    rows = relation.dataset.name
    if relation.parent is not None:
        rows += f" through {relation.parent.name}"
    by = f"of the same {', '.join(relation.keys)}"
    if aggregation.column is None:
        return f"rows of {rows} {by} in {name}"
    return f"{aggregation.function} of {aggregation.column} of {rows} {by} in {name}"


def _defined(view: str, relation: Relation, what: Aggregation | Column) -> Definition:
    single = relation.sql is None
    return Definition(
        view,
        relation.keys,
        dataset=relation.dataset.name if single else None,
        sql=relation.sql,
        features=(what.name,) if isinstance(what, Column) else (),
        aggregations=() if isinstance(what, Column) else (what,),
        time=None if single else relation.time,
        created=None if single else relation.created,
        static=relation.time is None and not single,
    )


def _joined(trial: _Trial, rows: pa.Table, time: str, target: Path) -> pa.Table:
    """Join all that is tried of a relation to a sample, by the rows of its keys alone."""
    relation = trial.relation
    with open_engine() as connection:
        source = _attached(connection, relation)
        asked = rows.select(list(relation.keys))
        connection.register("__asked", asked)
        keys = ", ".join(map(quoted, relation.keys))
        relevant = (
            f"(SELECT * FROM {source} WHERE ({keys}) IN (SELECT DISTINCT ({keys}) FROM __asked))"
            if len(relation.keys) > 1
            else f"(SELECT * FROM {source} WHERE {keys} IN (SELECT {keys} FROM __asked))"
        )
        layout = Layout(
            list(relation.keys),
            [each.name for each in trial.inputs],
            relation.time,
            relation.created,
            ordered=relation.sql is None,
            every=bool(trial.aggregations),
        )
        prepare(connection, relevant, layout, target)
    types = {each.name: each for each in _columns(relation)}
    lookup = Lookup(
        trial.view,
        target,
        [types[key] for key in relation.keys],
        dict(enumerate(trial.features)),
        static=relation.time is None,
        aggregations=trial.aggregations,
    )
    return join(rows, time, [lookup])


def _columns(relation: Relation) -> Iterator[Column]:
    yield from relation.dataset.columns
    if relation.parent is not None:
        yield from relation.parent.columns


def _attached(connection: Any, relation: Relation) -> str:
    """Make a relation's rows readable on a connection; return what stands after FROM."""
    if relation.sql is None:
        return parquet(relation.dataset.paths())
    for each in (relation.dataset, relation.parent):
        if each is not None:
            connection.execute(
                f"CREATE VIEW {quoted(each.name)} AS SELECT * FROM {parquet(each.paths())}"
            )
    return f"({relation.sql})"
