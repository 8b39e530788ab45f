"""The third lane: torch tensors, of a batch of any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


class TensorLane:
    """A batch of tensors; see `lanes.Lane`."""

    def table(self, values: Any) -> torch.Tensor:
        """Return a constant tensor."""
        array = np.asarray(values)
        return torch.from_numpy(array.astype(np.int64 if array.dtype.kind == "i" else np.float64))

    def take(self, table: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Return the constants at places."""
        return table[places]

    def search(self, table: torch.Tensor, x: torch.Tensor, *, right: bool) -> torch.Tensor:
        """Return how many constants lie below, or below and at, each value."""
        return torch.searchsorted(table, x, right=right)

    def where(self, condition: Any, this: Any, that: Any) -> Any:
        """Return one or the other."""
        if not isinstance(condition, torch.Tensor):
            return this if condition else that
        whole = any(
            isinstance(each, torch.Tensor) and not each.is_floating_point() for each in (this, that)
        ) or (isinstance(this, int) and isinstance(that, int))
        kind = torch.int64 if whole else torch.float64
        this, that = (
            each if isinstance(each, torch.Tensor) else torch.tensor(each, dtype=kind)
            for each in (this, that)
        )
        return torch.where(condition, this, that)

    def divide(self, x: Any, y: Any) -> Any:
        """Return x / y."""
        return torch.divide(as_tensor(x), as_tensor(y))

    def sqrt(self, x: Any) -> torch.Tensor:
        """Return the root."""
        return torch.sqrt(as_tensor(x))

    def floor(self, x: Any) -> torch.Tensor:
        """Return the largest whole number at or below."""
        return torch.floor(as_tensor(x))

    def frexp(self, x: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mantissa and exponent."""
        mantissa, exponent = torch.frexp(as_tensor(x))
        return mantissa, exponent.to(torch.float64)

    def to_code(self, x: Any) -> torch.Tensor:
        """Return whole numbers."""
        return as_tensor(x).to(torch.int64)

    def to_number(self, x: Any) -> torch.Tensor:
        """Return doubles."""
        return as_tensor(x).to(torch.float64)

    def stack(self, columns: Sequence[Any]) -> torch.Tensor:
        """Return columns side by side."""
        return torch.stack(_broadcast(*map(as_tensor, columns)), dim=1)

    def concat(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return matrices side by side."""
        return torch.cat(list(parts), dim=1)

    def one_hot(self, codes: torch.Tensor, size: int) -> torch.Tensor:
        """Return 1 at the code, 0 elsewhere."""
        return (codes[:, None] == torch.arange(size)).to(torch.float64)


_broadcast: Any = torch.broadcast_tensors  # torch gives it no types


def as_tensor(x: Any) -> torch.Tensor:
    """Return a tensor as it is, and a number as a double."""
    return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)
