"""Where rows are not as their schema says.

`validation` is the pipeline. `gathering` finds out what a schema asks about some rows, as
`evidence`: from `messages` of TFDV, or from rows by `scanning` (how columns fit `together`, their
`language`, their `references`). `examination` holds it against the schema by `checking`, which
hands each column from `specification` to `presence`, `domains`, `semantics`, `composites` and
`comparisons`, and the dataset to `size`. `anomalies` is what was found.

From an anomaly: the `offending` rows, by its `conditions` and their `predicates`; the slices where
it is `worst`; the edit of the schema, from `proposals` by `repairs`. `protos` speaks what TFX
reads, `showing` draws.
"""

from workbench.data.validation.anomalies import Anomalies, Anomaly, Measurement
from workbench.data.validation.proposals import Proposal
from workbench.data.validation.validation import KIND, load_anomalies, validate
from workbench.data.validation.worst import Slice

__all__ = [
    "KIND",
    "Anomalies",
    "Anomaly",
    "Measurement",
    "Proposal",
    "Slice",
    "load_anomalies",
    "validate",
]
