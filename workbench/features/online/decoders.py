"""From a stored row to a view's features: present, expired or missing at an instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal

from workbench.features.online.stores.encoding import event_of, unpack_order, unpack_values
from workbench.features.windows import packed
from workbench.features.windows.layout import from_json

Status = Literal["present", "missing", "expired"]
#: Of a row: what it is worth, its event time in microseconds (None where it has none), and the
#: features that a plan takes of the view, in the plan's order (None unless the row is present).
Answer = tuple[Status, int | None, Sequence[Any] | None]
#: Called with the bytes of rows (None where there is none), the instant that ages are measured at,
#: and, if one was named, the moment after which nothing may have become known; in microseconds.
Decoder = Callable[[Sequence[bytes | None], int, int | None], list[Answer]]

NOTHING: Answer = ("missing", None, None)


def decoder_of(view: Mapping[str, Any]) -> Decoder:
    """Return what reads the rows of one view of a plan.

    Parameters
    ----------
    view : mapping
        An element of a plan's ``views``.

    Examples
    --------
    >>> from workbench.features.online.stores.encoding import pack_row
    >>> view = {"static": False, "ttl_micros": 10, "columns": [{"position": 1}]}
    >>> decode = decoder_of(view)
    >>> decode([pack_row(100, 100, ["a", "b"]), None], 110, None)
    [('present', 100, ('b',)), ('missing', None, None)]
    >>> decode([pack_row(100, 100, ["a", "b"])], 111, None)
    [('expired', 100, None)]
    """
    if view.get("tiles"):
        return _windowed(view)
    take = picking([column["position"] for column in view["columns"]])
    if view["static"]:
        return lambda rows, instant, at: [
            NOTHING if row is None else ("present", None, take(unpack_values(row))) for row in rows
        ]
    ttl = view["ttl_micros"]

    def decode(rows: Sequence[bytes | None], instant: int, at: int | None) -> list[Answer]:
        oldest = None if ttl is None else instant - ttl
        answers: list[Answer] = []
        for row in rows:
            if row is None or (at is not None and max(unpack_order(row)) > at):
                answers.append(NOTHING)
            elif oldest is not None and event_of(row) < oldest:
                answers.append(("expired", event_of(row), None))
            else:
                answers.append(("present", event_of(row), take(unpack_values(row))))
        return answers

    return decode


def nothing_of(view: Mapping[str, Any]) -> Answer:
    """Return the answer for a key that has no row: where events are counted, that there are 0."""
    if not view.get("tiles"):
        return NOTHING
    positions = [column["position"] for column in view["columns"]]
    return "missing", None, packed.empty(from_json(view["tiles"]), positions)


def _windowed(view: Mapping[str, Any]) -> Decoder:
    layout = from_json(view["tiles"])
    positions = [each["position"] for each in view["columns"]]
    nothing = nothing_of(view)

    def answer(row: bytes, instant: int, at: int | None) -> Answer:
        values = packed.read(row, layout, instant, positions, named=at is not None)
        return NOTHING if values is None else ("present", event_of(row), values)

    return lambda rows, instant, at: [
        nothing if row is None else answer(row, instant, at) for row in rows
    ]


def picking(positions: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what takes the values at some positions."""
    if len(positions) == 1:
        (only,) = positions
        return lambda values: (values[only],)
    return itemgetter(*positions)
