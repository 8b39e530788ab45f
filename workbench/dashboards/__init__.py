"""Notebooks as pages for people who read: published with Voila, on one server a workspace.

reading (which columns a notebook shows) → publishing (run once, recorded, laid out) → voila (the
server, found or started) → server (its process). charts draws without a network; `share/` holds
our Voila template.
"""

from workbench.dashboards.charts import offline_charts
from workbench.dashboards.publishing import (
    Dashboard,
    dashboard,
    dashboards,
    publish,
    serve,
    stop_serving,
)

__all__ = [
    "Dashboard",
    "dashboard",
    "dashboards",
    "offline_charts",
    "publish",
    "serve",
    "stop_serving",
]
