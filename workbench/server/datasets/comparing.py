"""One version of a dataset against another, row by row."""

from __future__ import annotations

from typing import Any

from workbench.data.datasets.dataset import Dataset
from workbench.server.datasets.parts import dataset_record
from workbench.server.tables import column, table


def compare(before: str, after: str) -> dict[str, Any]:
    """Return what changed between two versions, given by their ids.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If the two cannot be compared: they share no column, or the key names several rows.
    """
    from workbench.data.datasets.diff import diff

    a, b = Dataset(dataset_record(before)), Dataset(dataset_record(after))
    found = diff(a, b)
    columns = [
        *((each.name, "added", "", each.type) for each in found.columns_added),
        *((each.name, "removed", each.type, "") for each in found.columns_removed),
        *((old.name, "retyped", old.type, new.type) for old, new in found.columns_retyped),
    ]
    changed = found.changed_columns.items()
    heads = [column("column", "code"), column("change"), column("before"), column("after")]
    return {
        "before": a.ref,
        "after": b.ref,
        "key": list(found.key),
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "tables": [
            *table("Changed values", [column("column", "code"), column("rows", "count")], changed),
            *table("Changed columns", heads, columns),
        ],
    }
