"""The rows of a dataset that were set aside when it was read."""

from __future__ import annotations

from typing import Any

from workbench.core.calls import call
from workbench.data.datasets.dataset import Dataset
from workbench.server.datasets.recorded import Recorded
from workbench.server.tables import column, table

#: So many are shown.
SHOWN = 1_000


def bad_rows(recorded: Recorded) -> dict[str, Any]:
    """Return the part: a row a bad row, the first of them."""
    import pyarrow.parquet as pq

    from workbench import workspace

    dataset = Dataset(recorded.dataset)
    blobs = workspace.current().blobs
    rows: list[tuple[Any, ...]] = []
    names = ("source", "row", "column", "value", "reason")
    for file in dataset.manifest.bad:
        with pq.ParquetFile(blobs.local_path(file.digest)) as opened:
            for batch in opened.iter_batches(SHOWN, columns=list(names)):
                if len(rows) < SHOWN:
                    rows += zip(*(batch.column(name).to_pylist() for name in names), strict=True)
    formats = {"row": "count", "column": "code", "value": "code"}
    heads = [column(name, formats.get(name, "text")) for name in names]
    return {
        "tables": table("Bad rows", heads, rows[:SHOWN]),
        "code": call("wb.dataset", recorded.dataset.ref) + ".bad_rows()",
        "all": sum(file.rows for file in dataset.manifest.bad),
    }
