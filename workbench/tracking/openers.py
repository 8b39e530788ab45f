"""How a run's model and checkpoint are opened: by whoever knows the format, who registers here.

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
    """Open `what` (``model`` or ``checkpoint``), a local folder, by `opener` from now on."""
    _openers[what] = opener


def open_with(what: str, folder: Path) -> Any:  # a model of any flavor
    """Open a folder by the opener registered for `what`, or offered by an installed package.

    Raises
    ------
    NotFound
        If nobody knows how.
    """
    if what not in _openers:
        _openers[what] = cast("Opener", plugins.load("workbench.openers", what))
    return _openers[what](folder)
