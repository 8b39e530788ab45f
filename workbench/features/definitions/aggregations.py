"""Aggregations over sliding windows, as a view declares them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, get_args

from workbench.core.calls import call
from workbench.core.errors import InvalidInput, near

Function = Literal[
    "count", "sum", "mean", "std", "min", "max", "last", "top_k", "distinct", "decayed"
]
FUNCTIONS: tuple[str, ...] = get_args(Function)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_STEPS = tuple(  # seconds that a window's tail moves by: such that days and hours are whole
    timedelta(seconds=each) for each in (1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400)
)
_FEWEST_TILES = 60


@dataclass(frozen=True)
class Aggregation:
    """Events of a key put together over windows that end at the moment of asking.

    At an instant *s* a window of length *w* holds the events that were known by *s*, whose event
    time is not after *s* and lies in a tile that reaches beyond *s - w*. A tile is a stretch of
    time `tile_of(w)` long, counted from 1970, so the tail of a window moves in steps of at most a
    sixtieth of its length (or a second), and a year's window is read from 365 tiles rather than
    from its events. Training and serving follow the same rule.

    Where no event counts, ``count`` and ``distinct`` are 0 and all else is null. Whole numbers are
    summed exactly, and refused past 64 bits. Floats are added in another order offline than online,
    so their last digits may differ; what passes a double is null. Online a key has at most 10,000
    different values to count (tile by tile) for ``top_k`` and ``distinct``, as its row would grow
    without bound: a key with more reads as null, and materializing names it in a warning.

    Parameters
    ----------
    function : str
        ``count``, ``sum``, ``mean``, ``std`` (of the sample), ``min``, ``max``, ``last`` (by event
        time, then by creation time, then the greater value), ``top_k`` (the most frequent values,
        the most frequent first, of equally frequent ones the lesser first), ``distinct`` (their
        number) or ``decayed`` (a sum in which an event counts half after each `half_life`, and
        after 64 of them not at all).
    column : str, optional
        What is aggregated; nulls count nowhere, nor do NaN and infinities. ``count`` without one
        counts events.
    windows : sequence of timedelta or str
        ``"1h"``, ``"30d"``, … (s, m, h, d); several give a feature each. ``decayed`` takes none.
    k : int, optional
        How many values ``top_k`` gives.
    half_life : timedelta or str, optional
        Of ``decayed``.

    Raises
    ------
    InvalidInput
        If there is no such function, or what it needs is missing.

    Examples
    --------
    >>> Aggregation("mean", "delay", windows=["1h", "30d"]).features
    ('delay_mean_1h', 'delay_mean_30d')
    """

    function: Function
    column: str | None = None
    windows: Sequence[timedelta | str] = ()
    k: int = field(default=1, kw_only=True)
    half_life: timedelta | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            raise InvalidInput(
                f"{self.function!r} is no aggregation", hint=near(self.function, FUNCTIONS)
            )
        if self.column is None and self.function != "count":
            raise InvalidInput(
                f"{self.function} needs a column", hint=f'Aggregation("{self.function}", "amount")'
            )
        given = (self.windows,) if isinstance(self.windows, (str, timedelta)) else self.windows
        object.__setattr__(self, "windows", tuple(duration(each) for each in given))
        decayed = self.function == "decayed"
        if decayed == bool(self.windows):
            raise InvalidInput(
                "decayed takes no windows: what is old counts little"
                if decayed
                else f"{self.function} needs windows",
                hint='half_life="1d"' if decayed else 'windows=["1h", "30d"]',
            )
        if decayed != (self.half_life is not None):
            raise InvalidInput(
                "decayed needs a half-life" if decayed else f"{self.function} has no half-life",
                hint='Aggregation("decayed", "amount", half_life="1d")',
            )
        if self.half_life is not None:
            object.__setattr__(self, "half_life", duration(self.half_life))
        if self.k < 1 or (self.k > 1 and self.function != "top_k"):
            raise InvalidInput(f"k={self.k} means nothing for {self.function}", hint="leave it out")

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        """The windows' lengths; empty for ``decayed``."""
        return tuple(duration(each) for each in self.windows)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of what results, one a window."""
        stem = self.function if self.column is None else f"{self.column}_{self.function}"
        if self.function == "top_k" and self.k > 1:
            stem = f"{self.column}_top_{self.k}"
        spans = self.lengths or (duration(self.half_life or timedelta()),)
        return tuple(f"{stem}_{short(each)}" for each in spans)

    @property
    def code(self) -> str:
        """The call that makes it.

        Examples
        --------
        >>> Aggregation("top_k", "dest", ["7d"], k=3).code
        'wb.Aggregation("top_k", "dest", windows=["7d"], k=3)'
        """
        return call(
            "wb.Aggregation",
            self.function,
            self.column,
            windows=[short(each) for each in self.lengths],
            k=self.k if self.k > 1 else None,
            half_life=None if self.half_life is None else short(duration(self.half_life)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, for a record; `from_json` reads it back."""
        return {
            "function": self.function,
            "column": self.column,
            "windows": [short(each) for each in self.lengths],
            "k": self.k,
            "half_life": None if self.half_life is None else short(duration(self.half_life)),
        }

    @classmethod
    def from_json(cls, known: dict[str, Any]) -> Aggregation:
        """Return the aggregation that a record keeps."""
        return cls(
            known["function"],
            known["column"],
            known["windows"],
            k=known["k"],
            half_life=known["half_life"],
        )


def duration(given: object) -> timedelta:
    """Return a positive stretch of time, in whole seconds, given as itself or as text.

    Raises
    ------
    InvalidInput
        If it is neither.

    Examples
    --------
    >>> duration("30d") == timedelta(days=30)
    True
    """
    if isinstance(given, str):
        if not (found := re.fullmatch(r"(\d+)\s*([smhd])", given.strip())):
            raise InvalidInput(
                f"{given!r} is no stretch of time", hint='a number and s, m, h or d: "90m", "30d"'
            )
        given = timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    if not isinstance(given, timedelta) or given <= timedelta(0) or given.microseconds:
        raise InvalidInput(
            f"{given!r} is no stretch of whole seconds", hint='timedelta(hours=1), or "1h"'
        )
    return given


def short(length: timedelta) -> str:
    """Return a stretch of time as `duration` reads it.

    Examples
    --------
    >>> short(timedelta(hours=24)), short(timedelta(hours=1)), short(timedelta(seconds=90))
    ('1d', '1h', '90s')
    """
    seconds = int(length.total_seconds())
    unit = next(each for each in ("d", "h", "m", "s") if seconds % _UNITS[each] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def tile_of(window: timedelta) -> timedelta:
    """Return the length of the tiles that a window is made of.

    Examples
    --------
    >>> tile_of(timedelta(hours=1)), tile_of(timedelta(days=365))
    (datetime.timedelta(seconds=60), datetime.timedelta(days=1))
    """
    fitting = [each for each in _STEPS if window / each >= _FEWEST_TILES]
    return fitting[-1] if fitting else timedelta(seconds=1)
