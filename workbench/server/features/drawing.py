"""The point-in-time join of a few rows as it is drawn: what was taken, and what passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench.data.engine import open_engine, quoted
from workbench.features.definitions.relations import relation_of
from workbench.features.definitions.views import FeatureView

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: So many rows of a key are drawn: known by then, not known yet, and of the future.
_KNOWN, _LATE, _FUTURE = 4, 3, 1


@dataclass(frozen=True)
class Candidate:
    """A row of a view's source that could answer; times in microseconds.

    Attributes
    ----------
    event, created : int
    value : object
        Of the feature that is drawn.
    reason : str or None
        Why it is not the answer: ``older``, ``tie``, ``late``, ``future`` or ``expired``; None if
        it is.
    """

    event: int
    created: int
    value: object
    reason: str | None

    @property
    def visible(self) -> int:
        """From when it was known."""
        return max(self.event, self.created)

    def to_json(self) -> dict[str, Any]:
        """Return it with times in milliseconds, as browsers count."""
        return {
            "event": self.event / 1000,
            "created": self.created / 1000,
            "visible": self.visible / 1000,
            "value": shown(self.value),
            "reason": self.reason,
        }


def drawn(
    view: FeatureView, feature: str, asked: Sequence[tuple[tuple[Any, ...], int]]
) -> list[tuple[list[Candidate], int]]:
    """Return the rows near each key and instant, the latest event first, and how many there are.

    Parameters
    ----------
    view : FeatureView
        Not static, and without aggregations.
    feature : str
    asked : sequence of (keys, instant)
        Instants in microseconds.
    """
    with open_engine() as connection:
        _attach_near(connection, view, feature, [keys for keys, _ in asked])
        return [_near(connection, view, keys, at) for keys, at in asked]


def shown(value: object) -> str | None:
    """Return a value as it is drawn: short.

    Examples
    --------
    >>> shown(46.94000001), shown(None), shown("JFK")
    ('46.94', None, 'JFK')
    """
    if value is None:
        return None
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _attach_near(
    connection: DuckDBPyConnection,
    view: FeatureView,
    feature: str,
    keys: Sequence[tuple[Any, ...]],
) -> None:
    """Put aside the source's rows of some keys, each with its number, as the table ``near``."""
    source = relation_of(connection, view.source)
    names = [quoted(each.name) for each in view.keys]
    created = quoted(view.created or view.time or "")
    listed = ", ".join(f"{name} AS k{place}" for place, name in enumerate(names))
    one = "(" + ", ".join("?" for _ in names) + ")"
    wanted = ", ".join(one for _ in keys)
    connection.execute(
        f"CREATE TEMP TABLE near AS SELECT * FROM (SELECT {listed}, "
        f"epoch_us({quoted(view.time or '')}::TIMESTAMP) AS e, "
        f"epoch_us({created}::TIMESTAMP) AS c, {quoted(feature)} AS v, "
        f"row_number() OVER () AS n FROM {source}) "
        f"WHERE ({', '.join(f'k{place}' for place in range(len(names)))}) IN ({wanted}) "
        "AND e IS NOT NULL AND c IS NOT NULL",
        [value for each in keys for value in each],
    )


def _near(
    connection: DuckDBPyConnection, view: FeatureView, keys: tuple[Any, ...], at: int
) -> tuple[list[Candidate], int]:
    where = " AND ".join(f"k{place} = ?" for place in range(len(keys)))
    seen = "greatest(e, c)"

    def few(condition: str, order: str, most: int) -> list[tuple[Any, ...]]:
        return connection.execute(
            f"SELECT e, c, v FROM near WHERE {where} AND {condition} ORDER BY {order} LIMIT {most}",
            [*keys, at],
        ).fetchall()

    known = few(f"{seen} <= ?", "e DESC, c DESC, n DESC", _KNOWN)
    late = few(f"e <= ? AND {seen} > {at}", "e DESC, c", _LATE)
    future = few("e > ?", "e", _FUTURE)
    counted = connection.execute(f"SELECT count(*) FROM near WHERE {where}", list(keys)).fetchall()
    found = [
        *(Candidate(*row, reason="future") for row in future),
        *(Candidate(*row, reason="late") for row in late),
        *_judged(known, at, view.ttl),
    ]
    found.sort(key=lambda each: (each.event, each.visible), reverse=True)
    return found, int(counted[0][0])


def _judged(known: list[tuple[Any, ...]], at: int, ttl: timedelta | None) -> list[Candidate]:
    """Return the rows known at an instant, the answer first, each with why it is not the answer."""
    judged = []
    oldest = None if ttl is None else at - ttl // timedelta(microseconds=1)
    for place, (event, created, value) in enumerate(known):
        reason: str | None = None
        if oldest is not None and event < oldest and known[0][0] < oldest:
            reason = "expired"
        elif place > 0:
            reason = "tie" if event == known[0][0] else "older"
        judged.append(Candidate(event, created, value, reason))
    return judged
