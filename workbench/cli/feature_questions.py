"""`workbench features`, what is asked of values: why, what leaks, what else tells, what served."""

from __future__ import annotations

from datetime import datetime

import click

from workbench.cli.output import as_json, coarse, in_workspace, print_json, print_table


@click.command()
@click.argument("dataset")
@click.argument("row", type=click.IntRange(min=0))
@click.argument("feature")
@as_json
@in_workspace
def why(dataset: str, row: int, feature: str, wants_json: bool) -> None:
    """Say why a training set holds the value that it holds in one row, counted from 0.

    Example: workbench features why delay_examples 12 temp
    """
    from workbench.features.offline.why import why as explain

    told = explain(dataset, row=row, feature=feature)
    if wants_json:
        print_json(told.to_json())
        return
    click.echo(str(told))
    taken = [told.chosen] if told.chosen is not None else list(told.counted)
    rows = [
        (each.reason or "taken", each.value, _minute(each.event), _minute(each.visible))
        for each in (*taken, *told.rejected)
    ]
    print_table(("verdict", "value", "happened", "known"), rows, empty="")


@click.command()
@click.argument("spine")
@click.argument("features", nargs=-1, required=True)
@click.option("--label", help="The spine's label; its own by default.")
@as_json
@in_workspace
def leakage(spine: str, features: tuple[str, ...], label: str | None, wants_json: bool) -> None:
    """Count what a join by event time would leak, feature by feature.

    Example: workbench features leakage flights weather_hourly
    """
    from workbench.features.offline.leakage import leakage as count

    found = count(spine, list(features), label=label)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [
        (
            each.feature,
            each.rows,
            f"{each.share:.1%}",
            coarse(each.late_median),
            each.known,
            each.by_event_time,
        )
        for each in found.features
    ]
    measure = found.metric or "worth"
    titles = ("feature", "rows", "share", "late", f"{measure}, known", f"{measure}, by event time")
    print_table(titles, rows, empty="")


@click.command()
@click.argument("spine")
@click.option("--label", help="The spine's label; its own by default.")
@click.option("--time", help="The spine's time; its own by default.")
@click.option(
    "--dataset", "datasets", multiple=True, required=True, help="A related one; may be given again."
)
@click.option("--window", "windows", multiple=True, help="Such as 7d; may be given again.")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="So many are printed; 20.")
@click.option("--code", "wants_code", is_flag=True, help="Print the code of those printed instead.")
@as_json
@in_workspace
def discover(
    spine: str,
    label: str | None,
    time: str | None,
    datasets: tuple[str, ...],
    windows: tuple[str, ...],
    limit: int,
    wants_code: bool,
    wants_json: bool,
) -> None:
    """Find what related datasets could tell of a label, the most worthy first.

    Nothing is registered: --code prints the cells that would do so.

    Example: workbench features discover flights --label late --dataset weather --dataset planes
    """
    from workbench.features.discovery.synthesis import WINDOWS, discover_features

    found = discover_features(
        spine, label=label, time=time, datasets=list(datasets), windows=windows or WINDOWS
    )
    shown = found[:limit]
    if wants_code:
        click.echo(shown.code(*(each.feature for each in shown.distinct())))
        return
    if wants_json:
        print_json(shown.to_json())
        return
    rows = [
        (each.feature, round(each.worth, 3), f"{each.present:.0%}", each.source, each.said)
        for each in shown
    ]
    titles = ("feature", found.metric, "present", "made of", "")
    print_table(titles, rows, empty="Nothing could be tried")
    for note in found.notes:
        click.echo(note, err=True)


@click.command()
@click.argument("service")
@as_json
@in_workspace
def skew(service: str, wants_json: bool) -> None:
    """Hold what a feature service answered, as it logged it, against training sets.

    Example: workbench features skew late_flights
    """
    from workbench.features.online.skew import skew as compare

    found = compare(service)
    if wants_json:
        print_json(found.to_json())
        return
    rows = [
        (each.feature, each.rows, each.stale, each.ahead, each.wrong, coarse(each.lag))
        for each in found.features
    ]
    print_table(("feature", "compared", "stale", "ahead", "wrong", "lag"), rows, empty="")


QUESTIONS = (why, leakage, discover, skew)


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M}"
