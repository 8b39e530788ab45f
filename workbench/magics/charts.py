"""Altair's charts draw with no network in a notebook, without a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# By name, since importing altair takes most of a second and not every notebook draws.
_MODULE, _EVERY_CHART = "altair.vegalite.v6.api", "TopLevelMixin"


def draw_offline(shell: InteractiveShell) -> None:
    """Have the shell's first chart set Altair up, unless the user chose a renderer before it."""
    formatter: Any = shell.display_formatter
    formatter.mimebundle_formatter.for_type_by_name(_MODULE, _EVERY_CHART, _bundle)


def _bundle(chart: Any, include: object = None, exclude: object = None) -> Any:
    import altair as alt

    from workbench.dashboards import offline_charts

    if alt.renderers.active == "default":
        offline_charts()
    return chart._repr_mimebundle_(include, exclude)
