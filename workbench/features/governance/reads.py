"""How often features were served, as the logs of feature services and deployments say."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.features.definitions.kinds import SERVICE, VIEW
from workbench.features.definitions.selections import choose
from workbench.features.definitions.views import service_from
from workbench.features.log.predictions import prediction_log
from workbench.features.log.segments import names_in
from workbench.features.log.served import Served
from workbench.metadata import Artifact

Feature = tuple[str, str]  # a view's name and a column


def reads_since(since: datetime) -> Counter[Feature]:
    """Return how many rows each feature was served in, from `since` on, by view and column.

    Counted is what the logs on this machine keep: rows of feature services, and predictions of
    deployments that look features up. What a notebook or another program read with `online` is
    logged nowhere.
    """
    place = workspace.current()
    found: Counter[Feature] = Counter()
    for name in names_in(place.home / "logs" / "features"):
        table = Served(name, since).read()
        for each in table.column("service").value_counts().to_pylist():
            for feature in _of_service(str(each["values"])):
                found[feature] += each["counts"]
    for deployment in place.metadata.artifacts("deployment", latest_only=True):
        rows = _predictions(place.home, deployment.name, since)
        for feature in _looked_up(deployment) if rows else ():
            found[feature] += rows
    return found


def _of_service(reference: str) -> list[Feature]:
    try:
        artifact = workspace.current().metadata.artifact(SERVICE, reference)
        chosen = choose(service_from(artifact))
    except NotFound:  # a service or view that is gone was read before that
        return []
    between = [(each.view.name, c) for each in chosen.selections for c in each.columns]
    return list(dict.fromkeys([*chosen.asked, *between]))


def _predictions(home: Path, deployment: str, since: datetime) -> int:
    if not (home / "logs" / "predictions" / deployment).is_dir():
        return 0
    return int(prediction_log(deployment, since=since).read().num_rows)


def _looked_up(deployment: Artifact) -> list[Feature]:
    retrieval = (deployment.properties.get("plan") or {}).get("retrieval") or {}
    found = []
    for view in retrieval.get("views", ()):
        known = workspace.current().metadata.artifact(VIEW, view["ref"])
        names = [each["name"] for each in known.properties["columns"]]
        found += [(view["view"], names[each["position"]]) for each in view["columns"]]
    for step in retrieval.get("on_demand", ()):
        found += [(step["view"], each["column"]) for each in step["outputs"] if each["name"]]
    return list(dict.fromkeys(found))
