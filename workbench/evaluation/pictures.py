"""Charts as pictures, in the style that every chart of this library shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.core.colours import CATEGORIES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

INK = "#4a4a4a"
RULE = "#d9d9d9"


def png(chart: alt.TopLevelMixin, *, scale: float = 2.0) -> bytes:
    """Return a chart as a PNG, drawn in this process without a browser or a network."""
    import vl_convert

    content: bytes = vl_convert.vegalite_to_png(chart.to_json(), scale=scale)
    return content


def pixel_width(image: bytes) -> int:
    """Return how wide a PNG is, from its header (W3C's PNG, third edition, 11.2.1)."""
    return int.from_bytes(image[16:20], "big")


def themed(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    """Return a chart in the house's style: thin lines, one grey, no frame."""
    styled: alt.TopLevelMixin = (
        chart.configure(background="white", font="Liberation Sans, Arial, sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=INK, gridColor="#eeeeee", domainColor=RULE, tickColor=RULE
        )
        .configure_title(color=INK, anchor="start", fontWeight="normal", fontSize=12)
        .configure_legend(labelColor=INK, titleColor=INK)
    )
    return styled


def interval_chart(table: pd.DataFrame, titles: dict[str, str]) -> alt.TopLevelMixin:
    """Draw each slice's metric with its interval: the model filled, the baseline outlined.

    Parameters
    ----------
    table : DataFrame
        One row a slice, metric and side, with columns by, slice, metric, side, value, low, high,
        rows.
    titles : dict
        What each metric is called.
    """
    import altair as alt

    def of(metric: str, by: str) -> Any:  # a LayerChart, which altair types too narrowly
        shown = table[(table["metric"] == metric) & (table["by"] == by)]
        base = alt.Chart(shown).encode(
            y=alt.Y("slice:N", title=None, sort=None),
            x=alt.X(
                "value:Q",
                title=titles[metric],
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickCount=5),
            ),
            color=alt.Color(
                "side:N",
                title=None,
                scale=alt.Scale(domain=["model", "baseline"], range=list(CATEGORIES[:2])),
            ),
            tooltip=["slice", "side", "value", "low", "high", "rows"],
        )
        spread = base.mark_rule(strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
        model = base.transform_filter("datum.side == 'model'").mark_point(filled=True, size=55)
        other = base.transform_filter("datum.side == 'baseline'").mark_point(
            fill="white", size=45, strokeWidth=1.5
        )
        height = alt.Step(18)
        layers: Any = alt.layer(spread, other, model)
        title = "" if by == "all rows" else f"by {by}"
        return layers.properties(width=260, height=height, title=title)

    kinds = list(dict.fromkeys(table["by"]))
    rows = [alt.hconcat(*(of(metric, by) for metric in titles)) for by in kinds]
    return themed(
        alt.vconcat(*rows).resolve_scale(x="shared" if len(titles) == 1 else "independent")
    )
