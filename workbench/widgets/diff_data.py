"""The difference between two versions of a dataset, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.datasets.diff import DatasetDiff
    from workbench.data.drift import Drift

_LONGEST = 120


def diff_data(diff: DatasetDiff, *, drift: Drift | None = None, limit: int = 50) -> dict[str, Any]:
    """Return what a picture of the difference needs.

    Parameters
    ----------
    diff : DatasetDiff
    drift : Drift, optional
        How far columns moved, if that is known.
    limit : int
        The most rows of each kind that come along.

    Returns
    -------
    dict
        ``a`` and ``b`` with ``name`` and ``rows``; ``key``; ``added``, ``removed``, ``changed`` and
        ``unchanged`` rows; ``columns`` with ``name``, ``type``, ``before`` (another type),
        ``state`` (added, removed, retyped or kept), ``changed`` rows, and ``drift`` or None (of a
        struct, that of the field that moved most);
        ``samples`` of ``added`` and ``removed`` rows (``columns``, ``rows`` of texts) and of
        ``changed`` ones (``key`` and, by column, ``cells`` of texts before and after).
    """
    return {
        "a": {"name": diff.a.ref, "rows": diff.a.rows},
        "b": {"name": diff.b.ref, "rows": diff.b.rows},
        "key": list(diff.key),
        "added": diff.added,
        "removed": diff.removed,
        "changed": diff.changed,
        "unchanged": diff.unchanged,
        "columns": _columns(diff, drift),
        "samples": {
            "added": _rows(diff.added_rows(limit)) if diff.added else None,
            "removed": _rows(diff.removed_rows(limit)) if diff.removed else None,
            "changed": _changed(diff.changed_rows(limit), diff) if diff.changed else None,
        },
    }


def _columns(diff: DatasetDiff, drift: Drift | None) -> list[dict[str, Any]]:
    """Return every column of both versions: what came and went first, then the most changed."""
    moved = {} if drift is None else drift.by_column(each.name for each in diff.b.columns)
    before = {old.name: old.type for old, _ in diff.columns_retyped}
    states = dict.fromkeys((each.name for each in diff.columns_added), "added")
    states |= dict.fromkeys(before, "retyped")
    found = [(each, states.get(each.name, "kept")) for each in diff.b.columns]
    found += [(each, "removed") for each in diff.columns_removed]
    columns: list[dict[str, Any]] = []
    for column, state in found:
        measured = moved.get(column.name)
        columns.append(
            {
                "name": column.name,
                "type": column.type,
                "before": before.get(column.name),
                "state": state,
                "changed": diff.changed_columns.get(column.name, 0),
                "drift": None if measured is None else _drift(measured),
            }
        )
    order = ("added", "removed", "retyped", "kept")
    columns.sort(key=lambda each: (order.index(each["state"]), -each["changed"], -_jsd(each)))
    return columns


def _drift(measured: Any) -> dict[str, Any]:
    return {
        "jsd": measured.jsd,
        "where": measured.where,
        "share_a": measured.share_a,
        "share_b": measured.share_b,
    }


def _jsd(column: Mapping[str, Any]) -> float:
    return column["drift"]["jsd"] if column["drift"] else 0.0


def _rows(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "columns": [str(name) for name in frame.columns],
        "rows": [
            [_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)
        ],
    }


def _changed(frame: pd.DataFrame, diff: DatasetDiff) -> list[dict[str, Any]]:
    """Return each row's key, and before and after of the columns in which it changed."""
    found = []
    names = [(str(pair[0]), str(pair[1])) for pair in frame.columns.tolist()]
    for row in frame.itertuples(index=False, name=None):
        cells = {pair: _cell(value) for pair, value in zip(names, row, strict=True)}
        changed = {
            name: [cells[name, "before"], cells[name, "after"]]
            for name, side in names
            if side == "before" and cells[name, "before"] != cells[name, "after"]
        }
        found.append({"key": [cells[name, "key"] for name in diff.key], "cells": changed})
    return found


def _cell(value: Any) -> str | None:
    """Return a value as text, None where it is missing."""
    import pandas as pd

    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    words = f"{value:.12g}" if isinstance(value, float) else str(value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
