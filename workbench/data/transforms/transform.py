"""What every transform can do; `Transform(…)` makes the kind that its first argument asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy.typing as npt

from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import torch

    from workbench.data.datasets import Dataset
    from workbench.data.transforms.columns_transform import ColumnsTransform
    from workbench.data.transforms.function_transform import FunctionTransform
    from workbench.data.transforms.graph import Graph
    from workbench.data.transforms.sklearn_transformer import SklearnTransformer
    from workbench.data.transforms.torch_module import TransformModule
    from workbench.metadata import Artifact

Arrays = dict[str, npt.NDArray[Any]]
#: A function that is traced; it gets `Columns`.
Traced = Callable[[Any], Mapping[str, Any]]

COLUMNS_FORMAT, FUNCTION_FORMAT = 1, 2


class Transform:
    """Columns made into numbers: the same, bit for bit, for a batch, a row and an exported program.

    Parameters
    ----------
    numeric : function, or sequence of str
        A function over columns that returns a dict of outputs, written with
        `workbench.data.transforms`; it is called once, with columns yet to be read (see
        `FunctionTransform`). Or columns of numbers or truth values, to be standardised (see
        `ColumnsTransform`).
    categorical : sequence of str
        Without a function: columns of text, whole numbers or truth values, to be indexed.
    min_count : int
        Without a function: a category seen fewer times than this is left out.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.data import transforms as t
    >>> table = pa.table({"distance": [100, 300], "carrier": ["UA", "AA"]})
    >>> transform = Transform(numeric=["distance"], categorical=["carrier"]).fit(table)
    >>> transform.apply_row({"distance": 300, "carrier": "UA"})["numeric"]
    array([1., 0.], dtype=float32)
    >>> far = Transform(lambda c: {"far": t.z_score(c["distance"]) > 0}).fit(table)
    >>> far.apply(table)["far"]
    array([0., 1.], dtype=float32)
    """

    mean_: dict[str, float]
    std_: dict[str, float]
    vocabulary_: dict[str, dict[str, int]]
    #: The dataset that it was fitted on, unless it was a frame, or the transform was loaded.
    fitted_on: Artifact | None = None

    @overload
    def __new__(cls, numeric: Traced) -> FunctionTransform: ...

    @overload
    def __new__(
        cls,
        numeric: Sequence[str] = ...,
        categorical: Sequence[str] = ...,
        *,
        min_count: int = ...,
    ) -> ColumnsTransform: ...

    def __new__(cls, numeric: Any = (), *_: object, **__: object) -> Any:
        """Make the kind of transform that the first argument asks for."""
        if cls is not Transform:
            return object.__new__(cls)
        from workbench.data.transforms.columns_transform import ColumnsTransform
        from workbench.data.transforms.function_transform import FunctionTransform

        return object.__new__(FunctionTransform if callable(numeric) else ColumnsTransform)

    @property
    def numeric(self) -> tuple[str, ...]:
        """The columns that are read as numbers."""
        raise NotImplementedError

    @property
    def categorical(self) -> tuple[str, ...]:
        """The columns that are read as anything else."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that applying reads."""
        raise NotImplementedError

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it gives."""
        raise NotImplementedError

    @property
    def fitted(self) -> bool:
        """Whether it can be applied."""
        raise NotImplementedError

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of each code that it gives, how many there are, 0 included."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """How many numbers it gives a row."""
        raise NotImplementedError

    @property
    def graph(self) -> Graph:
        """What is computed, and from which columns; of a fitted transform."""
        raise NotImplementedError

    def fit(
        self, data: Dataset | pd.DataFrame | pa.Table | str, *, split: str | None = None
    ) -> Transform:
        """Learn from all rows, and return this transform."""
        raise NotImplementedError

    def apply(
        self, frame: pd.DataFrame | pa.Table | Dataset | Sequence[Mapping[str, Any]]
    ) -> Arrays:
        """Return the numbers of many rows, by output."""
        raise NotImplementedError

    def apply_row(self, row: Mapping[str, Any]) -> Arrays:
        """Return the numbers of one row, the same bits as `apply` gives it."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Return everything `from_json` needs, as text."""
        raise NotImplementedError

    def definition(self) -> str:
        """Return it without what it has learned, as text for `from_json`."""
        raise NotImplementedError

    def apply_batches(
        self, data: Dataset | pd.DataFrame | pa.Table | str, *, split: str | None = None
    ) -> Iterator[Arrays]:
        """Yield the numbers of some thousands of rows at a time; otherwise as `apply`."""
        raise NotImplementedError

    @staticmethod
    def from_json(text: str) -> Transform:
        """Return the transform that `to_json` wrote.

        Raises
        ------
        InvalidInput
            If it is not one, or was written by a newer version.
        """
        from workbench.data.transforms.columns_transform import ColumnsTransform
        from workbench.data.transforms.function_transform import FunctionTransform

        kinds: dict[object, type[ColumnsTransform | FunctionTransform]] = {
            COLUMNS_FORMAT: ColumnsTransform,
            FUNCTION_FORMAT: FunctionTransform,
        }
        try:
            state = json.loads(text)
            version = state["format"]
            if version not in kinds:
                raise InvalidInput(
                    f"a transform of format {version!r}", hint="it takes a newer version to read it"
                )
            return kinds[version].from_state(state)
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"this is no saved transform: {error!r}") from error

    def save(self, name: str) -> Artifact:
        """Record this fitted transform as the next version of the artifact `name`.

        Its lineage leads to the dataset that it was fitted on, each output to its columns.

        Raises
        ------
        InvalidInput
            If it is not fitted, or `name` cannot be a name.
        """
        from workbench.data.transforms.saving import save

        return save(self, name)

    @staticmethod
    def load(reference: str) -> Transform:
        """Return a saved transform by ``name``, ``name@version`` or ``name@alias``.

        Raises
        ------
        NotFound
            If there is none; the hint offers near names.
        """
        from workbench.data.transforms.saving import load

        return load(reference)

    def to_dataset(self, data: Dataset | str, *, name: str, keep: Sequence[str] = ()) -> Dataset:
        """Apply it to all rows of a dataset, and store the outputs as a dataset.

        Parameters
        ----------
        data : Dataset or str
        name : str
            What the new dataset is called; splits are those of `data`.
        keep : sequence of str
            Columns to store as they are, such as keys and the label.
        """
        from workbench.data.transforms.saving import to_dataset

        return to_dataset(self, data, name, keep)

    def to_torch(self) -> TransformModule:
        """Return a module that computes all but what comes from text; see `TransformModule`."""
        from workbench.data.transforms.torch_module import TransformModule

        return TransformModule(self)

    def export(self, model: torch.nn.Module | None, path: str | Path) -> Path:
        """Save this transform and a torch model behind it as one program; see `torch_module`.

        Parameters
        ----------
        model : torch.nn.Module or None
            Called with the outputs by name; None saves the transform alone.
        path : path
            Ends in ``.pt2``; `load_program` opens it.
        """
        from workbench.data.transforms.torch_module import export

        return export(self, model, Path(path))

    def as_sklearn(self) -> SklearnTransformer:
        """Return a transformer for a scikit-learn pipeline."""
        from workbench.data.transforms.sklearn_transformer import SklearnTransformer

        return SklearnTransformer(self)

    def _check_fitted(self) -> None:
        if not self.fitted:
            raise InvalidInput("this transform is not fitted", hint="call fit(data) first")


def unknown(name: str, row: Mapping[str, Any]) -> InvalidInput:
    """Return the error for a row that lacks a column."""
    hint = near(name, [str(each) for each in row], otherwise=f"give it, or {{{name!r}: None}}")
    return InvalidInput(f"the row has no {name!r}", hint=hint)
