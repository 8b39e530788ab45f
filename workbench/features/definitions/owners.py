"""Who answers for what is defined: the one who says so, or whoever runs the definition."""

from __future__ import annotations

import getpass


def owner_or_user(owner: str = "") -> str:
    """Return an owner, by default the user of this process; empty where the system knows none.

    A container may run under a number that no user has.

    Examples
    --------
    >>> owner_or_user("ada")
    'ada'
    """
    if owner:
        return owner
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, and nothing in the environment
        return ""
