"""`workbench features impact`, `usage`, `unused`, `tag`: who uses what, and what breaks."""

from __future__ import annotations

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table


@click.command()
@click.argument("reference")
@as_json
@in_workspace
def impact(reference: str, wants_json: bool) -> None:
    """Tell what breaks if a column, a dataset or a view is dropped, and by which way.

    Example: workbench features impact flights.dep_delay
    """
    from workbench.features.governance.impact import impact as of
    from workbench.features.governance.impact import way

    found = of(reference)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [(each.kind, each.ref, way(each)) for each in found]
    print_table(
        ("what", "version", "by way of"), rows, empty=f"Nothing in use depends on {found.of}"
    )


@click.command()
@click.argument("view", required=False)
@click.option("--days", default=30.0, show_default=True, help="How far back reads count.")
@as_json
@in_workspace
def usage(view: str | None, days: float, wants_json: bool) -> None:
    """Count who uses each feature of a view, or of all: models, training sets, reads and others.

    Example: workbench features usage weather
    """
    from workbench.features.governance.usage import usage as of

    found = of(view, days=days)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [(each.feature, each.owner, *each.counts.values(), each.reads) for each in found]
    counted = [name.replace("_", " ") for name in (found[0].counts if found else ())]
    print_table(
        ("feature", "owner", *counted, "reads"), rows, empty="There are no feature views yet"
    )


@click.command()
@click.option("--days", default=30.0, show_default=True, help="How far back reads count.")
@as_json
@in_workspace
def unused(days: float, wants_json: bool) -> None:
    """List the features that nobody uses, with what they cost.

    Example: workbench features unused --days 90
    """
    from workbench.features.governance.unused import unused_features

    found = unused_features(days=days)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [
        (
            f"all of {each.view}" if each.whole else ", ".join(each.features),
            each.owner,
            each.stored_bytes,
            each.online_rows,
            each.online_bytes,
            f"{each.seconds:.1f}",
        )
        for each in found
    ]
    titles = ("features", "owner", "stored bytes", "online rows", "online bytes", "seconds")
    print_table(titles, rows, empty="Every feature is used")


@click.command()
@click.argument("reference")
@click.argument("tags", nargs=-1)
@click.option("--remove", is_flag=True, help="Say that the tags do not hold here, or no longer.")
@as_json
@in_workspace
def tag(reference: str, tags: tuple[str, ...], remove: bool, wants_json: bool) -> None:
    """Say something of a column, such as pii, that follows its values; or show what was said.

    Example: workbench features tag flights.pilot pii
    """
    from workbench.features.governance import tags as known

    if tags:
        found = (known.untag if remove else known.tag)(reference, *tags)
    else:
        found = known.tags(reference)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [(each.column, each.tag, each.way) for each in found]
    print_table(("column", "tag", "by way of"), rows, empty=f"{found.of} has no tags")


@click.command()
@click.argument("view")
@click.option("--force", is_flag=True, help="Although something in use was made of it.")
@in_workspace
def delete(view: str, force: bool) -> None:
    """Delete all versions of a view, and its tables in the online store.

    Example: workbench features delete old_weather
    """
    from workbench.features.governance.removal import delete_view

    delete_view(view, force=force)
    click.echo(f"deleted {view}")


@click.command()
@click.argument("view")
@click.argument("name")
@click.option("--force", is_flag=True, help="Although something in use was made of it.")
@in_workspace
def rename(view: str, name: str, force: bool) -> None:
    """Give a view another name.

    Example: workbench features rename wether weather
    """
    from workbench.features.governance.removal import rename_view

    click.echo(rename_view(view, name, force=force).ref)


COMMANDS = (impact, usage, unused, tag, delete, rename)
