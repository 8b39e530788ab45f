"""`workbench data`, what it says of quality: schemas, anomalies, drift."""

from __future__ import annotations

import click

from workbench.cli.output import as_json, in_workspace, print_json, print_table


@click.command()
@click.argument("reference")
@click.option("--split", help="Only the rows of this split.")
@click.option("--span", help="Only the rows of this span.")
@as_json
@in_workspace
def schema(reference: str, split: str | None, span: str | None, wants_json: bool) -> None:
    """Infer what a dataset's columns should be, and record it as a schema.

    Example: workbench data schema flights --split train
    """
    from workbench.data.schemas.inference import infer_schema
    from workbench.data.statistics import statistics

    made = infer_schema(statistics(reference, split=split, span=span))
    if wants_json:
        from google.protobuf.json_format import MessageToDict

        print_json(MessageToDict(made.to_proto(), preserving_proto_field_name=True))
        return
    click.echo(f"schema {made.artifact.ref if made.artifact else ''}".rstrip())
    shown = made.to_pandas().reset_index()
    print_table(tuple(map(str, shown)), shown.to_numpy().tolist(), empty="no columns")


@click.command()
@click.argument("reference")
@click.argument("schema")
@click.option("--environment", help="Of the schema, such as SERVING.")
@click.option("--baseline", help="A dataset to measure drift against.")
@click.option("--serving", help="A dataset of what was served, to measure skew against.")
@click.option("--split", help="Only the rows of this split.")
@click.option("--span", help="Only the rows of this span.")
@as_json
@in_workspace
@click.pass_context
def validate(
    context: click.Context,
    reference: str,
    schema: str,
    environment: str | None,
    baseline: str | None,
    serving: str | None,
    split: str | None,
    span: str | None,
    wants_json: bool,
) -> None:
    """Hold a dataset against a schema; exits with 1 if it differs.

    Example: workbench data validate flights@2 flights --environment SERVING
    """
    from workbench.data.validation import validate as check

    found = check(
        reference,
        schema,
        environment,
        baseline=baseline,
        serving=serving,
        split=split,
        span=span,
    )
    rows = [(each.column or "dataset", each.kind, each.description) for each in found]
    if wants_json:
        print_json([dict(zip(("column", "kind", "description"), row, strict=True)) for row in rows])
    else:
        print_table(
            ("column", "anomaly", "what was found"),
            rows,
            empty=f"✓ {found.name} is as the schema says",
        )
    context.exit(1 if found else 0)


@click.command()
@click.argument("before")
@click.argument("after")
@as_json
@in_workspace
def drift(before: str, after: str, wants_json: bool) -> None:
    """Show how far each column moved from one dataset to another.

    Example: workbench data drift flights@1 flights@2
    """
    from workbench.data.drift import drift as measure

    found = measure(before, after)
    titles = ("column", "JSD", "PSI", "L-infinity", "most changed", "before", "after")
    rows = [
        (each.column, each.jsd, each.psi, each.l_infinity, each.where, each.share_a, each.share_b)
        for each in found.columns
    ]
    if wants_json:
        print_json([dict(zip(titles, row, strict=True)) for row in rows])
    else:
        print_table(titles, rows, empty="no columns")


COMMANDS = (schema, validate, drift)
