"""Following a retrieval plan: one round trip to the store, whatever the number of views."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, cast

from workbench.core.clock import micros, moment
from workbench.core.errors import InvalidInput, near
from workbench.features.definitions.computing import compute
from workbench.features.online.decoders import NOTHING, Answer, Status, decoder_of
from workbench.features.online.precomputed import Precomputed
from workbench.features.online.stores.encoding import pack_key
from workbench.features.online.stores.state import read_state
from workbench.features.online.stores.store import OnlineStore

FORMAT = 1
Entity = Mapping[str, Any]


class Served(NamedTuple):
    """A feature as it was served.

    Attributes
    ----------
    value : object
        None unless it is present; a present one may be null in its row, and is then None too.
    status : str
        ``present``; ``missing``: there is no row for the key, or the key is null; ``expired``: the
        row is older than its view allows.
    event : datetime or None
        The row's event time; None where it is missing or its view is static.
    """

    value: Any
    status: Status
    event: datetime | None


@dataclass(frozen=True)
class Fetched:
    """What a plan found, side by side with the entities that were asked for.

    Attributes
    ----------
    rows : list of dict
        The values by feature; None for one that is missing or expired.
    answers : list of list of (status, event, values)
        For each view of the plan, in order, one for each entity; the event time in microseconds.
    views : tuple of tuple of str
        The features that each view gives.
    absent : list of str
        The views that have nothing in the store.
    instants : list of int
        For each view the moment that it answered for, in microseconds.
    """

    rows: list[dict[str, Any]]
    answers: list[list[Answer]]
    views: tuple[tuple[str, ...], ...]
    absent: list[str]
    instants: list[int]

    def served(self) -> list[dict[str, Served]]:
        """Return, for each entity, each feature with its status and event time."""
        known: list[dict[str, Served]] = [{} for _ in self.rows]
        for names, answers in zip(self.views, self.answers, strict=True):
            for given, row, (status, event, _) in zip(known, self.rows, answers, strict=True):
                at = None if event is None else moment(event)
                given.update((name, Served(row[name], status, at)) for name in names if name in row)
        # What was computed on demand stands in no row of the store.
        return [
            {name: given.get(name) or Served(row[name], "present", None) for name in row}
            for given, row in zip(known, self.rows, strict=True)
        ]


class ReadyPlan:
    """A plan with all that does not depend on a request worked out.

    Parameters
    ----------
    plan : mapping
        As `workbench.features.online.plans.plan_of` made it.

    Raises
    ------
    InvalidInput
        If another version of the library compiled it, to another format.
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        if plan.get("format") != FORMAT:
            raise InvalidInput(
                f"the plan has format {plan.get('format')!r}, not {FORMAT}",
                hint="compile it again",
            )
        self.content = plan
        self._steps, self._between = plan.get("on_demand", ()), plan.get("between", ())
        self._empty: dict[str, Any] = dict.fromkeys([*plan["features"], *self._between])
        self._views = [_View(view) for view in plan["views"]]
        self._names = tuple(view.names for view in self._views)
        self._groups, self._places = _grouped(self._views)
        # Then a row is made in one go.
        self._in_order = list(chain.from_iterable(self._names)) == list(self._empty)
        self._whole = Precomputed(plan) if plan.get("precomputed") else None

    def fetch(
        self,
        store: OnlineStore,
        entities: Sequence[Entity],
        *,
        at: datetime | None = None,
        now: datetime | None = None,
    ) -> Fetched:
        """Read the features of some entities; see `read` for the arguments and errors."""
        known_by = None if at is None else micros(at)
        here = time.time_ns() // 1000 if now is None else micros(now)
        answers, absent, instants = self._answers(store, entities, known_by, here)
        by_entity = zip(*answers, strict=True) if answers else ((),) * len(entities)
        rows = [self._row([answer[2] for answer in given]) for given in by_entity]
        if self._steps:
            compute(self._steps, rows, entities)
            for row in rows:
                for name in self._between:
                    del row[name]
        return Fetched(rows, answers, self._names, absent, instants)

    def _row(self, parts: Sequence[Sequence[Any] | None]) -> dict[str, Any]:
        """Return an entity's features from what each view gives of it."""
        if self._in_order and None not in parts:
            values = chain.from_iterable(cast("Sequence[Sequence[Any]]", parts))
            return dict(zip(self._empty, values, strict=True))
        row = self._empty.copy()
        for names, part in zip(self._names, parts, strict=True):
            if part is not None:
                row.update(zip(names, part, strict=True))
        return row

    def _answers(
        self, store: OnlineStore, entities: Sequence[Entity], known_by: int | None, here: int
    ) -> tuple[list[list[Answer]], list[str], list[int]]:
        """Return the answers of each view, the views that are absent, and each one's instant."""
        if self._whole is not None:
            packed = self._views[0].keys.pack(entities, self._views[0].name)
            instant = here if known_by is None else known_by
            answers = self._whole.read(store, packed, instant, known_by)
            if answers is not None:
                return answers, [], [instant] * len(answers)
        given = [keys.pack(entities, names[0]) for keys, names, _ in self._groups]
        found = store.rows_of(
            [(tables, keys) for (_, _, tables), keys in zip(self._groups, given, strict=True)]
        )
        gaps = [None in keys for keys in given]
        answers, absent, instants = [], [], []
        for view, (place, group) in zip(self._views, self._places, strict=True):
            stored, rows = found[place]
            state = read_state(stored)
            as_of = None if state is None else state.as_of
            instant = known_by if known_by is not None else here if as_of is None else as_of
            instants.append(instant)
            if state is None and not any(rows):
                absent.append(view.name)
                answers.append([NOTHING] * len(rows))
                continue
            decoded = view.decode(rows, instant, known_by)
            if gaps[group]:  # of a missing key nothing is known, not even that it is 0
                decoded = [
                    NOTHING if key is None else each
                    for key, each in zip(given[group], decoded, strict=True)
                ]
            answers.append(decoded)
        return answers, absent, instants


def fetch(
    store: OnlineStore,
    plan: Mapping[str, Any] | ReadyPlan,
    entities: Sequence[Entity],
    *,
    at: datetime | None = None,
    now: datetime | None = None,
) -> Fetched:
    """Do what `read` does; return also statuses, event times and the views that are absent."""
    ready = plan if isinstance(plan, ReadyPlan) else ReadyPlan(plan)
    return ready.fetch(store, entities, at=at, now=now)


def read(
    store: OnlineStore,
    plan: Mapping[str, Any] | ReadyPlan,
    entities: Sequence[Entity],
    *,
    at: datetime | None = None,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Read a plan's features for some entities, in one round trip.

    Parameters
    ----------
    store : OnlineStore
    plan : mapping or ReadyPlan
        As `plan_of` made it; made ready once by whoever reads often.
    entities : sequence of mappings
        The keys of each; further entries are ignored.
    at : datetime, optional
        The moment to answer for; ages are measured at it, and a row that became known later does
        not count. The store holds the latest rows only, so an early moment finds little.
        By default it is now, or, for a view that was materialized as of a moment, that moment.
    now : datetime, optional
        What "now" is; the machine's time by default.

    Returns
    -------
    list of dict
        In the order of the entities. A feature is None if its key is missing or null, or its row
        is older than its view allows.

    Raises
    ------
    InvalidInput
        If an entity lacks a key or gives it in another type.
    Unavailable
        If the store does not answer.
    """
    return fetch(store, plan, entities, at=at, now=now).rows


class _Keys(NamedTuple):
    """The key columns of a view; views that share them share the bytes of an entity's key."""

    names: tuple[str, ...]
    types: tuple[str, ...]

    def pack(self, entities: Sequence[Entity], view: str) -> list[bytes | None]:
        names, types = self
        packed = []
        for position, entity in enumerate(entities):
            try:
                values = [entity[name] for name in names]
            except KeyError as error:
                raise InvalidInput(
                    f"entity {position} has no {error.args[0]!r}, which is a key of the view "
                    f"{view!r}",
                    hint=near(error.args[0], list(entity)),
                ) from None
            packed.append(pack_key(values, types, names))
        return packed


class _View:
    """One view of a plan, ready to be read."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        self.name: str = view["view"]
        self.table: str = view["table"]
        self.names = tuple(column["name"] for column in view["columns"])
        self.decode = decoder_of(view)
        self.keys = _Keys(
            tuple(key["name"] for key in view["keys"]), tuple(key["type"] for key in view["keys"])
        )


def _grouped(
    views: Sequence[_View],
) -> tuple[list[tuple[_Keys, list[str], list[str]]], list[tuple[int, int]]]:
    """Return views by what they share keys with: keys, names and tables.

    Also the place of each view among all of them in that order, and that of its group.
    """
    groups: dict[_Keys, list[_View]] = {}
    for view in views:
        groups.setdefault(view.keys, []).append(view)
    ordered = [view for group in groups.values() for view in group]
    listed = list(groups)
    places = [(ordered.index(view), listed.index(view.keys)) for view in views]
    named = [
        (keys, [view.name for view in group], [view.table for view in group])
        for keys, group in groups.items()
    ]
    return named, places
