"""Magics: the steps of the line as one-line commands of a notebook.

`framework` parses a line, shows an error as one line, completes names; `charts` has Altair draw
with no network; the other modules hold a group of magics each, which call what a cell of Python
would call. Load them with ``%load_ext workbench.magics``; the Workbench kernel does so by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.magics import data, features, lineage, models, operations, serving, training
from workbench.magics.charts import draw_offline
from workbench.magics.framework import Magic, install

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

#: Every magic, in the order of the line.
MAGICS: tuple[Magic, ...] = (
    *data.MAGICS,
    *features.MAGICS,
    *training.MAGICS,
    *models.MAGICS,
    *serving.MAGICS,
    *lineage.MAGICS,
    *operations.MAGICS,
)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics to a kernel, and `wb`, which connects to its workspace at the first call."""
    import workbench

    install(shell, MAGICS)
    draw_offline(shell)
    shell.user_ns.setdefault("wb", workbench)
