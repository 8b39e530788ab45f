"""The point-in-time join of a few rows as it is drawn: what each view knew at their times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.core.clock import moment
from workbench.features.definitions.selections import Chosen, Selection
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.why import timeline

if TYPE_CHECKING:
    import pyarrow as pa

#: So many rows are drawn.
DRAWN = 6
#: So many rows of a view are drawn beside each.
NEAR = 8

#: By view, whether each row finds something: ``present``, ``missing`` or ``expired``.
Answers = dict[str, list[str]]


def drawn_rows(
    chosen: Chosen,
    given: pa.Table,
    joined: pa.Table,
    names: Mapping[tuple[str, str], str],
    time: str | None,
    numbers: list[int],
    answers: Answers,
) -> list[dict[str, Any]]:
    """Return a few rows, of as many sorts as there are, with what each view knew."""
    if time is None or not given.num_rows:
        return []
    at = instants(given, time).to_pylist()
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


def _of_all_sorts(answers: Answers, rows: int) -> list[int]:
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
    answers: Answers,
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


def instants(given: pa.Table, time: str) -> pa.Array:
    """Return the rows' times in microseconds."""
    import pyarrow as pa

    moments = given.column(time).cast(pa.timestamp("us", "UTC"), safe=False)
    return moments.cast(pa.int64()).combine_chunks()
