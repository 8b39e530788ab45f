"""Adds the routes to a Jupyter server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.server import discovering, events, export, handlers, quickstart
from workbench.server.warming import warm_up

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

#: Every route below `/workbench/api/`; an id or a name arrives percent-encoded, slashes included.
ROUTES = (
    (r"records", handlers.Records),
    (r"records/([^/]+)", handlers.Record),
    (r"records/([^/]+)/alias", handlers.Alias),
    (r"records/([^/]+)/alias/([^/]+)", handlers.OneAlias),
    (r"records/([^/]+)/parts/([^/]+)", handlers.Part),
    (r"records/([^/]+)/compared/([^/]+)", handlers.Comparison),
    (r"records/([^/]+)/why", handlers.WhyValue),
    (r"features", handlers.Features),
    (r"features/preview", handlers.FeaturesPreview),
    *discovering.ROUTES,
    (r"statistics/([^/]+)", handlers.ChosenStatistics),
    (r"schemas/([^/]+)/edits", handlers.SchemaEdits),
    (r"runs/([^/]+)/metrics", handlers.RunMetrics),
    (r"experiments/([^/]+)", handlers.Experiment),
    (r"lineage/([^/]+)", handlers.LineageOf),
    (r"blobs/([0-9a-f]{64})", handlers.BlobBytes),
    (r"schedules/([^/]+)/run", handlers.ScheduleRun),
    (r"events", events.Events),
    (r"quickstart", quickstart.Quickstart),
)


def load(server: ServerApp) -> None:
    """Add the workbench's routes to a server, and load what pages need while the browser starts."""
    base = server.web_app.settings["base_url"].rstrip("/")
    routes = [(rf"{base}/workbench/api/{pattern}", handler) for pattern, handler in ROUTES]
    server.web_app.add_handlers(  # type: ignore[no-untyped-call]
        ".*$", [*routes, (base + export.ROUTE, export.Export)]
    )
    warm_up()
    server.log.info("workbench: records at %s/workbench/api/records", base)
