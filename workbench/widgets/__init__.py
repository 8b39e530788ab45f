"""Pictures that live in a notebook: of data, of a run as it goes, of lineage.

A widget holds JSON (`data`), which a bundled ES module from `static/` draws
in JupyterLab and Voila.
`base` is what they share; `curves` reads a run's curves; `drawing` and the modules named
`*_picture` draw the still picture that an untrusted or exported notebook shows.
"""

from workbench.widgets.diff import DiffWidget
from workbench.widgets.dive import DiveWidget
from workbench.widgets.drift import DriftWidget
from workbench.widgets.lineage import LineageWidget
from workbench.widgets.run import RunWidget
from workbench.widgets.schema import SchemaWidget
from workbench.widgets.spans import SpansWidget
from workbench.widgets.statistics import StatisticsWidget

__all__ = [
    "DiffWidget",
    "DiveWidget",
    "DriftWidget",
    "LineageWidget",
    "RunWidget",
    "SchemaWidget",
    "SpansWidget",
    "StatisticsWidget",
]
