"""What an operation is, and all of them by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.data.transforms.expressions import Kind

Params = Mapping[str, Any]
#: ``bind(lane, params, *states)`` returns the function of the values of one row, or of a batch.
Bind = Callable[..., Callable[..., Any]]


@dataclass(frozen=True)
class Op:
    """An operation: how it is computed, whatever the lane.

    Attributes
    ----------
    name : str
    gives : Kind
    bind : callable
        ``bind(lane, params, *states)`` returns a function of the row's, or the batch's, values.
    reads : bool
        Whether its one value is the row, or the batch, itself.
    host : bool
        Whether it is computed before an exported program, as all that comes from text is.
    size : callable or None
        ``size(params, *states)``: of a code, how many there are.
    training : callable or None
        What takes the place of `bind` for the rows that a transform was fitted on; it gets the
        analyzer's values as well.
    """

    name: str
    gives: Kind
    bind: Bind
    reads: bool = False
    host: bool = False
    size: Callable[..., int] | None = None
    training: Bind | None = None

    def count(self, params: Params, *states: Any) -> int:
        """Return how many codes there are.

        Raises
        ------
        InvalidInput
            If the whole numbers have no bound.
        """
        if self.size is None:
            raise InvalidInput(
                f"the whole numbers of {self.name} have no bound",
                hint="use vocabulary, bucketize or hash_bucket where their number matters",
            )
        return self.size(params, *states)


OPS: dict[str, Op] = {}


def op(name: str, gives: Kind = Kind.NUMBER, **facts: Any) -> Callable[[Bind], Bind]:
    """Register the function that binds an operation."""

    def register(bind: Bind) -> Bind:
        OPS[name] = Op(name, gives, bind, **facts)
        return bind

    return register


def simple(name: str, function: Callable[..., Any]) -> None:
    """Register an operation on numbers that is the same function in every lane."""
    OPS[name] = Op(name, Kind.NUMBER, lambda lane, params: function)
