"""What a dashboard shows of what it reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.core.errors import InvalidInput
from workbench.dashboards.publishing import _check
from workbench.dashboards.reading import mentioned_words, shown_columns, title_of
from workbench.metadata import Artifact


def dataset(*columns):
    properties = {"columns": [{"name": name, "type": "string"} for name in columns]}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Artifact("id", "dataset", "flights", 1, None, None, "live", properties, now)


def test_columns_in_texts_shorthands_and_attributes_are_shown():
    code = "%matplotlib inline\nflights['carrier']\nalt.Y('mean(arr_delay):Q')\nflights.month.min()"
    node = new_notebook(cells=[new_code_cell(code), new_markdown_cell("origin")])
    flights = dataset("carrier", "arr_delay", "month", "origin")
    found = shown_columns(node, [flights])
    assert list(found) == ["carrier", "arr_delay", "month"]
    assert found["carrier"][0].artifact is flights


def test_a_part_of_a_word_is_not_a_column():
    assert mentioned_words(new_notebook(cells=[new_code_cell("'carriers'")])) == {"carriers"}


def test_code_that_is_not_python_shows_nothing():
    assert mentioned_words(new_notebook(cells=[new_code_cell("select * from 'flights")])) == set()


def test_a_columns_name_in_chinese_counts():
    node = new_notebook(cells=[new_code_cell("alt.X('延误:Q')")])
    assert list(shown_columns(node, [dataset("延误")])) == ["延误"]


@pytest.mark.parametrize(
    ("cells", "title"),
    [
        ([new_markdown_cell("text\n## Delays by *carrier*")], "Delays by *carrier*"),
        ([new_code_cell("# not this")], "delays"),
        ([], "delays"),
    ],
)
def test_the_title_is_the_first_heading(cells, title):
    assert title_of(new_notebook(cells=cells), "delays") == title


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a\\b", "a\nb", "a?b"])
def test_a_name_that_would_leave_its_folder_or_address_is_refused(name):
    with pytest.raises(InvalidInput, match="dashboard's name"):
        _check(name)


@pytest.mark.parametrize("name", ["delays", "Delays 2013-q4", "延误"])
def test_a_plain_name_is_kept(name):
    assert _check(name) == name
