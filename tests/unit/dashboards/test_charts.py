"""Altair's charts as a notebook and as a page get them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from workbench import workspace
from workbench.dashboards import offline_charts
from workbench.evaluation.pictures import pixel_width

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[alt.Chart]:
    renderer, theme = alt.renderers.active, alt.theme.active
    monkeypatch.setattr(alt.JupyterChart, "_is_offline", True)  # its bundle takes seconds to make
    monkeypatch.setattr(alt.JupyterChart, "_esm", "export default {}")
    with workspace.use(workspace.connect(home=tmp_path / "home")):
        yield (
            alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_bar().encode(x="x:O").properties(width=300)
        )
    alt.renderers.enable(renderer)
    alt.theme.enable(theme)


def test_in_a_notebook_a_chart_is_live_and_leaves_a_picture(chart):
    offline_charts()
    data, metadata = chart._repr_mimebundle_()
    picture = base64.b64decode(data["image/png"])
    assert VIEW in data
    assert picture.startswith(b"\x89PNG")
    assert pixel_width(picture) // 2 == metadata["image/png"]["width"] >= 300


def test_in_a_page_it_is_live_alone(chart, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    offline_charts()
    data, _ = chart._repr_mimebundle_()
    assert VIEW in data
    assert "image/png" not in data
