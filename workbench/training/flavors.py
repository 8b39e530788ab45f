"""What every saved model is: a folder with `flavor.json`, which says how to open the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from workbench.core.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Rows = pd.DataFrame | Sequence[Mapping[str, Any]]
    Predictions = npt.NDArray[np.floating[Any]]

FLAVOR = "flavor.json"
FORMAT = 1

Signature = dict[str, Any]


@runtime_checkable
class Model(Protocol):
    """What evaluation and serving see of a model, whatever made it.

    Attributes
    ----------
    flavor : str
        torch, sklearn, columns or callable.
    signature : dict
        ``{"inputs": [{"name", "type"}, …], "output": "probability" | "value"}``; types as a
        dataset's columns have them.
    """

    flavor: str

    @property
    def signature(self) -> Signature:
        """What it takes and gives."""
        ...

    def predict(self, rows: Rows) -> Predictions:
        """Return one prediction a row: a probability, or a value.

        Parameters
        ----------
        rows : pandas.DataFrame or sequence of mappings
            With the signature's inputs; other columns are ignored.
        """
        ...

    def files(self, types: Mapping[str, str]) -> dict[str, bytes]:
        """Return the model's files but `flavor.json`; called when it is saved.

        Parameters
        ----------
        types : mapping of str to str
            The types of the columns it was trained on, as far as they are known.
        """
        ...


class Flavored:
    """A model that knows its signature, or remembers the one that it was saved with."""

    saved_signature: Signature | None = None

    @property
    def signature(self) -> Signature:
        """What it takes and gives."""
        return self.saved_signature or self.own_signature()

    def own_signature(self) -> Signature:
        """Return the signature as far as the model itself knows it."""
        raise NotImplementedError


def make_signature(inputs: Mapping[str, str], output: str) -> Signature:
    """Return a signature of inputs (name to type) and an output."""
    named = [{"name": name, "type": kind} for name, kind in inputs.items()]
    return {"inputs": named, "output": output}


def retype(signature: Signature, types: Mapping[str, str]) -> Signature:
    """Return the signature with the types of a dataset's columns, where they are known."""
    inputs = [
        {"name": each["name"], "type": types.get(each["name"], each["type"])}
        for each in signature["inputs"]
    ]
    return {**signature, "inputs": inputs}


def write_flavor(model: Model, types: Mapping[str, str], **facts: object) -> bytes:
    """Return the content of `flavor.json`."""
    about = {
        "format": FORMAT,
        "flavor": model.flavor,
        "signature": retype(model.signature, types),
        **facts,
    }
    return json.dumps(about, ensure_ascii=False, indent=1).encode()


def read_flavor(folder: Path) -> dict[str, Any]:
    """Return the content of a folder's `flavor.json`.

    Raises
    ------
    InvalidInput
        If the folder holds no model, or one of a newer format.
    """
    try:
        about: dict[str, Any] = json.loads((folder / FLAVOR).read_bytes())
    except FileNotFoundError:
        raise InvalidInput(
            f"{str(folder)!r} holds no model", hint=f"a saved model has a {FLAVOR}"
        ) from None
    if about["format"] != FORMAT:
        raise InvalidInput(
            f"a model of format {about['format']!r}", hint="it takes a newer version to open it"
        )
    return about


def as_frame(rows: Rows, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns of rows as a frame.

    Raises
    ------
    InvalidInput
        If a column is missing.
    """
    import pandas as pd

    from workbench.core.errors import near

    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for column in columns:
        if column not in frame.columns:
            raise InvalidInput(
                f"the rows have no {column!r}", hint=near(column, map(str, frame.columns))
            )
    return frame[list(columns)]
