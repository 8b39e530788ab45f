"""`workbench features`: views and the online store."""

from __future__ import annotations

import click

from workbench.cli.output import (
    as_json,
    in_workspace,
    parse_assignments,
    print_json,
    print_table,
)


@click.group()
def features() -> None:
    """List feature views, carry them online, look one entity up.

    Example: workbench features online weather origin=JFK
    """


@features.command("list")
@as_json
@in_workspace
def list_(wants_json: bool) -> None:
    """List the newest version of each feature view.

    Example: workbench features list
    """
    from workbench.features.definitions.registration import views

    found = views()
    facts = [
        {
            "ref": each.ref,
            "keys": [column.name for column in each.keys],
            "features": [column.name for column in each.columns],
            "time": each.time,
            "ttl": each.ttl,
            "source": each.source.kind,
        }
        for each in found
    ]
    if wants_json:
        print_json(facts)
        return
    rows = [
        (
            each.ref,
            each.source.kind,
            ", ".join(c.name for c in each.keys),
            len(each.columns),
            each.ttl,
        )
        for each in found
    ]
    titles = ("view", "source", "keys", "features", "ttl")
    print_table(titles, rows, empty="No feature views yet. Define one with wb.feature_view")


@features.command()
@click.argument("views", nargs=-1)
@as_json
@in_workspace
def materialize(views: tuple[str, ...], wants_json: bool) -> None:
    """Write the latest known row of each key into the online store; all views when none is named.

    Example: workbench features materialize weather
    """
    from workbench.features.online.materialization import materialize as carry

    written = carry(list(views) or None)
    if wants_json:
        print_json(written)
    else:
        print_table(("view", "rows"), list(written.items()), empty="")


@features.command()
@click.argument("view")
@click.argument("keys", nargs=-1, required=True, metavar="KEY=VALUE...")
@in_workspace
def online(view: str, keys: tuple[str, ...]) -> None:
    """Print one entity's features as JSON, as an endpoint would get them.

    Example: workbench features online weather origin=JFK
    """
    from workbench.features.online.reading import online as read

    (found,) = read(view, parse_assignments(keys))
    print_json(found)


@features.command()
@click.argument("service")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port to listen on; else a free one."
)
@click.option(
    "--token",
    default="",
    envvar="WORKBENCH_FEATURE_TOKEN",
    help="What requests must carry as Authorization: Bearer …; nothing when left out.",
)
@click.option("--background", is_flag=True, help="Go on when this command has ended.")
@click.option("--stop", is_flag=True, help="Stop the one in the background.")
@in_workspace
def serve(service: str, port: int | None, token: str, background: bool, stop: bool) -> None:
    """Answer for a feature service over HTTP, until it is interrupted.

    Ask it by POST /v1/features/SERVICE with {"entities": [{KEY: VALUE}]}, or by wb.FeatureClient.

    Example: workbench features serve flights --port 8700
    """
    from workbench.serving import feature_processes

    if stop:
        feature_processes.feature_server(service).stop()
    elif background:
        click.echo(feature_processes.serve_features(service, port=port, token=token).url)
    else:
        feature_processes.run(service, port, token=token, told=click.echo)
