"""scikit-learn's estimators as text, by skops: reading one runs none of its bytes as code."""

from __future__ import annotations

import base64
from typing import Any

from workbench.core.errors import InvalidInput

#: Types that skops does not know to be harmless and that scikit-learn's own estimators need: they
#: hold arrays, and compute.
TRUSTED = frozenset(
    {
        "functools.partial",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
    }
)


def pack(estimator: Any) -> str:
    """Return an estimator, fitted or not, as text.

    Raises
    ------
    InvalidInput
        If it holds types that reading it would have to trust.
    """
    import skops.io

    content: bytes = skops.io.dumps(estimator)
    _check(content)
    return base64.b64encode(content).decode()


def unpack(text: str) -> Any:
    """Return the estimator that `pack` wrote; raises as it."""
    import skops.io

    content = base64.b64decode(text)
    return skops.io.loads(content, trusted=_check(content))


def _check(content: bytes) -> list[str]:
    import skops.io

    needed = skops.io.get_untrusted_types(data=content)
    if strange := sorted(set(needed) - TRUSTED):
        raise InvalidInput(
            f"the estimator holds {', '.join(strange)}, which reading it would have to trust",
            hint="use scikit-learn's own transformers",
        )
    return list(needed)
