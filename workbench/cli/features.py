"""`workbench features`: views, the online store, and why a training set holds a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click

from workbench.cli.feature_governance import COMMANDS
from workbench.cli.feature_questions import QUESTIONS
from workbench.cli.feature_stream import stream
from workbench.cli.output import (
    as_json,
    coarse,
    in_workspace,
    parse_assignments,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from workbench.features.definitions.computed import OnDemandView
    from workbench.features.definitions.selections import View

_NONE = "No feature views yet. Define one with wb.feature_view"


@click.group()
def features() -> None:
    """List, search and show feature views, carry them online, look one entity up.

    Example: workbench features online weather origin=JFK
    """


features.add_command(stream)
for _command in (*QUESTIONS, *COMMANDS):
    features.add_command(_command)


@features.command("list")
@click.option("--entity", help="Only views of this entity.")
@click.option("--owner", help="Only views of this owner.")
@click.option("--tag", help="Only views with this tag.")
@as_json
@in_workspace
def list_(entity: str | None, owner: str | None, tag: str | None, wants_json: bool) -> None:
    """List the newest version of each feature view.

    Example: workbench features list --tag pii
    """
    _print_views("", entity, owner, tag, wants_json=wants_json)


@features.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--entity", help="Only views of this entity.")
@click.option("--owner", help="Only views of this owner.")
@click.option("--tag", help="Only views with this tag.")
@as_json
@in_workspace
def search(
    words: tuple[str, ...], entity: str | None, owner: str | None, tag: str | None, wants_json: bool
) -> None:
    """Find views by words in their names, descriptions, features, owners and tags.

    Example: workbench features search wind --entity origin
    """
    _print_views(" ".join(words), entity, owner, tag, wants_json=wants_json)


@features.command()
@click.argument("reference")
@as_json
@in_workspace
def show(reference: str, wants_json: bool) -> None:
    """Show what a view is: its keys, its times and each feature.

    Example: workbench features show weather@2
    """
    from workbench.features.definitions.computed import OnDemandView
    from workbench.features.definitions.selections import choose

    chosen = choose(reference)
    view = chosen.views[chosen.asked[0][0]]
    if isinstance(view, OnDemandView):
        _show_computed(view, wants_json=wants_json)
        return
    facts = _facts(view) | {
        "created": view.created,
        "reads": [*view.source.datasets.values(), *view.source.views.values()],
        "sql": view.source.sql,
    }
    if wants_json:
        print_json(facts)
        return
    click.echo(view.ref)
    lines = [
        ("about", ", ".join(each.name for each in view.entities)),
        ("keys", ", ".join(f"{each.name} ({each.type})" for each in view.keys)),
        ("time", view.time or "static"),
        ("known from", view.created or view.time or "always"),
        ("valid for", coarse(view.ttl) or "any age"),
        ("reads", ", ".join([*view.source.datasets.values(), *view.source.views.values()])),
        ("owner", view.owner),
        ("tags", ", ".join(view.tags)),
        ("description", view.description),
    ]
    for name, value in lines:
        if value:
            click.echo(f"  {name:<13}{value}")
    print_table(("feature", "type"), [(each.name, each.type) for each in view.columns], empty="")


@features.command()
@click.argument("views", nargs=-1)
@as_json
@in_workspace
def freshness(views: tuple[str, ...], wants_json: bool) -> None:
    """Print how fresh the online values of views are; of all when none is named.

    Example: workbench features freshness weather
    """
    from workbench.features.online.freshness import freshness as ask

    found = ask(list(views) or None)
    if wants_json:
        print_json([each.to_json() for each in found])
        return
    rows = [
        (
            each.ref,
            each.rows,
            each.newest_event,
            coarse(each.lag),
            each.written_at,
            each.source,
        )
        for each in found
    ]
    titles = ("view", "rows", "newest event", "lag", "written", "by")
    print_table(titles, rows, empty=_NONE)


@features.command()
@click.argument("view")
@click.argument("rows", nargs=-1, metavar="[KEY=VALUE...]")
@click.option(
    "--file", "source", type=click.File("r"), help="A file of rows as JSON lines; - is the input."
)
@in_workspace
def push(view: str, rows: tuple[str, ...], source: TextIO | None) -> None:
    """Write one row, or a file of rows, straight into the online store.

    Example: workbench features push weather origin=JFK temp=46.9
    """
    import json

    from workbench.core.errors import InvalidInput
    from workbench.features.online.pushing import push as write

    if bool(rows) == (source is not None):
        raise click.UsageError("give one row as KEY=VALUE words, or --file")
    given = [parse_assignments(rows)] if rows else []
    for number, line in enumerate(source or (), start=1):
        if not line.strip():
            continue
        try:
            given.append(json.loads(line))
        except ValueError as error:
            raise InvalidInput(
                f"line {number} of the file is not JSON: {error}",
                hint='a row a line: {"origin": "JFK", "temp": 46.9}',
            ) from error
    click.echo(f"{write(view, given):,} rows")


@features.command()
@click.argument("views", nargs=-1)
@click.option("--since", help="Only what became known after this time.")
@click.option("--until", help="Only what was known by this time; now by default.")
@click.option("--refresh", is_flag=True, help="Follow the newest versions of the datasets first.")
@click.option(
    "--precompute", is_flag=True, help="Put each service named together, a row an entity."
)
@click.option("--every", metavar="CRON", help="Do it again and again: '*/15 * * * *'.")
@as_json
@in_workspace
def materialize(
    views: tuple[str, ...],
    since: str | None,
    until: str | None,
    refresh: bool,
    precompute: bool,
    every: str | None,
    wants_json: bool,
) -> None:
    """Write the latest known row of each key into the online store; all views when none is named.

    With --every it is scheduled, with --refresh implied, and nothing is written now.

    Example: workbench features materialize weather --every "*/15 * * * *"
    """
    named = list(views) or None
    if every is not None:
        if since or until or precompute:
            raise click.UsageError("--every goes with views alone")
        _schedule_materialize(named, every)
        return
    from workbench.features.online.materialization import materialize as carry

    written = carry(
        named, since=since, until=until, refresh=refresh, precompute=True if precompute else None
    )
    if wants_json:
        print_json(written)
    else:
        print_table(("view", "rows"), list(written.items()), empty="")


def _schedule_materialize(views: list[str] | None, cron: str) -> None:
    from workbench.features.definitions.selections import resolve
    from workbench.jobs import schedule
    from workbench.jobs.packaged import packaged_notebook

    if views is not None:
        resolve(views)  # a name that is wrong is told now, not at night
    made = schedule(
        packaged_notebook("jobs/materialize.ipynb"),
        cron=cron,
        parameters={"views": views},
        name="materialize" if views is None else f"materialize {' '.join(views)}",
    )
    click.echo(f"{made.name} is scheduled, next at {made.next_run}")


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


def _print_views(
    query: str, entity: str | None, owner: str | None, tag: str | None, *, wants_json: bool
) -> None:
    from workbench.features.governance.catalogue import kind_of, search_features

    found = search_features(query, tag=tag, owner=owner, entity=entity)
    if wants_json:
        print_json([_facts(each) for each in found])
        return
    rows = [
        (
            each.ref,
            kind_of(each),
            ", ".join(dict.fromkeys(key for entity in each.entities for key in entity.keys)),
            len(each.columns),
            coarse(getattr(each, "ttl", None)),  # an on-demand view has no age
            each.owner,
            ", ".join(each.tags),
        )
        for each in found
    ]
    titles = ("view", "source", "keys", "features", "ttl", "owner", "tags")
    narrowed = query or entity or owner or tag
    print_table(titles, rows, empty="No view is like that" if narrowed else _NONE)


def _show_computed(view: OnDemandView, *, wants_json: bool) -> None:
    inputs = {each.name: each.type for each in view.inputs}
    if wants_json:
        print_json(_facts(view) | {"inputs": inputs, "reads": list(view.reads), "code": view.code})
        return
    click.echo(view.ref)
    for name, value in (
        ("takes", ", ".join(f"{each} ({kind})" for each, kind in inputs.items())),
        ("reads", ", ".join(view.reads)),
        ("owner", view.owner),
        ("tags", ", ".join(view.tags)),
        ("description", view.description),
    ):
        if value:
            click.echo(f"  {name:<13}{value}")
    print_table(("feature", "type"), [(each.name, each.type) for each in view.columns], empty="")
    click.echo(view.code)


def _facts(view: View) -> dict[str, Any]:
    from workbench.features.governance.catalogue import kind_of

    return {
        "ref": view.ref,
        "entities": [each.name for each in view.entities],
        "keys": list(dict.fromkeys(key for each in view.entities for key in each.keys)),
        "features": [column.name for column in view.columns],
        "time": getattr(view, "time", None),
        "ttl": getattr(view, "ttl", None),
        "source": kind_of(view),
        "owner": view.owner,
        "tags": list(view.tags),
        "description": view.description,
    }
