"""scikit-learn's estimators as bytes, by skops: reading them runs none as code."""

from __future__ import annotations

import base64
from typing import Any

from workbench.core.errors import InvalidInput

#: Types that skops does not know to be harmless and that estimators need: they hold arrays, and
#: compute; our own step of a pipeline reads its state as JSON.
TRUSTED = frozenset(
    {
        "functools.partial",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
        "workbench.data.transforms.sklearn_transformer.SklearnTransformer",
    }
)


def dump(estimator: Any) -> bytes:
    """Return an estimator, fitted or not, as bytes.

    Raises
    ------
    InvalidInput
        If it holds types that reading it would have to trust.
    """
    import skops.io

    content: bytes = skops.io.dumps(estimator)
    _check(content)
    return content


def load(content: bytes) -> Any:
    """Return the estimator that `dump` wrote; raises as it."""
    import skops.io

    return skops.io.loads(content, trusted=_check(content))


def pack(estimator: Any) -> str:
    """Return an estimator as text; raises as `dump`."""
    return base64.b64encode(dump(estimator)).decode()


def unpack(text: str) -> Any:
    """Return the estimator that `pack` wrote; raises as `dump`."""
    return load(base64.b64decode(text))


def _check(content: bytes) -> list[str]:
    """Return the types that the bytes need beyond those skops trusts, all of which we do."""
    import skops.io

    needed = skops.io.get_untrusted_types(data=content)
    if strange := sorted(set(needed) - TRUSTED):
        raise InvalidInput(
            f"the estimator holds {', '.join(strange)}, which opening it would have to trust",
            hint="use scikit-learn's own estimators, or a callable opened with allow_code=True",
        )
    return list(needed)
