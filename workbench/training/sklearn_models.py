"""scikit-learn models, saved by skops: opening one runs none of its bytes as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.transforms import Transform
from workbench.data.transforms.estimators import dump, load
from workbench.training.flavors import Flavored, Signature, as_frame, make_signature

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from workbench.training.flavors import Predictions, Rows

_ESTIMATOR, _TRANSFORM = "estimator.skops", "transform.json"


class SklearnModel(Flavored):
    """A fitted estimator or pipeline that takes a frame's columns as they are.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Fitted.
    columns : sequence of str, optional
        Its inputs in order; by default the names that it saw when it was fitted.
    """

    flavor = "sklearn"

    def __init__(self, estimator: Any, columns: Sequence[str] | None = None) -> None:
        names = columns if columns is not None else getattr(estimator, "feature_names_in_", None)
        if names is None:
            raise InvalidInput(
                f"{type(estimator).__name__} does not know its columns' names",
                hint="fit it on a pandas frame, or use SklearnModel(estimator, columns=[…])",
            )
        self.estimator = estimator
        self.columns = tuple(str(name) for name in names)

    def own_signature(self) -> Signature:
        """Return inputs and output; types are those of any number and any text."""
        return make_signature(dict.fromkeys(self.columns, "float64"), _output(self.estimator))

    def predict(self, rows: Rows) -> Predictions:
        """Return the second class's probability a row (all classes' if more), or a value."""
        return _predict(self.estimator, as_frame(rows, self.columns))

    def files(self, types: Mapping[str, str]) -> dict[str, bytes]:
        """Return the estimator."""
        return {_ESTIMATOR: dump(self.estimator)}

    @classmethod
    def open(cls, folder: Path, about: Mapping[str, Any]) -> SklearnModel:
        """Open a saved model."""
        columns = [each["name"] for each in about["signature"]["inputs"]]
        return cls(load((folder / _ESTIMATOR).read_bytes()), columns)


class ColumnsModel(Flavored):
    """An estimator on the same raw columns that a torch model takes: numbers and categories.

    Numbers stay numbers, missing ones missing; categories become the transform's indices.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Takes missing numbers, as gradient boosting does.
    transform : Transform
        Names the columns; it is fitted by `fit` if it is not fitted yet.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> rows = [{"x": float(i), "c": "ab"[i % 2]} for i in range(100)]
    >>> model = ColumnsModel(HistGradientBoostingClassifier(), Transform(["x"], ["c"]))
    >>> model.fit(rows, [i > 50 for i in range(100)]).predict([{"x": 90.0, "c": "a"}]).shape
    (1,)
    """

    flavor = "columns"

    def __init__(self, estimator: Any, transform: Transform) -> None:
        self.estimator = estimator
        self.transform = transform

    def fit(self, rows: Rows, label: Sequence[Any] | pd.Series[Any]) -> ColumnsModel:
        """Fit the transform, if need be, and the estimator; return this model.

        Gradient boosting is told which columns are categories, as far as it takes that many.
        """
        import numpy as np

        frame = as_frame(rows, self.transform.columns)
        if not self.transform.fitted:
            self.transform.fit(frame)
        labels = np.asarray(label)
        if len(np.unique(labels)) < 2:
            raise InvalidInput(
                f"the label has one value, {labels[0]}" if len(labels) else "there are no rows",
                hint="check the split, and how the label is made",
            )
        if "categorical_features" in self.estimator.get_params():
            most = int(self.estimator.get_params().get("max_bins", 255))
            wide = len(self.transform.numeric)
            few = [wide + i for i, size in enumerate(self.transform.sizes) if size <= most]
            self.estimator.set_params(categorical_features=few or None)
        self.estimator.fit(self._matrix(frame), labels)
        return self

    def own_signature(self) -> Signature:
        """Return inputs and output; types are those of any number and any text."""
        inputs = dict.fromkeys(self.transform.numeric, "float64")
        return make_signature(
            inputs | dict.fromkeys(self.transform.categorical, "string"), _output(self.estimator)
        )

    def predict(self, rows: Rows) -> Predictions:
        """Return the second class's probability a row (all classes' if more), or a value."""
        return _predict(self.estimator, self._matrix(as_frame(rows, self.transform.columns)))

    def files(self, types: Mapping[str, str]) -> dict[str, bytes]:
        """Return estimator and transform."""
        return {
            _ESTIMATOR: dump(self.estimator),
            _TRANSFORM: self.transform.to_json().encode(),
        }

    @classmethod
    def open(cls, folder: Path, about: Mapping[str, Any]) -> ColumnsModel:
        """Open a saved model."""
        transform = Transform.from_json((folder / _TRANSFORM).read_text())
        return cls(load((folder / _ESTIMATOR).read_bytes()), transform)

    def _matrix(self, frame: pd.DataFrame) -> npt.NDArray[np.float32]:
        import numpy as np

        arrays = self.transform.apply(frame)
        wide = len(self.transform.numeric)
        numeric = arrays["numeric"][:, :wide]
        numeric[arrays["numeric"][:, wide:] > 0] = np.nan
        return np.concatenate([numeric, arrays["categorical"].astype(np.float32)], axis=1)


def _output(estimator: Any) -> str:
    return "probability" if hasattr(estimator, "predict_proba") else "value"


def _predict(estimator: Any, inputs: Any) -> Predictions:
    if not hasattr(estimator, "predict_proba"):
        values: Predictions = estimator.predict(inputs)
        return values
    probabilities: Predictions = estimator.predict_proba(inputs)
    return probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities
