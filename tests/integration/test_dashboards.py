"""Notebooks published with a real Voila and read in a real browser."""

from __future__ import annotations

import urllib.error
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import workbench.workspace as workspaces
from tests.integration.browser import visit
from workbench.dashboards import dashboard, publish, stop_serving, voila
from workbench.jobs import JobFailed

pytestmark = pytest.mark.integration

SETUP = """
import pandas as pd, altair as alt, ipywidgets, workbench.workspace as w
from workbench.dashboards import offline_charts
offline_charts()
w.connect().metadata.artifact("dataset", "flights")
"""
CHART = """
frame = pd.DataFrame({"carrier": ["UA", "AA"], "arr_delay": [3, 5]})
alt.Chart(frame).mark_bar().encode(x="carrier", y="mean(arr_delay):Q")
"""
DRAWN = """document.querySelectorAll(".vega-embed svg").length === 1
    && document.querySelector("#rendered_cells").style.display === ""
    && document.querySelectorAll(".widget-slider").length === 1"""


@pytest.fixture
def workspace(tmp_path):
    before = workspaces._current
    place = workspaces.connect(home=tmp_path / "home")
    with place.metadata.record("ingest", "flights") as step:
        columns = [{"name": name, "type": "string"} for name in ("carrier", "arr_delay", "origin")]
        step.write("dataset", "flights", properties={"columns": columns})
    yield place
    stop_serving()
    workspaces._current = before


@pytest.fixture
def notebook(tmp_path):
    def write(*sources):
        cells = [new_markdown_cell("# Delays 航班延误"), *map(new_code_cell, sources)]
        path = tmp_path / "delays.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def status(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.url
    except urllib.error.HTTPError as error:
        return error.code, url


@pytest.mark.timeout(240)
def test_a_page_draws_with_no_network_in_light_and_dark(workspace, notebook):
    made = publish(notebook(SETUP, CHART, "ipywidgets.IntSlider(5)"))
    assert made.url is not None
    host = made.url.split("/")[2]
    for dark in (False, True):
        seen = visit(made.url, DRAWN, dark=dark)
        assert seen.value is True
        assert seen.strangers(host) == []
        assert seen.problems == []


@pytest.mark.timeout(240)
def test_publishing_records_what_is_read_and_serves_new_versions_at_one_address(
    workspace, notebook
):
    path = notebook(SETUP, CHART)
    first = publish(path, name="late")
    (step,) = workspace.metadata.producers(first.artifact.id)
    assert [each.ref for each in workspace.metadata.inputs(step.id)] == ["flights@1"]
    edges = workspace.metadata.column_edges([first.artifact.id])
    assert {edge.source_column for edge in edges} == {"carrier", "arr_delay"}
    assert first.title == "Delays 航班延误"
    (executed,) = workspace.metadata.outputs(first.artifact.properties["job"])
    assert [each["title"] for each in executed.properties["pictures"]] == ["Delays 航班延误"]

    second = publish(path, name="late")
    assert (second.ref, second.url) == ("late@2", first.url)
    assert dashboard("late@1").url is None

    assert stop_serving()
    assert dashboard("late").url is None
    voila.start()
    assert dashboard("late").url == first.url


@pytest.mark.timeout(240)
def test_only_the_token_opens_a_page_and_the_last_page_ends_the_server(workspace, notebook):
    made = publish(notebook("1 + 1"))
    assert made.url is not None
    bare = made.url.partition("?")[0]
    assert "login" in status(bare)[1] or status(bare)[0] in (401, 403)
    assert status(bare + "?token=wrong")[0] in (401, 403) or "login" in status(bare)[1]
    assert status(made.url)[0] == 200
    made.stop()
    assert voila.running() is None
    assert dashboard("delays").url is None


def test_a_notebook_that_fails_is_not_published(workspace, notebook):
    with pytest.raises(JobFailed, match="no such column"):
        publish(notebook("raise KeyError('no such column')"))
    assert workspace.metadata.artifacts("dashboard") == []
    assert list(voila.folder().glob("*.ipynb")) == []
