"""What a training set would hold: how many rows find each view, the join drawn, the first rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column, check_column
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.selections import Chosen, choose
from workbench.features.definitions.views import FeatureView
from workbench.features.log.served_records import STATUSES
from workbench.features.offline.cache import known_rows
from workbench.features.offline.leakage import Leakage, leakage
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Joiner, Lookup
from workbench.features.offline.spines import read_spine
from workbench.server.features.drawing import Answers, drawn_rows, instants
from workbench.server.features.joined import statuses
from workbench.server.features.sampling import ROW, sample
from workbench.server.tables import column, link, table

if TYPE_CHECKING:
    import pyarrow as pa

#: So many rows of the spine are joined.
SAMPLED = 5_000
#: So many of them are shown.
SHOWN = 20


def preview(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a training set of this spine and these features would hold.

    Parameters
    ----------
    wanted : mapping
        ``spine`` and, as far as they are chosen, ``features``, ``time`` and ``label``.

    Returns
    -------
    dict
        ``trouble`` says why the features cannot be joined, if so.

    Raises
    ------
    NotFound
        If the spine does not exist.
    InvalidInput
        If what is wanted is not said in texts.
    """
    spine = dataset(_text(wanted, "spine"))
    time = _text(wanted, "time") or spine.time
    label = _text(wanted, "label") or spine.label
    features = wanted.get("features") or []
    if not isinstance(features, list) or not all(isinstance(each, str) for each in features):
        raise InvalidInput(f"features={features!r} is no list of names", hint='["view:column"]')
    head = {
        "ref": spine.ref,
        "rows": spine.rows,
        "time": spine.time,
        "label": spine.label,
        "columns": [{"name": each.name, "type": each.type} for each in spine.columns],
    }
    found = {"spine": head, "tables": [], "drawn": [], "sampled": 0, "trouble": None}
    if not features:
        return found
    try:
        return found | _joined(spine, features, time, label)
    except (NotFound, InvalidInput) as error:  # the spine's columns are there to choose others
        return found | {"trouble": {"message": error.message, "hint": error.hint}}


def _joined(
    spine: Dataset, features: list[str], time: str | None, label: str | None
) -> dict[str, Any]:
    chosen = choose(features)
    for name in filter(None, (time, label)):
        check_column(name, [each.name for each in spine.columns], "spine")
    taken = _needed(spine, chosen, time, label)
    rows = sample(spine, taken, SAMPLED)
    numbers = rows.column(ROW).to_pylist()
    (given,) = read_spine(rows.drop_columns([ROW]), time=time).tables()
    # Names are taken by all of the spine's columns, not only by those that are shown.
    names = chosen.names([each.name for each in spine.columns])
    lookups = [
        Lookup.of(each.view, known_rows(each.view), each.called(names))
        for each in chosen.selections
    ]
    joined = Joiner(time, lookups).join(given)
    values = Computing(chosen, names, given.column_names).add(given, joined)
    answers = _answers(chosen, given, joined, names, time)
    leaks = (
        leakage(given, features, time=time)
        if any(_is_late(s.view) for s in chosen.selections)
        else None
    )
    return {
        "tables": [
            *_counted(chosen, answers),
            *(_leaking(leaks) if leaks is not None else ()),
            *_first(given, values, numbers, spine),
        ],
        "drawn": drawn_rows(chosen, given, joined, names, time, numbers, answers),
        "sampled": given.num_rows,
    }


def _text(wanted: Mapping[str, Any], name: str) -> str:
    value = wanted.get(name) or ""
    if not isinstance(value, str):
        raise InvalidInput(f"{name}={value!r} is no text", hint=f"give {name} as text")
    return value


def _needed(spine: Dataset, chosen: Chosen, time: str | None, label: str | None) -> list[str]:
    """Return the spine's columns that are read: keys, inputs, time and label."""
    known = [each.name for each in spine.columns]
    wanted = [key.name for each in chosen.selections for key in each.view.keys]
    wanted += [each.name for view in chosen.computed for each in view.inputs]
    wanted += [each for each in (time, label) if each]
    needed = [each for each in known if each in wanted]
    return needed or known[:1]  # features without a key that the spine has are refused by the join


def _answers(
    chosen: Chosen,
    given: pa.Table,
    joined: pa.Table,
    names: Mapping[tuple[str, str], str],
    time: str | None,
) -> Answers:
    """Return, by view, whether each row finds something."""
    at = None if time is None else instants(given, time)
    found: Answers = {}
    for each in chosen.selections:
        view = each.view
        if view.aggregations:
            columns = [joined.column(names[view.name, name]) for name in each.columns]
            found[view.name] = [
                # No event is a count of nothing, and nothing of all else.
                "present" if any(value not in (None, 0) for value in row) else "missing"
                for row in zip(*(column.to_pylist() for column in columns), strict=True)
            ]
        else:
            found[view.name] = statuses(view, given, None if view.time is None else at)
    return found


def _counted(chosen: Chosen, answers: Answers) -> list[dict[str, Any]]:
    heads = [column("view"), column("features", "count"), column("found", "count")]
    heads += [
        column("share", "share"),
        column("nothing known", "count"),
        column("too old", "count"),
    ]
    rows = []
    for each in chosen.selections:
        given = answers[each.view.name]
        counts = {status: given.count(status) for status in STATUSES}
        share = counts["present"] / len(given) if given else None
        rows.append(
            [
                link(each.view.ref, each.view.artifact.id),
                len(each.columns),
                counts["present"],
                share,
                counts["missing"],
                counts["expired"],
            ]
        )
    return table("Rows that find something", heads, rows)


def _is_late(view: FeatureView) -> bool:
    """Return whether rows of a view may become known after they happened."""
    return view.created is not None and view.created != view.time


def _leaking(leaks: Leakage) -> list[dict[str, Any]]:
    heads = [column("feature", "code"), column("rows", "count"), column("share", "share")]
    heads += [column("late, median", "seconds"), column("late, most", "seconds")]
    rows = [
        [
            each.feature,
            each.rows,
            each.share,
            *(
                None if length is None else length.total_seconds()
                for length in (each.late_median, each.late_most)
            ),
        ]
        for each in leaks.features
        if each.rows
    ]
    return table("What a join by event time would leak", heads, rows)


def _first(
    given: pa.Table, values: pa.Table, numbers: list[int], spine: Dataset
) -> list[dict[str, Any]]:
    kinds = {each.name: each for each in spine.columns}
    shown_rows = given.slice(0, SHOWN)
    features = values.slice(0, SHOWN)
    heads = [column("row", "plain")]
    heads += [column(name, _format(kinds[name])) for name in shown_rows.column_names]
    heads += [column(name, _format_of(features.column(name))) for name in features.column_names]
    cells = [
        [_plain(value) for value in each.to_pylist()]
        for each in (*shown_rows.columns, *features.columns)
    ]
    rows = [[number, *row] for number, *row in zip(numbers[:SHOWN], *cells, strict=True)]
    return table("Rows of the training set", heads, rows)


def _format(known: Column) -> str:
    if known.family == "FLOAT":
        return "number"
    return "plain" if known.family == "INT" else "text"


def _format_of(values: pa.ChunkedArray) -> str:
    from pyarrow import types

    if types.is_floating(values.type):
        return "number"
    return "plain" if types.is_integer(values.type) else "text"


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return str(value)
