"""The Jupyter server extension: the workspace over REST and events, under `/workbench/api`.

A request passes `handlers` (parse), `listing` and `pages` (what a record shows, one small function
a kind, with `facts`, `tables` and `snippets`), and leaves as JSON. A dataset's page has a folder of
its own, `datasets`, since its parts are read one by one; so have `features`. `warming` loads what
pages need before they are asked for. `events` tells browsers that something changed. Every route
asks for Jupyter's authentication and keeps its XSRF check. `export` stands before Jupyter's own way
out of a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "workbench.server"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from workbench.server.extension import load

    load(server)
