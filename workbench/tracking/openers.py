"""How a run's model, checkpoint and function are opened: by whoever knows the format.

Tracking knows that a run has a model, and nothing about torch. The stage that saves models
registers how they are opened when it loads; otherwise its entry point in the group
``workbench.openers`` is found by name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from workbench.core import plugins

Opener = Callable[[Path], Any]

_openers: dict[str, Opener] = {}


def register_opener(what: str, opener: Opener) -> None:
    """Open `what` (``model``, ``checkpoint``, ``function``) by `opener` from now on."""
    _openers[what] = opener


def open_with(what: str, path: Path) -> Any:  # a model of any flavor
    """Open a folder or file by the opener registered for `what`, or that a package offers.

    Raises
    ------
    NotFound
        If nobody knows how.
    """
    if what not in _openers:
        _openers[what] = cast("Opener", plugins.load("workbench.openers", what))
    return _openers[what](path)
