"""`workbench data`: datasets and what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table

if TYPE_CHECKING:
    from workbench.data.datasets import Dataset


@click.group()
def data() -> None:
    """Bring data in and look at it.

    Example: workbench data stats flights
    """


@data.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--name", help="The dataset's name; the file's name by default.")
@click.option("--time", help="The column of the event's time.")
@click.option("--created", help="The column that says when a row became known.")
@click.option("--label", help="The column to predict.")
@as_json
@in_workspace
def ingest(
    source: Path,
    name: str | None,
    time: str | None,
    created: str | None,
    label: str | None,
    wants_json: bool,
) -> None:
    """Store a CSV, Parquet or JSON Lines file as the next version of a dataset.

    Example: workbench data ingest flights.csv.gz --time time_hour --label late
    """
    from workbench.data.datasets.ingest import ingest as store

    stem = source.name.split(".")[0]
    made = store(source, name=name or stem, time=time, created=created, label=label)
    if wants_json:
        print_json(_facts(made))
    else:
        click.echo(f"{made.ref}: {made.rows:,} rows × {len(made.columns)} columns")


@data.command("list")
@as_json
@in_workspace
def list_(wants_json: bool) -> None:
    """List the newest version of each dataset.

    Example: workbench data list
    """
    from workbench.data.datasets import Dataset
    from workbench.workspace import current

    artifacts = current().metadata.artifacts("dataset", latest_only=True)
    found = [Dataset(artifact) for artifact in artifacts]
    if wants_json:
        print_json([_facts(each) for each in found])
        return
    rows = [
        (each.ref, each.rows, len(each.columns), each.label, each.artifact.created_at)
        for each in found
    ]
    titles = ("dataset", "rows", "columns", "label", "made")
    print_table(titles, rows, empty="No datasets yet. See workbench data ingest --help")


@data.command()
@click.argument("reference")
@as_json
@in_workspace
def show(reference: str, wants_json: bool) -> None:
    """Show a dataset's columns, splits and declarations.

    Example: workbench data show flights@1
    """
    from workbench.data.datasets import dataset

    found = dataset(reference)
    if wants_json:
        print_json(_facts(found))
        return
    splits = ", ".join(f"{name} {rows:,}" for name, rows in found.splits.items())
    click.echo(f"{found.ref}: {found.rows:,} rows{f' ({splits})' if splits else ''}")
    roles = {found.time: "time", found.created: "created", found.label: "label"}
    rows = [(each.name, each.type, roles.get(each.name, "")) for each in found.columns]
    print_table(("column", "type", "role"), rows, empty="no columns")


@data.command()
@click.argument("reference")
@click.option("--split", help="Only the rows of this split.")
@as_json
@in_workspace
def stats(reference: str, split: str | None, wants_json: bool) -> None:
    """Show the figures of each column of a dataset.

    Example: workbench data stats flights
    """
    from workbench.data.statistics import statistics

    found = statistics(reference, split=split)
    if wants_json:
        print_json(found.data())
        return
    click.echo(f"{found.name}: {found.rows:,} rows")
    rows = [
        (
            each.name,
            each.type,
            each.missing,
            each.unique,
            _number(each, "mean"),
            _number(each, "std"),
            _number(each, "minimum"),
            _number(each, "median"),
            _number(each, "maximum"),
        )
        for each in found.features
    ]
    titles = ("column", "type", "missing", "unique", "mean", "std", "min", "median", "max")
    print_table(titles, rows, empty="no columns")


def _number(feature: Any, name: str) -> float | None:
    """Return a figure of a numeric column; a time's is an instant, not a number to read."""
    value = getattr(feature, name)
    if value is None or feature.type == "TIME":
        return None
    return float(value)


def _facts(each: Dataset) -> dict[str, Any]:
    return {
        "ref": each.ref,
        "rows": each.rows,
        "columns": [{"name": column.name, "type": column.type} for column in each.columns],
        "time": each.time,
        "created": each.created,
        "label": each.label,
        "splits": each.splits,
    }
