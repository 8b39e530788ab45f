"""The notebooks that come with the package, or with the checkout that it is run from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from workbench.core.errors import NotFound


def packaged_notebook(name: str) -> Path:
    """Return a notebook by its path within `notebooks/`.

    Raises
    ------
    NotFound
        If neither the package nor the checkout has it.
    """
    package = Path(str(resources.files("workbench")))
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (notebook := folder / name).is_file():
            return notebook
    raise NotFound(f"the notebook {name!r} is not installed", hint="install the package again")
