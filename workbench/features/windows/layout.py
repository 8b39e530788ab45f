"""Which tiles a view's features need, worked out of what it aggregates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from workbench.core.clock import MICROSECOND
from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation, duration, tile_of

HALF_LIVES = 64  # after which what decays counts nothing: a double holds 53 bits
_PARTS = {  # what has to be known of a tile's values for each function, besides their number
    "sum": ("sum",),
    "mean": ("sum",),
    "std": ("moments",),
    "min": ("min",),
    "max": ("max",),
    "top_k": ("values",),
    "distinct": ("values",),
    "decayed": ("decayed",),
}


@dataclass(frozen=True)
class Feature:
    """One feature: a function of the values of one window.

    Attributes
    ----------
    name, function : str
    column : int or None
        Its position among the view's inputs; None where events are counted.
    kind : str
        The type of that column.
    window, tile : int
        In microseconds; 64 half-lives and one for ``decayed``.
    k : int
    """

    name: str
    function: str
    column: int | None
    kind: str
    window: int
    tile: int
    k: int = 1


@dataclass(frozen=True)
class Series:
    """The tiles of one length.

    Attributes
    ----------
    tile : int
        In microseconds.
    kept : int
        How long a tile is needed after its end.
    parts : tuple of (str, int)
        What is known of each tile's events: a part (see `partials`) and the column it is of.
    """

    tile: int
    kept: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)  # told apart by identity, so a cache finds one at once
class Layout:
    """The tiles and features of one view.

    Attributes
    ----------
    aggregations : tuple of Aggregation
    inputs : tuple of Column
    """

    aggregations: tuple[Aggregation, ...]
    inputs: tuple[Column, ...]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The features, in the order of the view's columns."""
        positions = {each.name: position for position, each in enumerate(self.inputs)}
        found = []
        for each in self.aggregations:
            column = None if each.column is None else positions[each.column]
            kind = "int64" if column is None else self.inputs[column].type
            spans = [(length, tile_of(length)) for length in each.lengths]
            if each.half_life is not None:
                half = duration(each.half_life)
                spans = [(half * HALF_LIVES, half)]
            for name, (length, tile) in zip(each.features, spans, strict=True):
                found.append(
                    Feature(
                        name,
                        each.function,
                        column,
                        kind,
                        length // MICROSECOND,
                        tile // MICROSECOND,
                        each.k,
                    )
                )
        return tuple(found)

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """The tiles that are kept, the shortest first."""
        kept: dict[int, int] = {}
        parts: dict[int, dict[tuple[str, int], None]] = {}
        for each in self.features:
            if each.function == "last":
                continue  # one event is enough, whatever the window
            kept[each.tile] = max(kept.get(each.tile, 0), each.window)
            known = parts.setdefault(each.tile, {})
            if each.column is not None:
                known[("count", each.column)] = None
                known.update({(part, each.column): None for part in _PARTS.get(each.function, ())})
        return tuple(
            Series(tile, kept[tile], tuple(sorted(parts[tile], key=lambda each: each[::-1])))
            for tile in sorted(kept)
        )

    @cached_property
    def latest(self) -> tuple[int, ...]:
        """The columns of which the last value is kept."""
        return tuple(
            dict.fromkeys(
                each.column
                for each in self.features
                if each.function == "last" and each.column is not None
            )
        )


def layout_of(aggregations: Sequence[Aggregation], inputs: Sequence[Column]) -> Layout:
    """Return the layout of a view's tiles; the same one for the same view.

    Parameters
    ----------
    aggregations : sequence of Aggregation
    inputs : sequence of Column
        The columns of its events that features are made of (`FeatureView.inputs`).

    Examples
    --------
    >>> layout = layout_of(
    ...     [Aggregation("sum", "delay", windows=["1h", "365d"])], [Column("delay", "float64")]
    ... )
    >>> [each.tile // 1_000_000 for each in layout.series]
    [60, 86400]
    """
    return _layout(tuple(aggregations), tuple(inputs))


@lru_cache(maxsize=256)
def _layout(aggregations: tuple[Aggregation, ...], inputs: tuple[Column, ...]) -> Layout:
    return Layout(aggregations, inputs)


def to_json(layout: Layout) -> str:
    """Return a layout as the text that a plan carries; `from_json` reads it back."""
    return json.dumps(
        {
            "aggregations": [each.to_json() for each in layout.aggregations],
            "inputs": [[each.name, each.type] for each in layout.inputs],
        }
    )


@lru_cache(maxsize=256)
def from_json(text: str) -> Layout:
    """Return the layout that a plan carries; the same text is the same layout."""
    known = json.loads(text)
    return layout_of(
        [Aggregation.from_json(each) for each in known["aggregations"]],
        [Column(name, kind) for name, kind in known["inputs"]],
    )
