"""Looking up, by the keys that a request gives, the features that it does not give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.features.definitions.computing import compute
from workbench.features.online.reading import OnlineStore, ReadyPlan

Row = dict[str, Any]


class _Step:
    """One on-demand view of a plan, and what it takes."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        arguments = content["arguments"]
        self.inputs = tuple(each["name"] for each in arguments if each["from"] is None)
        self.sources = tuple(each["from"] for each in arguments if each["from"] is not None)
        self.outputs = tuple(each["name"] for each in content["outputs"] if each["name"])

    def applies(self, request: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
        """Return whether its features are wanted and all that they are made of is there."""
        wanted = any(name not in request for name in self.outputs)
        return (
            wanted
            and all(name in request for name in self.inputs)
            and all(name in known for name in self.sources)
        )


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
        self._steps = [_Step(each) for each in plan.get("on_demand", ())]
        self._between = plan.get("between", ())

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """What each feature is found by: keys, and the inputs of what is computed on demand."""
        found = {
            column: keys
            for keys, columns in zip(self._keys, self._columns, strict=True)
            for column in columns
        }
        for step in self._steps:
            parts = [*(found[each] for each in step.sources), step.inputs]
            needed = tuple(dict.fromkeys(name for part in parts for name in part))
            found |= dict.fromkeys(step.outputs, needed)
        return {name: keys for name, keys in found.items() if name not in self._between}

    def fetch(self, given: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Return, for each row, the features that it lacks and has the keys of.

        A feature whose key is known and whose value is not, or is too old, is None.

        Raises
        ------
        InvalidInput
            If a key is of another type than the view's, or an on-demand feature cannot be computed.
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
        if self._steps:
            self._compute(given, found)
        return found

    def _compute(self, given: Sequence[Mapping[str, Any]], found: Sequence[Row]) -> None:
        """Add what is computed on demand to each row that has what it takes; the request wins."""
        many = len(given) > 1
        for i, (request, row) in enumerate(zip(given, found, strict=True)):
            where = f"instance {i}" if many else "the request"
            known = {**row, **request}
            for step in self._steps:
                if step.applies(request, known):
                    compute([step.content], [known], [request], where.format)
                    row.update((name, known[name]) for name in step.outputs if name not in request)
                    known |= {name: request[name] for name in step.outputs if name in request}
            for name in self._between:
                row.pop(name, None)

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
                "on_demand": (),  # computed here, where the request's own values are known
                "between": (),
            }
            self._ready[views] = ReadyPlan(content)
        return self._ready[views]
