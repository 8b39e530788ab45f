"""What is known of a table as a whole: as of when it was filled, and when."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache


@dataclass(frozen=True)
class TableState:
    """The state of one table of an online store; times in microseconds since 1970.

    Attributes
    ----------
    as_of : int or None
        The moment that the table shows, if one was named: its clock stands still there. None for a
        table that lives, whose ages are measured at the time of the request.
    written_at : int
    newest : int or None
        The latest event time among the rows written; None for a static view.
    """

    as_of: int | None
    written_at: int
    newest: int | None


def pack_state(state: TableState) -> bytes:
    """Return a state as a store keeps it."""
    return json.dumps(asdict(state)).encode()


@lru_cache(maxsize=1024)
def read_state(stored: bytes | None) -> TableState | None:
    """Return the state that a store kept, if any."""
    return None if stored is None else TableState(**json.loads(stored))
