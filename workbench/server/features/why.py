"""Why a training set holds a value: the rows of its key around the moment, as they are drawn."""

from __future__ import annotations

from typing import Any

from workbench.core.calls import call
from workbench.core.errors import NotFound
from workbench.data.datasets import Dataset
from workbench.features.definitions.selections import choose
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.why import why
from workbench.metadata import Artifact
from workbench.server.datasets.recorded import Recorded
from workbench.server.features.drawing import milliseconds, shown, young

#: So many rows that were not taken are drawn.
NEAR = 10


def is_explained(artifact: Artifact) -> bool:
    """Return whether a dataset's values were joined from views, and not served."""
    said = artifact.properties
    return bool(said.get("features")) and not said.get("from_log")


def questions(recorded: Recorded) -> dict[str, Any]:
    """Return the part: the features that can be asked about, and how many rows there are."""
    artifact = recorded.dataset
    code = call("wb.why", artifact.ref, row=0, feature="…")
    try:
        chosen = choose(artifact.properties["features"])
    except (KeyError, NotFound):  # no training set, or a view of it is gone
        return {"tables": [], "asked": None, "code": code}
    features = [
        f"{view}:{column}"
        for view, column in chosen.asked
        if isinstance(chosen.views[view], FeatureView)
    ]
    rows = int(artifact.properties.get("rows") or 0)
    return {"tables": [], "asked": {"features": features, "rows": rows}, "code": code}


def explained(artifact: Artifact, row: int, feature: str) -> dict[str, Any]:
    """Return why one value is what it is, drawn as the builder draws a join.

    Raises
    ------
    NotFound
        If what its views read is gone.
    InvalidInput
        If it is no training set, or has no such row or feature.
    """
    made = Dataset(artifact)
    told = why(made, row=row, feature=feature, limit=NEAR)
    (selection,) = choose(told.view).selections
    view, column = selection.view, told.feature.partition(":")[2]
    taken = [told.chosen] if told.chosen is not None else list(told.counted)
    near = [] if view.time is None else [*taken, *told.rejected]
    near.sort(key=lambda each: (each.event, each.visible), reverse=True)
    if told.value is not None:
        status = "present"
    else:
        status = "expired" if told.counts.get("expired") and not taken else "missing"
    return {
        "joined": {
            "row": row,
            "at": milliseconds(told.at),
            "label": "",
            "views": [
                {
                    "view": view.ref,
                    "feature": column,
                    "keys": ", ".join(f"{name} {value}" for name, value in told.keys.items()),
                    "status": status,
                    "isStatic": view.time is None,
                    "isAggregated": bool(view.aggregations),
                    "ttl": young(view, column),
                    "value": shown(told.value),
                    "candidates": [
                        {
                            "event": milliseconds(each.event),
                            "created": milliseconds(each.created),
                            "visible": milliseconds(each.visible),
                            "value": shown(each.value),
                            "reason": each.reason,
                        }
                        for each in near
                    ],
                }
            ],
        },
        "value": shown(told.value),
        "online": shown(told.online),
        "by_event_time": shown(told.by_event_time),
        "leaks": told.leaks,
        "code": call("wb.why", made.ref, row=row, feature=told.feature),
    }
