"""`workbench data`: datasets and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import quality, versions
from workbench.cli.output import as_json, in_workspace, parse_assignments, print_json, print_table

if TYPE_CHECKING:
    from workbench.data.datasets import Dataset
    from workbench.data.statistics import FeatureStatistics


@click.group()
def data() -> None:
    """Bring data in and look at it.

    Example: workbench data stats flights
    """


for command in (*quality.COMMANDS, *versions.COMMANDS):
    data.add_command(command)


@data.command()
@click.argument("source")
@click.option("--name", help="The dataset's name; the file's name by default.")
@click.option("--time", help="The column of the event's time.")
@click.option("--created", help="The column that says when a row became known.")
@click.option("--label", help="The column to predict.")
@click.option("--key", multiple=True, help="A column that names a row; may be given again.")
@click.option(
    "--split",
    multiple=True,
    metavar="NAME=BOUND",
    help="A split and its bound in time, or its share; test=null takes the rest. Or one column.",
)
@click.option("--group", multiple=True, help="A column whose equal values stay in one split.")
@click.option("--stratify", multiple=True, help="A column whose values each split has alike.")
@click.option(
    "--span", help="hour, day, week, month, quarter, year; or what these rows are called."
)
@click.option("--append", is_flag=True, help="Add the rows to the newest version.")
@click.option("--replace", is_flag=True, help="With --append: put a span in its old one's place.")
@click.option("--bad-rows", default="error", help="error, set_aside, or how many to set aside.")
@click.option("--type", "types", multiple=True, metavar="COLUMN=TYPE", help="A column's type.")
@click.option("--partitions", is_flag=True, help="Folders such as year=2013 are columns.")
@click.option("--storage-option", multiple=True, metavar="NAME=VALUE", help="For an address.")
@click.option("--query", metavar="SQL", help="What to ask the database whose address SOURCE is.")
@click.option("--images", is_flag=True, help="SOURCE is a folder of images.")
@click.option("--manifest", metavar="FILE", help="With --images: the table that lists them.")
@as_json
@in_workspace
def ingest(source: str, name: str | None, wants_json: bool, **given: Any) -> None:
    """Store the rows of a file, a folder, an address or a query as a dataset's next version.

    Example: workbench data ingest flights.csv.gz --time time_hour --label late --span month
    """
    from workbench.data.datasets.ingest import ingest as store

    bad_rows = given.pop("bad_rows")
    made = store(
        _source(source, given.pop("query"), given.pop("images"), given.pop("manifest")),
        name=name or Path(source.rstrip("/")).name.split(".")[0],
        split=_split(given.pop("split")),
        types=parse_assignments(given.pop("types")),
        storage_options=parse_assignments(given.pop("storage_option")),
        bad_rows=int(bad_rows) if bad_rows.isdigit() else bad_rows,
        **given,
    )
    if wants_json:
        print_json(_facts(made))
        return
    click.echo(f"{made.ref}: {made.rows:,} rows × {len(made.columns)} columns")
    if aside := made.artifact.properties.get("bad_rows"):
        rows = "row" if aside == 1 else "rows"
        click.echo(f"{aside:,} bad {rows} set aside: workbench data bad-rows {made.ref}")


def _source(source: str, query: str | None, images: bool, manifest: str | None) -> Any:
    from workbench.data.reading import Images, Query

    if query is not None:
        return Query(query, source)
    return Images(source, manifest) if images or manifest else source


def _split(given: tuple[str, ...]) -> dict[str, Any] | str | None:
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    return parse_assignments(given) or None


@data.command("bad-rows")
@click.argument("reference")
@as_json
@in_workspace
def bad_rows(reference: str, wants_json: bool) -> None:
    """Show the rows that were set aside when a dataset was taken in.

    Example: workbench data bad-rows flights
    """
    from workbench.data.datasets import dataset

    frame = dataset(reference).bad_rows()
    if wants_json:
        print_json(frame.to_dict("records"))
        return
    rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    print_table(tuple(frame.columns), rows, empty="None were set aside.")


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
    if found.tags:
        click.echo(f"tags: {', '.join(found.tags)}")
    if spans := found.spans:
        first, last = next(iter(spans)), list(spans)[-1]
        click.echo(f"{len(spans):,} spans, {first} to {last}")
    rows = [(each.name, each.type, found.roles.get(each.name, "")) for each in found.columns]
    print_table(("column", "type", "role"), rows, empty="no columns")


@data.command()
@click.argument("reference")
@click.option("--split", help="Only the rows of this split.")
@click.option("--span", help="Only the rows of this span.")
@click.option("--by", multiple=True, help="A column to slice by; may be given again.")
@click.option("--weight", help="The column that says how much a row counts.")
@click.option("--sample", type=float, help="So many rows, or such a share of them, at random.")
@as_json
@in_workspace
def stats(
    reference: str,
    split: str | None,
    span: str | None,
    by: tuple[str, ...],
    weight: str | None,
    sample: float | None,
    wants_json: bool,
) -> None:
    """Show the figures of each column of a dataset, and of its slices.

    Example: workbench data stats flights --by carrier
    """
    from workbench.data.statistics import statistics

    drawn = int(sample) if sample is not None and sample >= 1 else sample
    found = statistics(reference, list(by), split=split, span=span, weight=weight, sample=drawn)
    if wants_json:
        print_json(found.data(slices=tuple(found.slices)))
        return
    for each in found.datasets:
        of = "" if each.sampled_from is None else f" of {each.sampled_from:,}"
        click.echo(f"{each.name}: {each.rows:,}{of} rows")
        _print_figures(each.features)


def _print_figures(features: Sequence[FeatureStatistics]) -> None:
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
        for each in features
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
        "key": list(each.key),
        "tags": list(each.tags),
        "splits": each.splits,
        "spans": each.spans,
    }
