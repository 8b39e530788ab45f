"""Calls with the imports that they need, as text."""

from __future__ import annotations

import workbench
from workbench.core.calls import call


def using(module: str, name: str, *positional: object, **named: object) -> str:
    """Return a call of a function of ours, with its import where `wb` does not offer it."""
    if name in workbench.__all__:
        return call(f"wb.{name}", *positional, **named)
    return f"from {module} import {name}\n\n{call(name, *positional, **named)}"
