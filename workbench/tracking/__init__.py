"""Runs: what was tried, with which params, and how well it did.

A `Run` writes each metric to its `journal` (one write a call, safe against a kill), `folding` moves
journals into the metadata database in batches, `finding` lists runs and `filters` narrows the list,
`thinning` makes a long curve short enough to draw.
"""

from workbench.tracking.finding import RunList, runs
from workbench.tracking.openers import register_opener
from workbench.tracking.runs import Run, as_number, start_run

__all__ = ["Run", "RunList", "as_number", "register_opener", "runs", "start_run"]
