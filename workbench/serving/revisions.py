"""Which revision comes before another: a pure policy over a deployment's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """One deploy of a name.

    Attributes
    ----------
    number : int
        1, 2, 3, …
    model : str
        The model's reference.
    restores : int or None
        The revision that it brought back, if it was a rollback.
    """

    number: int
    model: str
    restores: int | None = None

    @property
    def origin(self) -> int:
        """The revision whose content this one has."""
        return self.restores or self.number


def before(revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision that a rollback brings back, or None if there is none.

    Rolling back twice goes back two steps, rather than forth again.

    Examples
    --------
    >>> history = [Revision(1, "delay@1"), Revision(2, "delay@2"), Revision(3, "delay@3")]
    >>> before(history).number
    2
    >>> before([*history, Revision(4, "delay@2", restores=2)]).number
    1
    """
    if not revisions:
        return None
    newest = max(revisions, key=lambda each: each.number)
    older = [each for each in revisions if each.number < newest.origin]
    return max(older, key=lambda each: each.number, default=None)
