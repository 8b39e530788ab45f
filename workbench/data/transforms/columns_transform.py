"""Named columns made into numbers: standardised, or indexed by a vocabulary.

Numbers are standardised in double precision and then rounded to single, with one more column each
that says where the value was missing. Categories become their place in a vocabulary, from 1; what
is missing or was not seen in fitting is 0.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.data.scalars import category, number
from workbench.data.transforms.transform import (
    COLUMNS_FORMAT,
    Arrays,
    Traced,
    Transform,
    unknown,
)

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.transforms.function_transform import FunctionTransform
    from workbench.data.transforms.graph import Graph

_BATCH = 1 << 17
_LARGEST = float(np.finfo(np.float32).max)


class ColumnsTransform(Transform):
    """Standardised numbers and vocabulary indices; ``Transform(numeric=[…])`` makes one.

    Missing is null, NaN and infinity alike; a missing number becomes the mean. Category values are
    compared as text, in which 5 and 5.0 are the same.

    Parameters
    ----------
    numeric : sequence of str
        Columns of numbers or truth values.
    categorical : sequence of str
        Columns of text, whole numbers or truth values.
    min_count : int
        A category seen fewer times than this in fitting is left out of the vocabulary.

    Attributes
    ----------
    mean_, std_ : dict of str to float
        By numeric column; the standard deviation is the population's, and 1 for a constant column.
    vocabulary_ : dict of str to dict of str to int
        By categorical column, each value's index, from 1, the most frequent first.
    """

    def __init__(
        self,
        numeric: Sequence[str] | Traced = (),
        categorical: Sequence[str] = (),
        *,
        min_count: int = 1,
    ) -> None:
        if callable(numeric):
            raise InvalidInput("a function among the columns", hint="use Transform(function)")
        self._numeric = tuple(numeric)
        self._categorical = tuple(categorical)
        self.min_count = min_count
        columns = self.columns
        if not columns:
            raise InvalidInput("a transform of no columns", hint="name some as numeric=")
        double = sorted({name for name in columns if columns.count(name) > 1})
        if double:
            raise InvalidInput(f"{double[0]!r} is named twice", hint="name a column in one place")

    @property
    def numeric(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return self._numeric

    @property
    def categorical(self) -> tuple[str, ...]:
        """The columns of categories."""
        return self._categorical

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads: the numeric ones, then the categorical ones."""
        return (*self.numeric, *self.categorical)

    @property
    def outputs(self) -> tuple[str, ...]:
        """``numeric`` and ``categorical``."""
        return ("numeric", "categorical")

    @property
    def fitted(self) -> bool:
        """Whether it can be applied."""
        return hasattr(self, "mean_")

    @property
    def sizes(self) -> tuple[int, ...]:
        """For each categorical column, how many indices there are, 0 included."""
        self._check_fitted()
        return tuple(len(self.vocabulary_[name]) + 1 for name in self.categorical)

    @property
    def width(self) -> int:
        """Columns of the numeric result: two for each numeric column."""
        return 2 * len(self.numeric)

    def fit(
        self, data: Dataset | pd.DataFrame | pa.Table | str, *, split: str | None = None
    ) -> ColumnsTransform:
        """Learn means, deviations and vocabularies, and return this transform.

        Parameters
        ----------
        data : Dataset, pandas.DataFrame, pyarrow.Table or str
            A string is a dataset's reference.
        split : str, optional
            Only this split of a dataset.

        Raises
        ------
        InvalidInput
            If a column is missing, is not of numbers where it should be, or has no values at all.
        """
        from workbench.data.datasets.sources import open_source
        from workbench.data.transforms.fitting import fit_column_moments, fit_vocabulary

        source = open_source(data, split=split, columns=self.columns)
        moments = {name: fit_column_moments(name, source.read(name)) for name in self.numeric}
        vocabulary = {
            name: fit_vocabulary(name, source.read(name), self.min_count)
            for name in self.categorical
        }
        self.mean_ = {name: mean for name, (mean, _) in moments.items()}
        self.std_ = {name: std for name, (_, std) in moments.items()}
        self.vocabulary_ = vocabulary
        self.fitted_on = source.artifact
        return self

    def apply(
        self, frame: pd.DataFrame | pa.Table | Dataset | Sequence[Mapping[str, Any]]
    ) -> Arrays:
        """Return the numbers of many rows.

        Parameters
        ----------
        frame : pandas.DataFrame, pyarrow.Table, Dataset or sequence of rows

        Returns
        -------
        dict
            ``numeric``, float32[n, 2k]: the k standardised columns, then for each whether it was
            missing; ``categorical``, int64[n, c]: vocabulary indices.

        Raises
        ------
        InvalidInput
            If a column is missing, or one of numbers holds something else.
        """
        self._check_fitted()
        if isinstance(frame, Sequence):
            return self._apply_rows(frame)
        from workbench.data.datasets.sources import open_source
        from workbench.data.transforms.fitting import category_codes, numbers

        source = open_source(frame, columns=self.columns)
        rows, wide = source.rows, len(self.numeric)
        numeric = np.zeros((rows, self.width), np.float32)
        categorical = np.zeros((rows, len(self.categorical)), np.int64)
        for place, name in enumerate(self.numeric):
            values = numbers(name, source.read(name))
            missing = ~np.isfinite(values)
            values[missing] = self.mean_[name]
            with np.errstate(over="ignore"):
                scaled = (values - self.mean_[name]) / self.std_[name]
            numeric[:, place] = np.clip(scaled, -_LARGEST, _LARGEST)
            numeric[:, wide + place] = missing
        for place, name in enumerate(self.categorical):
            categorical[:, place] = category_codes(name, source.read(name), self.vocabulary_[name])
        return {"numeric": numeric, "categorical": categorical}

    def apply_row(self, row: Mapping[str, Any]) -> Arrays:
        """Return the numbers of one row, the same bits as `apply` gives it.

        Parameters
        ----------
        row : mapping
            A value, or None, for each of `columns`; others are ignored.

        Returns
        -------
        dict
            ``numeric``, float32[2k], and ``categorical``, int64[c].

        Raises
        ------
        InvalidInput
            If a column is not in the row, or one of numbers holds something else.
        """
        self._check_fitted()
        scaled: list[float] = []
        missing: list[float] = []
        try:
            for name in self.numeric:
                value = number(name, row[name])
                absent = not math.isfinite(value)
                mean = self.mean_[name]
                standard = 0.0 if absent else (value - mean) / self.std_[name]
                scaled.append(max(-_LARGEST, min(_LARGEST, standard)))
                missing.append(absent)
            codes = [
                self.vocabulary_[name].get(token, 0)
                if (token := category(row[name])) is not None
                else 0
                for name in self.categorical
            ]
        except KeyError as error:
            raise unknown(error.args[0], row) from None
        return {
            "numeric": np.array(scaled + missing, np.float32),
            "categorical": np.array(codes, np.int64),
        }

    def to_json(self) -> str:
        """Return everything `from_json` needs, as text."""
        self._check_fitted()
        # A list keeps the order, and so the indices.
        words = {name: list(words) for name, words in self.vocabulary_.items()}
        return self._as_text(self.mean_, self.std_, words)

    def definition(self) -> str:
        """Return the columns alone, as text for `from_json`."""
        return self._as_text(None, None, None)

    def _as_text(
        self,
        mean: dict[str, float] | None,
        std: dict[str, float] | None,
        vocabulary: dict[str, list[str]] | None,
    ) -> str:
        state = {
            "format": COLUMNS_FORMAT,
            "numeric": list(self.numeric),
            "categorical": list(self.categorical),
            "min_count": self.min_count,
            "mean": mean,
            "std": std,
            "vocabulary": vocabulary,
        }
        return json.dumps(state, ensure_ascii=False)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> ColumnsTransform:
        """Return the transform whose parsed JSON this is."""
        transform = cls(state["numeric"], state["categorical"], min_count=int(state["min_count"]))
        if state["mean"] is None:
            return transform
        transform.mean_ = {name: float(state["mean"][name]) for name in transform.numeric}
        transform.std_ = {name: float(state["std"][name]) for name in transform.numeric}
        transform.vocabulary_ = {
            name: {word: index for index, word in enumerate(state["vocabulary"][name], 1)}
            for name in transform.categorical
        }
        return transform

    def as_function(self) -> FunctionTransform:
        """Return the same transform, bit for bit, as a graph; only when fitted."""
        self._check_fitted()
        from workbench.data.transforms.equivalence import as_function

        return as_function(self)

    @property
    def graph(self) -> Graph:
        """What is computed, and from which columns."""
        return self.as_function().graph

    def apply_batches(
        self, data: Dataset | pd.DataFrame | pa.Table | str, *, split: str | None = None
    ) -> Iterator[Arrays]:
        """Yield the numbers of some thousands of rows at a time; otherwise as `apply`."""
        from workbench.data.datasets.sources import open_source

        source = open_source(data, split=split, columns=self.columns)
        for table in source.tables(self.columns, _BATCH):
            yield self.apply(table)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _facts(self) == _facts(other)

    __hash__ = None  # type: ignore[assignment]  # it changes when fitted

    def __repr__(self) -> str:
        state = "" if self.fitted else ", not fitted"
        columns = f"numeric={list(self.numeric)}, categorical={list(self.categorical)}"
        return f"Transform({columns}{state})"

    def _apply_rows(self, rows: Sequence[Mapping[str, Any]]) -> Arrays:
        results = [self.apply_row(row) for row in rows]
        shapes = {"numeric": (0, self.width), "categorical": (0, len(self.categorical))}
        kinds = {"numeric": np.float32, "categorical": np.int64}
        return {
            part: np.stack([each[part] for each in results])
            if results
            else np.zeros(shape, kinds[part])
            for part, shape in shapes.items()
        }


def _facts(transform: Transform) -> dict[str, Any]:
    return {name: value for name, value in vars(transform).items() if name != "fitted_on"}
