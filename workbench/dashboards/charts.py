"""Altair in a page with no network: its JavaScript bundled once, its colours ours."""

from __future__ import annotations

import base64
import os
from importlib.metadata import version
from typing import Any

from workbench import workspace as _workspace
from workbench.core.colours import CATEGORIES
from workbench.core.files import atomic_write
from workbench.evaluation.pictures import pixel_width, png

_Bundle = tuple[dict[str, Any], dict[str, Any]]


def offline_charts() -> None:
    """Make every Altair chart of this kernel draw without a network, as SVG in the page's colours.

    By default Altair's charts fetch Vega from a CDN. The bundle that replaces it takes seconds to
    make, so the workspace keeps it for each version of Altair. In a notebook a chart also leaves a
    still picture, which shows where its JavaScript may not run. A theme that the user enabled
    stays. Where the magics are loaded, the first chart calls this by itself; a
    ``alt.JupyterChart`` made by hand needs the call before it.

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
    # Voila makes its pages anew for each reader, and keeps none.
    drawn = _live if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/") else _live_and_still
    alt.renderers.register("workbench", drawn)
    alt.renderers.enable("workbench", embed_options=options)
    alt.theme.register("workbench", enable=alt.theme.active == "default")(_theme)


def _live(spec: dict[str, Any], embed_options: dict[str, Any]) -> _Bundle:
    import altair as alt

    chart = alt.JupyterChart(alt.Chart.from_dict(spec), embed_options=embed_options)
    bundle: Any = chart._repr_mimebundle_()  # IPython's; ipywidgets declares less than it gives
    data, metadata = bundle
    return data, metadata


def _live_and_still(spec: dict[str, Any], embed_options: dict[str, Any]) -> _Bundle:
    """Return what a notebook shows: the chart, and a picture of it on white at two to one."""
    import altair as alt

    data, metadata = _live(spec, embed_options)
    still = png(alt.Chart.from_dict({**spec, "background": "white"}))
    shown = {"image/png": {"width": pixel_width(still) // 2}}
    return {**data, "image/png": base64.b64encode(still).decode()}, {**metadata, **shown}


def _theme() -> Any:
    # Words and lines have the colour of the text around the chart, in light and in dark.
    here = "currentColor"
    words = {"labelColor": here, "titleColor": here}
    axis = {
        **words,
        "domainColor": here,
        "domainOpacity": 0.3,
        "tickColor": here,
        "tickOpacity": 0.3,
        "gridColor": here,
        "gridOpacity": 0.12,
    }
    return {
        "config": {
            "background": "transparent",
            "view": {"stroke": None},
            "font": "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif",
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", **axis},
            "header": words,
            "legend": {"labelFontSize": 12, "titleFontSize": 12, **words},
            "title": {
                "anchor": "start",
                "fontSize": 14,
                "fontWeight": 600,
                "color": here,
                "subtitleColor": here,
            },
            "text": {"color": here},
            "range": {"category": list(CATEGORIES)},
            "bar": {"color": CATEGORIES[0]},
            "line": {"color": CATEGORIES[0]},
            "point": {"color": CATEGORIES[0], "filled": True},
        }
    }
