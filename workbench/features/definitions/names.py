"""The names of what features are asked by."""

from __future__ import annotations

from workbench.core.errors import InvalidInput
from workbench.core.references import check_name


def check_asked_name(name: object) -> str:
    """Return `name` if a view or a service may bear it.

    Raises
    ------
    InvalidInput
        If it is no name, or holds a colon: ``a:b`` is the feature ``b`` of the view ``a``.

    Examples
    --------
    >>> check_asked_name("flights")
    'flights'
    """
    checked = check_name(name)
    if ":" in checked:
        raise InvalidInput(
            f"{checked[:80]!r} cannot be the name of a view or a service",
            hint="leave the ':' out (it sets off the feature)",
        )
    return checked
