"""What a training set would hold: how many rows find each view, the join drawn, the first rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column, check_column
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.selections import Chosen, Selection, choose
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.leakage import Leakage, leakage
from workbench.features.offline.on_demand import Computing
from workbench.features.offline.point_in_time import Joiner
from workbench.features.offline.spines import read_spine
from workbench.features.offline.why import timeline
from workbench.features.online.stores.encoding import moment
from workbench.server.features.joined import lookup_of, statuses
from workbench.server.features.sampling import ROW, sample
from workbench.server.tables import column, link, table

if TYPE_CHECKING:
    import pyarrow as pa

#: So many rows of the spine are joined.
SAMPLED = 5_000
#: So many of them are shown, and so many drawn.
SHOWN = 20
DRAWN = 6
#: So many rows of a view are drawn beside each.
NEAR = 8


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
    joined = Joiner(time, [lookup_of(each, names) for each in chosen.selections]).join(given)
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
        "drawn": _drawn(chosen, given, joined, names, time, numbers, answers),
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


_Answers = dict[str, list[str]]


def _answers(
    chosen: Chosen,
    given: pa.Table,
    joined: pa.Table,
    names: Mapping[tuple[str, str], str],
    time: str | None,
) -> _Answers:
    """Return, by view, whether each row finds something."""
    at = None if time is None else _instants(given, time)
    found: _Answers = {}
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


def _instants(given: pa.Table, time: str) -> pa.Array:
    import pyarrow as pa

    moments = given.column(time).cast(pa.timestamp("us", "UTC"), safe=False)
    return moments.cast(pa.int64()).combine_chunks()


def _counted(chosen: Chosen, answers: _Answers) -> list[dict[str, Any]]:
    heads = [column("view"), column("features", "count"), column("found", "count")]
    heads += [
        column("share", "share"),
        column("nothing known", "count"),
        column("too old", "count"),
    ]
    rows = []
    for each in chosen.selections:
        given = answers[each.view.name]
        counts = {status: given.count(status) for status in ("present", "missing", "expired")}
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


def _drawn(
    chosen: Chosen,
    given: pa.Table,
    joined: pa.Table,
    names: Mapping[tuple[str, str], str],
    time: str | None,
    numbers: list[int],
    answers: _Answers,
) -> list[dict[str, Any]]:
    """Return a few rows, of as many sorts as there are, with what each view knew."""
    if time is None or not given.num_rows:
        return []
    at = _instants(given, time).to_pylist()
    places = _of_all_sorts(answers, given.num_rows)
    views = [
        _views(each, given, joined, names, [(place, at[place]) for place in places], answers)
        for each in chosen.selections
    ]
    keys = dict.fromkeys(key.name for each in chosen.selections for key in each.view.keys)
    return [
        {
            "row": numbers[place],
            "at": at[place] / 1000,
            "label": ", ".join(f"{key} {given.column(key)[place].as_py()}" for key in keys),
            "views": [each[index] for each in views],
        }
        for index, place in enumerate(places)
    ]


def _of_all_sorts(answers: _Answers, rows: int) -> list[int]:
    """Return the places of a few rows, first those that find different things."""
    sorts: dict[tuple[str, ...], list[int]] = {}
    for place, answer in enumerate(zip(*answers.values(), strict=True)):
        sorts.setdefault(answer, []).append(place)
    if not sorts:
        return list(range(min(rows, DRAWN)))
    chosen: list[int] = []
    common = sorted(sorts.values(), key=len, reverse=True)
    turn = 0
    while len(chosen) < min(DRAWN, rows):
        for places in common:
            # Of one sort, rows that lie far apart, and none where nothing has happened yet.
            step = max(1, len(places) // DRAWN)
            place = turn * step + step // 2
            if place < len(places) and len(chosen) < DRAWN:
                chosen.append(places[place])
        turn += 1
        if turn > rows:
            break
    return sorted(set(chosen))


def _views(
    selection: Selection,
    given: pa.Table,
    joined: pa.Table,
    names: Mapping[tuple[str, str], str],
    rows: list[tuple[int, int]],
    answers: _Answers,
) -> list[dict[str, Any]]:
    """Return, for each of the rows, what a view knew of it."""
    view, feature = selection.view, selection.columns[0]
    keys = [
        {each.name: given.column(each.name)[place].as_py() for each in view.keys}
        for place, _ in rows
    ]
    values = joined.column(names[view.name, feature])
    return [
        {
            "view": view.ref,
            "feature": feature,
            "keys": ", ".join(f"{name} {value}" for name, value in key.items()),
            "status": answers[view.name][place],
            "isStatic": view.time is None,
            "isAggregated": bool(view.aggregations),
            "ttl": young(view, feature),
            "value": shown(values[place].as_py()),
            "candidates": [] if view.time is None else _near(view, feature, key, at),
        }
        for key, (place, at) in zip(keys, rows, strict=True)
    ]


def _near(view: FeatureView, feature: str, keys: dict[str, Any], at: int) -> list[dict[str, Any]]:
    """Return the rows of a key around an instant, the latest event first; times in milliseconds."""
    found = timeline(view, keys, moment(at), NEAR, feature=feature)
    return [
        {
            "event": milliseconds(each.event),
            "created": milliseconds(each.created),
            "visible": milliseconds(each.visible),
            "value": shown(each.value),
            "reason": each.reason,
        }
        for each in reversed(found)
    ]


def milliseconds(time: datetime | None) -> float | None:
    """Return a time as browsers count it: since 1970."""
    return None if time is None else time.timestamp() * 1000


def shown(value: object) -> str | None:
    """Return a value as it is drawn: short.

    Examples
    --------
    >>> shown(46.94000001), shown(None), shown("JFK")
    ('46.94', None, 'JFK')
    """
    if value is None:
        return None
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def young(view: FeatureView, feature: str) -> float | None:
    """Return how old a row may be to count for a feature, in milliseconds; None for any age."""
    length = view.ttl
    for each in view.aggregations:
        if feature in each.features:
            length = each.lengths[each.features.index(feature)] if each.lengths else None
    return None if length is None else length / timedelta(milliseconds=1)
