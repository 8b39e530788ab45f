"""Puts the quickstart, and the notebooks it runs, where a person can open and change them."""

from __future__ import annotations

import json
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado import web

from workbench.jobs.packaged import packaged_notebook
from workbench.server.handlers import JsonErrors

#: Where the copies go, in the server's own folder of notebooks; the first is the one to open.
PATHS = ("quickstart.ipynb", "jobs/retrain.ipynb", "dashboards/delays.ipynb")


class Quickstart(JsonErrors, APIHandler):
    """`POST quickstart`: returns the path of the notebook, after copying it there if it was not."""

    @web.authenticated
    async def post(self) -> None:
        """Copy each notebook once; a copy that a person has changed stays as it is."""
        made = [await self._copy(path) for path in PATHS]
        self.finish(json.dumps({"path": PATHS[0], "made": made[0]}))

    async def _copy(self, path: str) -> bool:
        manager: Any = self.contents_manager
        if await ensure_async(manager.file_exists(path)):
            return False
        folder = path.rpartition("/")[0]
        if folder and not await ensure_async(manager.dir_exists(folder)):
            await ensure_async(manager.save({"type": "directory"}, folder))
        content = json.loads(packaged_notebook(path).read_text(encoding="utf-8"))
        model = {"type": "notebook", "format": "json", "content": content}
        await ensure_async(manager.save(model, path))
        return True
