"""Puts the quickstart notebook where a person can open and change it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado import web

from workbench.core.errors import NotFound
from workbench.server.handlers import JsonErrors

#: Where the copy goes, in the server's own folder of notebooks.
PATH = "quickstart.ipynb"


class Quickstart(JsonErrors, APIHandler):
    """`POST quickstart`: returns the path of the notebook, after copying it there if it was not."""

    @web.authenticated
    async def post(self) -> None:
        """Copy the notebook once; a copy that a person has changed stays as it is."""
        made = not await ensure_async(self.contents_manager.file_exists(PATH))  # type: ignore[no-untyped-call]
        if made:
            content = json.loads(packaged().read_text(encoding="utf-8"))
            model = {"type": "notebook", "format": "json", "content": content}
            await ensure_async(self.contents_manager.save(model, PATH))  # type: ignore[no-untyped-call]
        self.finish(json.dumps({"path": PATH, "made": made}))


def packaged() -> Path:
    """Return the notebook that came with the package, or with the checkout that it is run from.

    Raises
    ------
    NotFound
        If neither carries it.
    """
    package = Path(str(resources.files("workbench")))
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (notebook := folder / PATH).is_file():
            return notebook
    raise NotFound("the quickstart notebook is not installed", hint="install the package again")
