"""What is known of a table as a whole: what it was filled with, who wrote last, and when."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

Source = Literal["materialize", "push", "stream"]
_SOURCES: tuple[Source, ...] = ("materialize", "push", "stream")


@dataclass(frozen=True)
class Writing:
    """Who writes rows, for `Marks`; times in microseconds since 1970.

    Attributes
    ----------
    source : str
        ``materialize``, ``push`` or ``stream``.
    at : int
        Now.
    ttl : int or None
        The age, in microseconds of event time, from which a row no longer answers. A store that
        can forget does so a day after that age; None keeps rows for good.
    """

    source: Source
    at: int
    ttl: int | None = None


@dataclass(frozen=True)
class Marks:
    """What a store itself notes of a table with each write.

    Attributes
    ----------
    rows : int or None
        How many there are; None where a store forgets old ones by itself.
    newest : int or None
        The latest event time ever written, in microseconds.
    written_at : int or None
    source : str or None
        Of the last write.
    """

    rows: int | None
    newest: int | None
    written_at: int | None
    source: Source | None


@dataclass(frozen=True)
class Pass:
    """One way through a view's rows, which a materialization writes by key, batch by batch.

    Attributes
    ----------
    until : int or None
        The moment whose latest rows are written, in microseconds; None for a static view.
    rows : str
        Which known rows: the name of their file in the cache.
    since : int or None
        Only rows that became known after it.
    against : str or None
        The known rows that the table holds as of `since`: what is the same there is not written.
    done : int
        Rows written so far.
    """

    until: int | None
    rows: str
    since: int | None = None
    against: str | None = None
    done: int = 0


@dataclass(frozen=True)
class Section:
    """What a precomputed service's rows keep of a view: its two times, then its features.

    Attributes
    ----------
    table : str
        The view's.
    positions : tuple of int or None
        Which of its features, in order; None for its whole row, where it holds tiles.
    """

    table: str
    positions: tuple[int, ...] | None

    @property
    def width(self) -> int:
        """How many values it takes."""
        return 3 if self.positions is None else 2 + len(self.positions)


@dataclass(frozen=True)
class TableState:
    """What a table was materialized from; times in microseconds since 1970.

    Attributes
    ----------
    as_of : int or None
        The moment that the table shows, if one was named: its clock stands still there. None for a
        table that lives, whose ages are measured at the time of the request.
    written_at : int
        When it was last materialized.
    newest : int or None
        The latest event time among the rows materialized; None for a static view.
    until : int or None
        All that was known by then is in the table; None where `rows` hold at any time.
    rows : str or None
        Which known rows those were; None before a first pass is through.
    unfinished : Pass or None
        The pass that is on its way, or whose process was killed.
    followers : tuple of str
        The tables of precomputed services that are made of this one.
    sections : tuple of Section or None
        Of a table of a precomputed service, what its rows are made of.
    ready : bool
        Whether such a table has all its rows.
    kept_for : int or None
        Such a table's `Writing.ttl`.
    """

    as_of: int | None
    written_at: int
    newest: int | None
    until: int | None = None
    rows: str | None = None
    unfinished: Pass | None = None
    followers: tuple[str, ...] = ()
    sections: tuple[Section, ...] | None = None
    ready: bool = False
    kept_for: int | None = None

    @property
    def done(self) -> bool:
        """Whether a first pass is through."""
        return self.rows is not None


def pack_state(state: TableState) -> bytes:
    """Return a state as a store keeps it."""
    return json.dumps(asdict(state)).encode()


@lru_cache(maxsize=1024)
def read_state(stored: bytes | None) -> TableState | None:
    """Return the state that a store kept, if any."""
    if stored is None:
        return None
    known: dict[str, Any] = json.loads(stored)
    if known.get("unfinished"):
        known["unfinished"] = Pass(**known["unfinished"])
    known["followers"] = tuple(known.get("followers", ()))
    if known.get("sections") is not None:
        known["sections"] = tuple(
            Section(each["table"], None if each["positions"] is None else tuple(each["positions"]))
            for each in known["sections"]
        )
    return TableState(**known)


def source_of(known: str | None) -> Source | None:
    """Return a source as a store kept it."""
    return next((each for each in _SOURCES if each == known), None)
