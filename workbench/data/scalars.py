"""One value at a time, read the way that whole columns are."""

from __future__ import annotations

import math

import numpy as np

from workbench.core.errors import InvalidInput


def category(value: object) -> str | None:
    """Return a category as the text it is compared by, or None where it is missing.

    Examples
    --------
    >>> category(5.0), category("UA"), category(True), category(float("nan"))
    ('5', 'UA', 'true', None)
    """
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if not math.isfinite(number):
            return None
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value)


def number(name: str, value: object) -> float:
    """Return one value of the column `name` as a double, NaN where it is missing.

    Raises
    ------
    InvalidInput
        If it is neither a number nor a truth value.
    """
    if value is None:
        return math.nan
    if isinstance(value, (int, float, np.number, np.bool_)):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    raise InvalidInput(f"{value!r} in {name!r} is not a number", hint="give a number, or null")
