"""What commands share: the option that names a workspace, tables, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import east_asian_width

import click

F = TypeVar("F", bound=Callable[..., Any])


def _connect(ctx: click.Context, _: click.Parameter, home: Path | None) -> None:
    if home is not None and not ctx.resilient_parsing:
        from workbench.workspace import connect

        connect(home=home)


def in_workspace(command: F) -> F:
    """Give a command the option `--home`."""
    option = click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        callback=_connect,
        expose_value=False,
        help="The workspace's folder; by default WORKBENCH_HOME, else ~/.workbench.",
    )
    return option(command)


def as_json(command: F) -> F:
    """Give a command the flag `--json`."""
    flag = click.option("--json", "wants_json", is_flag=True, help="Print JSON on standard output.")
    return flag(command)


def print_json(value: object) -> None:
    """Print a value as JSON; times as ISO 8601, durations in seconds, paths as text."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    if callable(item):  # a NumPy scalar
        return item()
    raise TypeError(f"{type(value).__name__} is not JSON")


def print_table(titles: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print rows under their titles, figures to the right; or `empty` when there is none."""
    if not rows:
        click.echo(empty)
        return
    texts = [[cell(value) for value in row] for row in rows]
    right = [
        all(isinstance(row[index], int | float | None) for row in rows)
        for index in range(len(titles))
    ]
    widths = [max(map(_width, column)) for column in zip(titles, *texts, strict=True)]
    for number, row in enumerate([list(titles), *texts]):
        padded = [
            " " * (width - _width(text)) + text if to_right else text + " " * (width - _width(text))
            for text, width, to_right in zip(row, widths, right, strict=True)
        ]
        line = "  ".join(padded).rstrip()
        click.echo(click.style(line, dim=True) if number == 0 else line)


def cell(value: object) -> str:
    """Return a value as people read it: thousands separated, three significant digits, a dash."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, datetime):
        return ago(value)
    if isinstance(value, timedelta):
        return duration(value.total_seconds())
    return str(value)


def ago(moment: datetime) -> str:
    """Return a moment relative to now.

    Examples
    --------
    >>> ago(datetime.now(UTC) - timedelta(minutes=5))
    '5 min ago'
    """
    seconds = (datetime.now(UTC) - moment).total_seconds()
    amount = duration(abs(seconds), coarse=True)
    return f"{amount} ago" if seconds >= 0 else f"in {amount}"


def duration(seconds: float, *, coarse: bool = False) -> str:
    """Return a duration as people read it.

    Examples
    --------
    >>> duration(0.25), duration(72), duration(7300, coarse=True)
    ('0.25 s', '72 s', '2 h')
    """
    if seconds < 120 or not coarse:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:,.0f} s"
    for unit, size in (("min", 60), ("h", 3600), ("days", 86400)):
        if seconds < size * (120 if unit == "min" else 48) or unit == "days":
            return f"{seconds / size:.0f} {unit}"
    return ""


def coarse(length: timedelta | None) -> str | None:
    """Return how long something is as people read it; None where that is not known.

    Examples
    --------
    >>> coarse(timedelta(hours=6)), coarse(None)
    ('6 h', None)
    """
    return None if length is None else duration(length.total_seconds(), coarse=True)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def parse_assignments(pairs: Sequence[str]) -> dict[str, Any]:
    r"""Read NAME=VALUE arguments; a value that is JSON becomes what it says, others stay text.

    Examples
    --------
    >>> parse_assignments(["epochs=3", "name=delay", "columns=[\"a\"]"])
    {'epochs': 3, 'name': 'delay', 'columns': ['a']}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
