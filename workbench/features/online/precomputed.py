"""Reading a service that was precomputed: one row an entity, whatever the number of its views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.errors import Conflict
from workbench.features.online.decoders import NOTHING, Answer, decoder_of, nothing_of, picking
from workbench.features.online.stores.encoding import unpack_values
from workbench.features.online.stores.state import Section, TableState, read_state
from workbench.features.online.stores.store import STATE_KEY, OnlineStore


def sections_of(views: Sequence[Mapping[str, Any]]) -> tuple[Section, ...]:
    """Return what a precomputed row keeps of the views of a service's whole plan."""
    return tuple(
        Section(
            view["table"],
            None if view["tiles"] else tuple(column["position"] for column in view["columns"]),
        )
        for view in views
    )


class Precomputed:
    """The table of a precomputed service, as a plan reads it.

    Parameters
    ----------
    plan : mapping
        With ``precomputed``: the service, its table and what its rows must be made of.
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        known = plan["precomputed"]
        self._service: str = known["service"]
        self._table: str = known["table"]
        self._sections = tuple(
            Section(each["table"], None if each["positions"] is None else tuple(each["positions"]))
            for each in known["sections"]
        )
        begins, begin = {}, 0
        for section in self._sections:
            begins[section.table] = (begin, section.positions)
            begin += section.width
        self._views = [_Part(view, *begins[view["table"]]) for view in plan["views"]]
        self._checked: TableState | None = None

    def read(
        self, store: OnlineStore, keys: Sequence[bytes | None], instant: int, at: int | None
    ) -> list[list[Answer]] | None:
        """Return, for each view of the plan, the answer for each key.

        None if the service is not, or no longer, precomputed in this store: its views have it all.

        Raises
        ------
        Conflict
            If its rows are made of other definitions than the plan's.
        """
        wanted = [(self._table, STATE_KEY)]
        # A null key stands for the state too: what is found there is not looked at.
        wanted += [(self._table, key or STATE_KEY) for key in keys]
        found = store.read(wanted)
        state = read_state(found[0])
        if state is None or not state.ready:
            return None
        if state is not self._checked:
            self._check(state)
        flat = [
            None if key is None or row is None else unpack_values(row)
            for key, row in zip(keys, found[1:], strict=True)
        ]
        return [
            [
                NOTHING if key is None else view.answer(values, instant, at)
                for key, values in zip(keys, flat, strict=True)
            ]
            for view in self._views
        ]

    def _check(self, state: TableState) -> None:
        if state.sections != self._sections:
            raise Conflict(
                f"the rows of {self._service!r} were precomputed from other definitions than this "
                "plan's",
                hint=f"run wb.materialize({self._service!r}, precompute=True), and deploy again",
            )
        self._checked = state


class _Part:
    """Where a view of the plan lies in a row."""

    def __init__(
        self, view: Mapping[str, Any], begin: int, positions: tuple[int, ...] | None
    ) -> None:
        self._begin = begin
        self._tiles = decoder_of(view) if positions is None else None
        self._nothing = nothing_of(view)
        self._static: bool = view["static"]
        self._ttl: int | None = view["ttl_micros"]
        if positions is not None:
            offsets = [positions.index(column["position"]) for column in view["columns"]]
            self._take = picking([begin + 2 + each for each in offsets])

    def answer(self, values: list[Any] | None, instant: int, at: int | None) -> Answer:
        begin = self._begin
        if values is None or (event := values[begin]) is None:
            return self._nothing
        if self._tiles is not None:
            return self._tiles([values[begin + 2]], instant, at)[0]
        if self._static:
            return "present", None, self._take(values)
        if at is not None and max(event, values[begin + 1]) > at:
            return NOTHING
        if self._ttl is not None and instant - event > self._ttl:
            return "expired", event, None
        return "present", event, self._take(values)
