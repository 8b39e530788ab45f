"""Features that could be, the most worthy first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

from workbench.core.errors import InvalidInput, near
from workbench.core.html_tables import html_note, html_table
from workbench.features.discovery.writing import Definition, together, with_existing

if TYPE_CHECKING:
    import pandas as pd

    from workbench.features.definitions.views import FeatureView

_SHOWN = 20


@dataclass(frozen=True)
class Candidate:
    """A feature that could be.

    Attributes
    ----------
    feature : str
        ``view:column``, as it would be asked for.
    source : str
        What it is made of, as a person would say.
    worth : float
        How well the label is guessed from it alone; see `workbench.features.offline.worth`.
    present : float
        The share of the spine's rows that have a value.
    sure : bool
        Whether that is more than chance could be.
    like : str or None
        A feature of more worth that says nearly the same.
    definition : Definition
        The view that has this one feature.
    """

    feature: str
    source: str
    worth: float
    present: float
    sure: bool
    like: str | None
    definition: Definition

    @property
    def said(self) -> str:
        """What is to be known before it is taken; empty where nothing is."""
        if self.like is not None:
            return f"like {self.like}"
        return "" if self.sure else "may be chance"

    @property
    def code(self) -> str:
        """The cell that defines the view, with what the view has already."""
        return with_existing(self.definition).code

    def accept(self) -> FeatureView:
        """Define the view, as `code` does.

        Raises
        ------
        InvalidInput
            If there is a view of its name of other rows.
        """
        return with_existing(self.definition).register()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "feature": self.feature,
            "source": self.source,
            "worth": self.worth,
            "present": self.present,
            "sure": self.sure,
            "like": self.like,
            "view": self.definition.name,
            "code": self.code,
        }


@dataclass(frozen=True)
class Candidates:
    """Features that could be, the most worthy first; `discover_features` returns it.

    Attributes
    ----------
    items : tuple of Candidate
    rows : int
        Of the spine, on which worth was measured.
    label, metric : str
    chance : float
        What a feature that knows nothing is worth.
    seconds : float
        How long it took.
    notes : tuple of str
        What was left out, and why.
    """

    items: tuple[Candidate, ...]
    rows: int
    label: str
    metric: str
    chance: float
    seconds: float
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.items)

    @overload
    def __getitem__(self, place: int | str) -> Candidate: ...
    @overload
    def __getitem__(self, place: slice) -> Candidates: ...
    def __getitem__(self, place: int | str | slice) -> Candidate | Candidates:
        """Return one by its place or feature, or several by a slice."""
        if isinstance(place, slice):
            return replace(self, items=self.items[place])
        if isinstance(place, int):
            return self.items[place]
        found = {each.feature: each for each in self.items}
        if place not in found:
            raise InvalidInput(f"no candidate is called {place!r}", hint=near(place, found))
        return found[place]

    def distinct(self) -> Candidates:
        """Return those that are surely worth something and like none before them."""
        return replace(
            self, items=tuple(each for each in self.items if each.sure and each.like is None)
        )

    def code(self, *features: str) -> str:
        """Return the cell that defines the views that have these features, by their names."""
        wanted = together([self[each].definition for each in features])
        return "\n\n\n".join(with_existing(each).code for each in wanted)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "rows": self.rows,
            "label": self.label,
            "metric": self.metric,
            "chance": self.chance,
            "seconds": self.seconds,
            "notes": list(self.notes),
            "candidates": [each.to_json() for each in self.items],
        }

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a candidate."""
        import pandas as pd

        columns = ["feature", "source", "worth", "present", "sure", "like"]
        rows = [{name: getattr(each, name) for name in columns} for each in self.items]
        return pd.DataFrame(rows, columns=columns).set_index("feature")

    def __repr__(self) -> str:
        lines = [
            f"  {each.feature}: {self.metric} {each.worth:.3f}, {each.source}"
            for each in self.items[:_SHOWN]
        ]
        more = f"\n  and {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        return "\n".join([f"<Candidates for {self.label!r}: {len(self):,}>", *lines]) + more

    def _repr_html_(self) -> str:
        told = [f"worth of {self.label!r} alone, on {self.rows:,} rows in {self.seconds:.1f} s"]
        if len(self) > _SHOWN:
            told.append(f"{len(self) - _SHOWN:,} more")
        table = html_table(
            ("feature", self.metric, "present", "made of", ""),
            [
                (each.feature, f"{each.worth:.3f}", f"{each.present:.0%}", each.source, each.said)
                for each in self.items[:_SHOWN]
            ],
            numbers=(1, 2),
        )
        return table + html_note(" · ".join(told), *self.notes)
