"""`%schedule`, `%publish`, `%cluster`: what goes on without the notebook."""

from __future__ import annotations

from typing import Any

from workbench.magics.framework import Call, Magic, Parser, assignments


def _schedule_parser() -> Parser:
    example = "%schedule jobs/retrain.ipynb --cron '0 3 * * 1' --param epochs=1"
    parser = Parser(
        "%schedule", "Run a notebook again and again; it is kept as it is now.", example
    )
    parser.add_argument("notebook")
    parser.add_argument("--cron", required=True, help="five fields as in crontab, or @daily")
    parser.add_argument("--timezone", default="UTC", help="an IANA name (UTC)")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--name", help="the file's name by default")
    return parser


def _schedule(call: Call) -> Any:
    from workbench.jobs import schedule

    given = call.arguments
    return schedule(
        str(call.value(given.notebook)),
        cron=given.cron,
        timezone=given.timezone,
        parameters=assignments(given.param),
        name=given.name,
    )


def _publish_parser() -> Parser:
    example = "%publish dashboards/delays.ipynb --name delays"
    parser = Parser("%publish", "Serve a notebook as a page, without its code.", example)
    parser.add_argument("notebook")
    parser.add_argument("--name", help="the file's name by default")
    return parser


def _publish(call: Call) -> Any:
    from workbench.dashboards import publish

    return publish(str(call.value(call.arguments.notebook)), call.arguments.name)


def _cluster_parser() -> Parser:
    description = "Say what there is to compute with, or start or stop the workspace's own node."
    parser = Parser("%cluster", description, "%cluster status")
    parser.add_argument("action", nargs="?", choices=("status", "start", "stop"), default="status")
    return parser


def _cluster(call: Call) -> Any:
    from workbench import cluster

    action = call.arguments.action
    if action == "start":
        return cluster.start()
    if action == "stop":
        return "stopped" if cluster.stop() else "it was not running"
    return cluster.status()


MAGICS = (
    Magic("%schedule", _schedule_parser(), _schedule),
    Magic("%publish", _publish_parser(), _publish),
    Magic("%cluster", _cluster_parser(), _cluster),
)
