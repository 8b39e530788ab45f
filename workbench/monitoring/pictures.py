"""How the baseline and what was served are laid over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.core.colours import CATEGORIES
from workbench.evaluation.pictures import themed

if TYPE_CHECKING:
    import altair as alt

_SIDES = {"baseline": "baseline", "served": "served"}


def drift_chart(
    histograms: Sequence[Mapping[str, Any]], chosen: Sequence[str] = ()
) -> alt.TopLevelMixin:
    """Draw the distribution of each feature: the baseline filled, what was served outlined.

    Parameters
    ----------
    histograms : sequence of dict
        As `workbench.monitoring.observe` makes them.
    chosen : sequence of str
        Draw these features; the first four when empty.
    """
    import altair as alt

    shown = [each for each in histograms if each["feature"] in chosen] or list(histograms[:4])
    charts: list[Any] = [_overlaid(each) for each in shown]
    if not charts:
        nothing = alt.Chart({"values": [{}]}).mark_text(text="no feature to compare")
        return themed(nothing.properties(width=300, height=60))
    return themed(alt.concat(*charts, columns=2))


def _overlaid(histogram: Mapping[str, Any]) -> alt.TopLevelMixin:
    import altair as alt
    import pandas as pd

    rows = [
        {**each, "order": i, "side": side, "share": each[side]}
        for i, each in enumerate(histogram["bins"])
        for side in _SIDES
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("share:Q", title="share of rows", axis=alt.Axis(format="%", tickCount=4)),
        color=alt.Color(
            "side:N",
            title=None,
            scale=alt.Scale(domain=list(_SIDES), range=list(CATEGORIES[:2])),
        ),
        tooltip=["label", "side", alt.Tooltip("share:Q", format=".1%")],
    )
    numeric = bool(histogram["bins"]) and "low" in histogram["bins"][0]
    x: Any
    if numeric:
        low = alt.X("low:Q", bin="binned", title=None, scale=alt.Scale(zero=False))
        x = {"x": low, "x2": "high:Q"}
    else:
        x = {"x": alt.X("label:N", title=None, sort=alt.SortField("order"))}
    filled = base.transform_filter("datum.side == 'baseline'").mark_bar(opacity=0.45)
    outlined = base.transform_filter("datum.side == 'served'").mark_bar(
        fillOpacity=0, strokeWidth=1.5, stroke=CATEGORIES[1]
    )
    title = f"{histogram['feature']}, drift {histogram['jsd']:.2g}"
    return alt.layer(filled.encode(**x), outlined.encode(**x)).properties(
        width=300, height=140, title=title
    )
