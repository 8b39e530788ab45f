"""Looking up, by the keys that a request gives, the features that it does not give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.features.online.reading import OnlineStore, ReadyPlan

Row = dict[str, Any]


class Retrieval:
    """Reads the features of rows from an online store.

    Parameters
    ----------
    store : OnlineStore
    plan : mapping
        As `workbench.features.online.plans.plan_of` made it.
    """

    def __init__(self, store: OnlineStore, plan: Mapping[str, Any]) -> None:
        self._store = store
        self._plan = plan
        self._ready: dict[tuple[int, ...], ReadyPlan] = {}
        self._keys = [tuple(key["name"] for key in view["keys"]) for view in plan["views"]]
        self._columns = [tuple(each["name"] for each in view["columns"]) for view in plan["views"]]

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys that each feature is found by."""
        return {
            column: keys
            for keys, columns in zip(self._keys, self._columns, strict=True)
            for column in columns
        }

    def fetch(self, given: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Return, for each row, the features that it lacks and has the keys of.

        A feature whose key is known and whose value is not, or is too old, is None.

        Raises
        ------
        InvalidInput
            If a key is of another type than the view's.
        Unavailable
            If the store does not answer.
        """
        groups: dict[tuple[int, ...], list[int]] = {}
        for i, row in enumerate(given):
            groups.setdefault(self._views(row), []).append(i)
        found: list[Row] = [{} for _ in given]
        for views, places in groups.items():
            if views:
                part = self._part(views).fetch(self._store, [given[i] for i in places])
                for place, row in zip(places, part.rows, strict=True):
                    found[place] = row
        return found

    def _views(self, row: Mapping[str, Any]) -> tuple[int, ...]:
        return tuple(
            i
            for i, (keys, columns) in enumerate(zip(self._keys, self._columns, strict=True))
            if all(key in row for key in keys) and not all(column in row for column in columns)
        )

    def _part(self, views: tuple[int, ...]) -> ReadyPlan:
        """Return the plan of some of the views; requests of one kind come again and again."""
        if views not in self._ready:
            content = {
                **self._plan,
                "views": [self._plan["views"][i] for i in views],
                "features": [column for i in views for column in self._columns[i]],
            }
            self._ready[views] = ReadyPlan(content)
        return self._ready[views]
