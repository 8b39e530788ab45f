"""JupyterLab's "Save and export": a notebook's widgets leave as their still pictures.

The live view that nbconvert prefers loads its viewer from the network. `jupyter nbconvert` reads
the order of formats from the same file; for a server it cannot be set in the configuration, which
Voila shares, and Voila must go on showing widgets that live.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import path_regex
from jupyter_server.nbconvert.handlers import NbconvertFileHandler
from traitlets.config import Config

import workbench.widgets

SHIPPED = Path(workbench.widgets.__file__).with_name("jupyter_nbconvert_config.json")

#: The route of Jupyter's own handler, which this one stands before.
ROUTE = rf"/nbconvert/(?P<format>\w+){path_regex}"


class Export(NbconvertFileHandler):
    """Jupyter's own export, with pictures before live widgets; the server's own settings win."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings of the exporter."""
        preferred = Config(json.loads(SHIPPED.read_text()))
        preferred.merge(super().config or {})
        return preferred
