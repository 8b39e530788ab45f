"""Any callable as a model, by cloudpickle; opening one runs code, so it must be allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle

from workbench.core.errors import InvalidInput
from workbench.training.flavors import Flavored, Signature, as_frame, make_signature

if TYPE_CHECKING:
    from workbench.training.flavors import Predictions, Rows

_PICKLE = "callable.pickle"


class CallableModel(Flavored):
    """A function of a frame that returns one number a row.

    Parameters
    ----------
    function : callable
        ``function(frame) -> array``.
    columns : sequence of str, optional
        The columns that it gets, in order; all that there are when not given.
    output : str
        ``probability`` or ``value``.
    """

    flavor = "callable"

    def __init__(
        self,
        function: Callable[..., Any],
        columns: Sequence[str] = (),
        output: str = "probability",
    ) -> None:
        self.function = function
        self.columns = tuple(columns)
        self.output = output

    def own_signature(self) -> Signature:
        """Return inputs and output; no inputs where they are not known."""
        return make_signature(dict.fromkeys(self.columns, "float64"), self.output)

    def predict(self, rows: Rows) -> Predictions:
        """Return what the function returns, as an array.

        Raises
        ------
        InvalidInput
            If a column is missing, or it does not return one number a row.
        """
        import numpy as np
        import pandas as pd

        whole = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
        frame = as_frame(whole, self.columns) if self.columns else whole
        result = np.asarray(self.function(frame), dtype=float)
        if result.shape[:1] != (len(frame),):
            raise InvalidInput(
                f"the model returned {result.shape} for {len(frame)} rows",
                hint="return one number a row",
            )
        return result

    def files(self, types: Mapping[str, str]) -> dict[str, bytes]:
        """Return the pickled function."""
        return {_PICKLE: cloudpickle.dumps(self.function)}

    @classmethod
    def open(
        cls, folder: Path, about: Mapping[str, Any], *, allow_code: bool = False
    ) -> CallableModel:
        """Open a saved model.

        Raises
        ------
        InvalidInput
            If `allow_code` is not set.
        """
        if not allow_code:
            raise InvalidInput(
                "this model is pickled code, and opening it would run it",
                hint="if you trust who made it, open it with allow_code=True",
            )
        columns = [each["name"] for each in about["signature"]["inputs"]]
        function = cloudpickle.loads((folder / _PICKLE).read_bytes())
        return cls(function, columns, about["signature"]["output"])
