"""The Voila server's process: `python -m workbench.dashboards.server`, configured by its parent.

The configuration comes in a variable rather than as arguments, which every user of the machine can
read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from traitlets.config import Config
from voila.app import Voila

from workbench.core.files import atomic_write
from workbench.metadata import PARENT_VARIABLE

# What draws widgets; anything else that JupyterLab has installed stays out of the pages.
_EXTENSIONS = [
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
]
# A page that was closed without saying so keeps its kernel this long, in seconds.
_IDLE = 600


class _Server(Voila):  # type: ignore[misc]  # Voila ships no types
    """Voila that says on which port it listens."""

    marker = Path()

    def launch_browser(self) -> None:
        """Write the port down; Voila calls this as soon as it listens."""
        atomic_write(self.marker, str(self.port).encode())


def configuration(host: str, port: int, token: str, folder: str) -> Config:
    """Return Voila's configuration: our template, no way to choose another, kernels that end."""
    pages: dict[str, Any] = {
        "template": "workbench",
        "theme": "auto",
        "allow_template_override": "NO",
        "extension_allowlist": _EXTENSIONS,
        "file_allowlist": [],
        "show_tracebacks": False,
    }
    kernels = {"cull_idle_timeout": _IDLE, "cull_interval": 60, "cull_connected": False}
    return Config(
        {
            "Voila": {
                "ip": host,
                "port": port,
                "token": token,
                "root_dir": folder,
                "open_browser": True,  # which only writes the port, see `launch_browser`
            },
            "VoilaConfiguration": pages,
            "MappingKernelManager": kernels,
        }
    )


def main() -> None:
    """Serve until SIGTERM."""
    given = json.loads(os.environ.pop("WORKBENCH_VOILA"))
    # A job may have started us; what people look at later is no part of that job.
    os.environ.pop(PARENT_VARIABLE, None)
    _Server.marker = Path(given.pop("marker"))
    server = _Server(config=configuration(**given))
    server.initialize([])
    server.start()


if __name__ == "__main__":
    main()
