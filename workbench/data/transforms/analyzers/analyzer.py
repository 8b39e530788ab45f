"""What an analyzer is: states of pieces of the rows that merge into the state of all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from workbench.core.errors import InvalidInput

State = dict[str, Any]


class Analyzer(ABC):
    """A pass over all rows, in pieces.

    A state holds what `packing` can pack. Merging is associative, whatever the pieces, unless a
    class says otherwise; pieces are always merged in the order of the rows.

    Parameters
    ----------
    params : mapping
        The node's.
    """

    name: ClassVar[str]
    #: False where a state cannot be made of two, so that all rows pass through in order.
    mergeable: ClassVar[bool] = True

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.params = params

    @abstractmethod
    def partial(self, *values: Any) -> State:
        """Return the state of one batch, from its values."""

    @abstractmethod
    def merge(self, state: State, more: State) -> State:
        """Return the state of both; `state` may be changed."""

    @abstractmethod
    def finish(self, state: State, what: str) -> State:
        """Return what was found, as JSON.

        Raises
        ------
        InvalidInput
            If there were no values; it names `what`, the columns behind them.
        """


def nothing_in(what: str) -> InvalidInput:
    """Return the error for columns without values."""
    verb = "has" if what.startswith("column ") else "have"
    return InvalidInput(f"{what} {verb} no values to fit on", hint="leave it out of the transform")
