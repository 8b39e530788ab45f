"""Altair's charts draw with no network in a notebook, without a call."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbench import workspace
from workbench.magics.charts import draw_offline

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """What a notebook shows of a chart."""
    monkeypatch.setattr(alt.JupyterChart, "_is_offline", True)  # its bundle takes seconds to make
    monkeypatch.setattr(alt.JupyterChart, "_esm", "export default {}")
    renderer, theme = alt.renderers.active, alt.theme.active
    shell: Any = InteractiveShell()
    draw_offline(shell)
    with workspace.use(workspace.connect(home=tmp_path / "home")):
        yield lambda chart: shell.display_formatter.format(chart)[0]
    shell.history_manager.end_session()
    alt.renderers.enable(renderer)
    alt.theme.enable(theme)


def points():
    return alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_point().encode(x="x:Q")


@pytest.mark.parametrize("of", [lambda x: x, lambda x: x + x, lambda x: x | x, lambda x: x & x])
def test_a_chart_of_any_kind_fetches_nothing(shown, of):
    data = shown(of(points()))
    assert VIEW in data
    assert "https://" not in str(data)


def test_a_renderer_and_a_theme_of_the_users_stay(shown):
    alt.theme.enable("dark")
    assert VIEW in shown(points())
    assert alt.theme.active == "dark"
    alt.renderers.enable("json")
    assert VIEW not in shown(points())
    assert alt.renderers.active == "json"
