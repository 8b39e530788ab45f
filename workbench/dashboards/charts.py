"""Altair in a page with no network: its JavaScript bundled once, its colours ours."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from workbench import workspace as _workspace
from workbench.core.files import atomic_write

#: The categorical colours, safe for colour-blind readers, in the order of every chart we draw.
CATEGORIES = ("#4269d0", "#e8772e", "#3a9d5d", "#8a5fc7", "#a8862a")


def offline_charts() -> None:
    """Make every Altair chart of this kernel draw without a network, as SVG in the page's colours.

    By default Altair's charts fetch Vega from a CDN when they are shown in Voila. The bundle that
    replaces it takes seconds to make, so the workspace keeps it for each version of Altair.

    Raises
    ------
    StorageFull
        If there is no room to keep the bundle.

    Examples
    --------
    >>> offline_charts()  # doctest: +SKIP
    >>> alt.Chart(frame).mark_bar().encode(x="carrier", y="mean(arr_delay)")  # doctest: +SKIP
    """
    import altair as alt

    chart: Any = alt.JupyterChart
    if not chart._is_offline:
        name = f"altair-{version('altair')}-{version('vl-convert-python')}.js"
        kept = _workspace.current().home / "cache" / name
        if kept.is_file():
            chart._esm = kept.read_text()
            chart._is_offline = True
        else:
            chart.enable_offline()
            atomic_write(kept, chart._esm.encode())
    options = {"renderer": "svg", "actions": False}
    alt.renderers.enable("jupyter", offline=True, embed_options=options)
    alt.theme.register("workbench", enable=True)(_theme)


def _theme() -> Any:
    return {
        "config": {
            "background": "transparent",
            "view": {"stroke": None},
            "font": "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif",
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12},
            "title": {"anchor": "start", "fontSize": 14, "fontWeight": 600},
            "range": {"category": list(CATEGORIES)},
            "bar": {"color": CATEGORIES[0]},
            "line": {"color": CATEGORIES[0]},
            "point": {"color": CATEGORIES[0], "filled": True},
        }
    }
