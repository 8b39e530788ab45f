"""`workbench data`, what it does with versions: tag, compare, carry, let go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table


@click.command()
@click.argument("name")
@as_json
@in_workspace
def versions(name: str, wants_json: bool) -> None:
    """List the versions of a dataset, the newest first.

    Example: workbench data versions flights
    """
    from workbench.data.datasets import KIND, Dataset
    from workbench.workspace import current

    metadata = current().metadata
    metadata.artifact(KIND, name)
    found = [Dataset(artifact) for artifact in metadata.versions(KIND, name)]
    titles = ("version", "rows", "spans", "bytes", "tags", "made")
    rows = [
        (
            each.ref,
            each.rows,
            each.artifact.properties.get("spans", 0),
            each.artifact.size,
            ", ".join(each.tags),
            each.artifact.created_at,
        )
        for each in found
    ]
    if wants_json:
        print_json([dict(zip(titles, row, strict=True)) for row in rows])
    else:
        print_table(titles, rows, empty="none")


@click.command()
@click.argument("reference")
@click.argument("name")
@click.option("--remove", is_flag=True, help="Take the tag away instead.")
@in_workspace
def tag(reference: str, name: str, remove: bool) -> None:
    """Give a version of a dataset a name, such as gold.

    Example: workbench data tag flights@3 gold
    """
    from workbench.data.datasets import dataset

    found = dataset(reference)
    found = found.untag(name) if remove else found.tag(name)
    click.echo(f"{found.ref}: {', '.join(found.tags) or 'no tags'}")


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--key", multiple=True, help="A column that names a row; may be given again.")
@as_json
@in_workspace
def diff(before: str, after: str, key: tuple[str, ...], wants_json: bool) -> None:
    """Show what changed from one version of a dataset to another.

    Example: workbench data diff flights@1 flights@2 --key flight_id
    """
    from workbench.data.datasets import dataset

    found = dataset(before).diff(dataset(after), key)
    facts: dict[str, Any] = {
        "rows added": found.added,
        "rows removed": found.removed,
        "rows changed": found.changed,
        "rows unchanged": found.unchanged,
    }
    columns = {
        "columns added": [each.name for each in found.columns_added],
        "columns removed": [each.name for each in found.columns_removed],
        "columns of another type": [each.name for each, _ in found.columns_retyped],
    }
    if wants_json:
        print_json({**facts, **columns, "changed by column": found.changed_columns})
        return
    changed = [(f"  changed in {name}", rows) for name, rows in found.changed_columns.items()]
    listed = [(name, ", ".join(names)) for name, names in columns.items() if names]
    print_table(
        (f"{found.a.ref} → {found.b.ref}", ""), [*facts.items(), *changed, *listed], empty=""
    )


@click.command()
@click.argument("reference")
@click.argument("folder", type=click.Path(path_type=Path))
@in_workspace
def export(reference: str, folder: Path) -> None:
    """Write a version of a dataset as one folder of Parquet files.

    Example: workbench data export flights@3 flights-3
    """
    from workbench.data.datasets import dataset

    click.echo(str(dataset(reference).export(folder)))


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="What the dataset is called here; as there by default.")
@in_workspace
def import_(folder: Path, name: str | None) -> None:
    """Take in a folder that `workbench data export` wrote.

    Example: workbench data import flights-3
    """
    from workbench.data.datasets.exchange import import_dataset

    made = import_dataset(folder, name=name)
    click.echo(f"{made.ref}: {made.rows:,} rows × {len(made.columns)} columns")


@click.command()
@click.argument("name")
@click.option("--keep", default=5, show_default=True, help="How many of the newest stay.")
@click.option("--older-than", type=float, metavar="DAYS", help="Only versions older than this.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and let nothing go.")
@as_json
@in_workspace
def expire(name: str, keep: int, older_than: float | None, dry_run: bool, wants_json: bool) -> None:
    """Let go of a dataset's old versions; tagged and used ones stay.

    Example: workbench data expire flights --keep 10 --older-than 90 --dry-run
    """
    from workbench.data.datasets.retention import expire as let_go

    age = None if older_than is None else timedelta(days=older_than)
    found = let_go(name, keep=keep, older_than=age, dry_run=dry_run)
    if wants_json:
        print_json({"gone": found.gone, "kept": found.kept, "dry_run": dry_run})
        return
    gone = [(ref, "would go" if dry_run else "gone") for ref in found.gone]
    print_table(("version", ""), [*found.kept.items(), *gone], empty="none")


@click.command()
@click.option("--grace", default=24.0, show_default=True, metavar="HOURS", help="At least 1.")
@click.option("--dry-run", is_flag=True, help="Count, and remove nothing.")
@as_json
@in_workspace
def collect(grace: float, dry_run: bool, wants_json: bool) -> None:
    """Remove stored bytes that no record refers to any more.

    Example: workbench data collect --dry-run
    """
    from workbench.data.datasets.retention import collect as remove

    found = remove(grace=timedelta(hours=grace), dry_run=dry_run)
    if wants_json:
        print_json(vars(found))
        return
    word = "would be removed" if dry_run else "removed"
    click.echo(
        f"{found.removed:,} files of {found.freed:,} bytes {word}; "
        f"{found.kept:,} of {found.held:,} bytes stay"
    )


COMMANDS = (versions, tag, diff, export, import_, expire, collect)
