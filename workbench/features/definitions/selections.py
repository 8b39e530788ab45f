"""What callers name as features, resolved to views and columns.

A view, a service, ``"view"``, ``"view@3"``, ``"view:column"`` or a service's name. In a result a
feature bears its column's name; where that name is taken it is ``view__column``. An on-demand view
brings the views that it reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.features.definitions.computed import OnDemandView, computed_from
from workbench.features.definitions.kinds import ON_DEMAND, SERVICE, VIEW
from workbench.features.definitions.views import (
    FeatureService,
    FeatureView,
    service_from,
    view_from,
)

View = FeatureView | OnDemandView
Asked = FeatureView | OnDemandView | FeatureService | str
Names = dict[tuple[str, str], str]
_V = TypeVar("_V", bound=View)


@dataclass(frozen=True)
class Selection:
    """Some columns of one view, in order."""

    view: FeatureView
    columns: tuple[str, ...]

    def called(self, names: Mapping[tuple[str, str], str]) -> dict[str, str]:
        """Return what `names` (of view and column) call each of its columns."""
        return {column: names[self.view.name, column] for column in self.columns}


@dataclass(frozen=True)
class Chosen:
    """What was asked for, and what it takes to answer.

    Attributes
    ----------
    asked : tuple of (view, column)
        In order, each once; views by name.
    selections : tuple of Selection
        What is to be read: what was asked for, and what on-demand views are computed from.
    computed : tuple of OnDemandView
        Each after those that it reads.
    """

    asked: tuple[tuple[str, str], ...]
    selections: tuple[Selection, ...]
    computed: tuple[OnDemandView, ...] = ()

    @property
    def views(self) -> dict[str, View]:
        """All views, by name."""
        stored: dict[str, View] = {each.view.name: each.view for each in self.selections}
        return stored | {each.name: each for each in self.computed}

    def names(self, taken: Iterable[str] = ()) -> Names:
        """Return what each (view, column) is called where the columns `taken` are there already.

        What is read or computed on the way only is called ``view:column``.
        """
        found = _named(self.asked, taken)
        pairs = [(each.view.name, column) for each in self.selections for column in each.columns]
        pairs += [(view, column) for view, column in self._between() if (view, column) not in found]
        return found | {pair: ":".join(pair) for pair in pairs if pair not in found}

    def only(self, asked: Iterable[tuple[str, str]]) -> Chosen:
        """Return what it takes to answer some of what was asked for."""
        asked = tuple(asked)
        wanted = set(asked)
        computed: list[OnDemandView] = []
        for view in reversed(self.computed):
            if wanted & {(view.name, each.name) for each in view.columns}:
                wanted |= set(map(_pair, view.reads))
                computed.insert(0, view)
        kept = [
            Selection(each.view, tuple(c for c in each.columns if (each.view.name, c) in wanted))
            for each in self.selections
        ]
        return Chosen(asked, tuple(each for each in kept if each.columns), tuple(computed))

    def steps(self, names: Names) -> list[dict[str, Any]]:
        """Return what `computing.compute` follows; `names` as `names` gave them."""
        return [each.step(names) for each in self.computed]

    def _between(self) -> list[tuple[str, str]]:
        """Return the columns of on-demand views that other on-demand views read."""
        known = {each.name for each in self.computed}
        pairs = (_pair(feature) for each in self.computed for feature in each.reads)
        return [pair for pair in pairs if pair[0] in known]


def choose(features: Asked | Sequence[Asked]) -> Chosen:
    """Return what was asked for, and what it takes to answer.

    Raises
    ------
    NotFound
        If a view, a service or a column does not exist; the hint offers near names.
    InvalidInput
        If nothing, or two versions of one view, were asked for.
    """
    if isinstance(features, (str, FeatureView, OnDemandView, FeatureService)):
        features = [features]
    if not isinstance(features, Iterable):
        raise InvalidInput(
            f"{features!r} is no feature", hint='give a view, a service, "view" or "view:column"'
        )
    found = _Found()
    for each in features:
        found.ask(each)
    if not found.views:
        raise InvalidInput("no features were asked for", hint="name at least one view")
    return found.chosen()


def resolve(features: Asked | Sequence[Asked]) -> list[Selection]:
    """Return the stored views that answer what was asked for, each once, in order; see `choose`."""
    return list(choose(features).selections)


def stored_view(view: FeatureView | str) -> FeatureView:
    """Return the one view that rows can be written for.

    Raises
    ------
    NotFound
        If there is no such view.
    InvalidInput
        If it is an on-demand view, which has no rows, or a service of several views.
    """
    chosen = choose([view])
    if chosen.computed:
        reads = ", ".join(each.view.name for each in chosen.selections)
        raise InvalidInput(
            f"{chosen.computed[-1].name!r} is computed on demand and has no rows",
            hint=f"write to what it reads: {reads}" if reads else "its requests give what it takes",
        )
    if len(chosen.selections) > 1:
        raise InvalidInput(
            f"{view!r} is of several views",
            hint=f"name one: {', '.join(each.view.name for each in chosen.selections)}",
        )
    return chosen.selections[0].view


def _pair(feature: str) -> tuple[str, str]:
    """Return (view, column) of ``view@version:column``."""
    reference, _, column = feature.partition(":")
    return reference.partition("@")[0], column


def _named(pairs: Sequence[tuple[str, str]], taken: Iterable[str]) -> Names:
    taken = list(taken)
    counts = Counter(column for _, column in pairs)
    counts.update(taken)
    names = {
        (view, column): column if counts[column] == 1 else f"{view}__{column}"
        for view, column in pairs
    }
    double = [name for name, count in Counter([*names.values(), *taken]).items() if count > 1]
    if double:
        raise InvalidInput(f"two columns would be named {double[0]!r}", hint="rename one of them")
    return names


@dataclass
class _Found:
    """What is gathered while features are looked up."""

    views: dict[str, View] = field(default_factory=dict)
    columns: dict[str, dict[str, None]] = field(default_factory=dict)
    needed: dict[str, dict[str, None]] = field(default_factory=dict)
    computed: dict[str, OnDemandView] = field(default_factory=dict)
    pinned: dict[str, str] = field(default_factory=dict)
    records: dict[str, View | FeatureService] = field(default_factory=dict)

    def ask(self, asked: Asked) -> None:
        """Add one thing that was asked for."""
        if isinstance(asked, str):
            reference, colon, column = asked.partition(":")
            record = self._record(reference, service=not colon)
            if not colon:
                self.ask(record)
            elif not isinstance(record, FeatureService):
                known = [each.name for each in record.columns]
                if column not in known:
                    raise NotFound(
                        f"the view {record.ref} has no feature {column!r}", hint=near(column, known)
                    )
                self._add(record, [column])
        elif isinstance(asked, FeatureService):
            for reference in asked.reads:
                self.pinned.setdefault(reference.partition("@")[0], reference)
            for feature in asked.features:
                self.ask(feature)
        elif isinstance(asked, (FeatureView, OnDemandView)):
            self._add(asked, [each.name for each in asked.columns])
        else:
            raise InvalidInput(
                f"{asked!r} is no feature", hint='give a view, a service, "view" or "view:column"'
            )

    def chosen(self) -> Chosen:
        """Return it all, with what on-demand views read."""
        asked = [(view, column) for view, columns in self.columns.items() for column in columns]
        for view in list(self.views.values()):
            self._need(view)
        selections = []
        for name, view in self.views.items():
            columns = {**self.columns.get(name, {}), **self.needed.get(name, {})}
            if isinstance(view, FeatureView):
                selections.append(Selection(view, tuple(columns)))
        return Chosen(tuple(asked), tuple(selections), tuple(self.computed.values()))

    def _add(self, view: View, columns: Iterable[str]) -> None:
        kept = self.views.setdefault(view.name, view)
        if kept.ref != view.ref:
            raise InvalidInput(f"both {kept.ref} and {view.ref} were asked for", hint="take one")
        self.columns.setdefault(view.name, {}).update(dict.fromkeys(columns))

    def _need(self, view: View) -> None:
        """Add what an on-demand view reads, then itself."""
        if not isinstance(view, OnDemandView) or view.name in self.computed:
            return
        for feature in view.reads:
            reference, _, column = feature.partition(":")
            source = self._source(view, reference)
            self.needed.setdefault(source.name, {})[column] = None
            self._need(source)
        self.computed[view.name] = view

    def _source(self, reader: OnDemandView, reference: str) -> View:
        """Return the view that an on-demand view reads: of its meaning, and as new as can be."""
        name = reference.partition("@")[0]
        pinned = self._record(reference)
        assert not isinstance(pinned, FeatureService)  # noqa: S101  # only views are ever read
        if name not in self.views:
            kept = self._record(self.pinned.get(name, reference))
            if name not in self.pinned or kept.definition != pinned.definition:  # type: ignore[union-attr]  # as above
                kept = newest_alike(pinned)
            self.views[name] = kept  # type: ignore[assignment]  # as above
        found = self.views[name]
        if found.definition != pinned.definition:
            raise InvalidInput(
                f"{reader.ref} reads {pinned.ref}, and {found.ref} is defined in another way",
                hint=f"define {reader.name!r} again, or ask for {pinned.ref}",
            )
        return found

    def _record(self, reference: str, *, service: bool = False) -> View | FeatureService:
        if reference not in self.records:
            self.records[reference] = _looked_up(reference, service=service)
        return self.records[reference]


def newest_alike(view: _V) -> _V:
    """Return the newest version of a view that means the same."""
    read: Any = view_from if isinstance(view, FeatureView) else computed_from
    for artifact in workspace.current().metadata.versions(view.artifact.kind, view.name):
        if artifact.properties["definition"] == view.definition:
            found: _V = read(artifact)
            return found
    return view


def _looked_up(reference: str, *, service: bool) -> View | FeatureService:
    metadata = workspace.current().metadata
    missing: NotFound | None = None
    kinds: Mapping[str, Any] = {VIEW: view_from, ON_DEMAND: computed_from}
    if service:
        kinds = {**kinds, SERVICE: service_from}
    for kind, read in kinds.items():
        try:
            found: View | FeatureService = read(metadata.artifact(kind, reference))
        except NotFound as error:
            missing = missing or error  # the error about the view says most
        else:
            return found
    assert missing is not None  # noqa: S101  # every kind was missing
    raise missing
