"""What commands print, as people read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from workbench.cli.output import ago, cell, duration, parse_assignments, print_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (336776, "336,776"),
        (0.71234, "0.712"),
        (12345.6, "12,346"),
        (True, "yes"),
        (timedelta(seconds=0.25), "0.25 s"),
        ("", "–"),
    ],
)
def test_cells(value, text):
    assert cell(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (300, "5 min"), (7300, "2 h"), (86400 * 3, "3 days"), (86400 * 400, "400 days")],
)
def test_coarse_durations(seconds, text):
    assert duration(seconds, coarse=True) == text


def test_a_moment_to_come():
    assert ago(datetime.now(UTC) + timedelta(minutes=10, seconds=1)) == "in 10 min"


def test_figures_stand_to_the_right_and_wide_letters_count_twice():
    @click.command()
    def show():
        print_table(("name", "rows"), [("航班", 5), ("planes", 3322)], empty="none")

    lines = CliRunner().invoke(show).output.splitlines()
    assert lines == ["name     rows", "航班        5", "planes  3,322"]


def test_assignments():
    given = ["epochs=3", "name=delay", 'columns=["a"]', "empty=", "expression=a=b", "yes=true"]
    assert parse_assignments(given) == {
        "epochs": 3,
        "name": "delay",
        "columns": ["a"],
        "empty": "",
        "expression": "a=b",
        "yes": True,
    }
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        parse_assignments(["epochs"])
