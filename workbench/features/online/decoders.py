"""From a stored row to a view's features: present, expired or missing at an instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal

from workbench.features.online.stores.encoding import unpack_order, unpack_values
from workbench.features.windows import packed
from workbench.features.windows.layout import Layout, from_json

Status = Literal["present", "missing", "expired"]
#: Of a row: what it is worth, its event time in microseconds (None where it has none), and the
#: features that a plan takes of the view, in the plan's order (None unless the row is present).
Answer = tuple[Status, int | None, Sequence[Any] | None]
#: Called with a row's bytes, the instant that ages are measured at, and, if one was named, the
#: moment after which nothing may have become known; both in microseconds.
Decoder = Callable[[bytes, int, int | None], Answer]

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
    >>> decode(pack_row(100, 100, ["a", "b"]), 110, None)
    ('present', 100, ('b',))
    >>> decode(pack_row(100, 100, ["a", "b"]), 111, None)
    ('expired', 100, None)
    """
    if view.get("tiles"):
        return _windowed(from_json(view["tiles"]), [each["position"] for each in view["columns"]])
    take = picking([column["position"] for column in view["columns"]])
    if view["static"]:
        return lambda row, instant, at: ("present", None, take(unpack_values(row)))
    ttl = view["ttl_micros"]

    def decode(row: bytes, instant: int, at: int | None) -> Answer:
        event, created = unpack_order(row)
        if at is not None and max(event, created) > at:
            return NOTHING
        if ttl is not None and instant - event > ttl:
            return "expired", event, None
        return "present", event, take(unpack_values(row))

    return decode


def nothing_of(view: Mapping[str, Any]) -> Answer:
    """Return the answer for a key that has no row: where events are counted, that there are 0."""
    if not view.get("tiles"):
        return NOTHING
    positions = [column["position"] for column in view["columns"]]
    return "missing", None, packed.empty(from_json(view["tiles"]), positions)


def _windowed(layout: Layout, positions: Sequence[int]) -> Decoder:
    def decode(row: bytes, instant: int, at: int | None) -> Answer:
        values = packed.read(row, layout, instant, positions, named=at is not None)
        return NOTHING if values is None else ("present", unpack_order(row)[0], values)

    return decode


def picking(positions: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what takes the values at some positions."""
    if len(positions) == 1:
        (only,) = positions
        return lambda values: (values[only],)
    return itemgetter(*positions)
