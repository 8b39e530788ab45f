"""An ML platform that lives in JupyterLab: from raw data to a monitored model, in one library.

Every public name is here, in the order of `__all__`; a name's module loads when the name is first
used, so that `import workbench` costs next to nothing.

Examples
--------
>>> import workbench as wb
>>> wb.connect.__module__
'workbench.workspace'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Aggregation": "workbench.features.definitions.aggregations",
    "ColumnsModel": "workbench.training",
    "Entity": "workbench.features.definitions.entities",
    "FeatureClient": "workbench.serving.feature_client",
    "FeatureService": "workbench.features.definitions.views",
    "FeatureView": "workbench.features.definitions.views",
    "Gate": "workbench.evaluation.gates",
    "Images": "workbench.data.reading",
    "Labels": "workbench.features.offline.late_labels",
    "OnDemandView": "workbench.features.definitions.computed",
    "Query": "workbench.data.reading",
    "TorchModel": "workbench.training",
    "Transform": "workbench.data.transforms",
    "alert": "workbench.monitoring.alerts",
    "base_rate": "workbench.evaluation.baselines",
    "connect": "workbench.workspace",
    "dataset": "workbench.data.datasets",
    "delete_view": "workbench.features.governance.removal",
    "deploy": "workbench.serving.deployments",
    "deployment": "workbench.serving.deployments",
    "deployments": "workbench.serving.deployments",
    "discover_features": "workbench.features.discovery.synthesis",
    "drift": "workbench.data.drift",
    "evaluate": "workbench.evaluation.evaluate",
    "feature_from_cell": "workbench.features.discovery.from_cell",
    "feature_log": "workbench.features.log.served",
    "feature_server": "workbench.serving.feature_processes",
    "feature_service": "workbench.features.definitions.registration",
    "feature_view": "workbench.features.definitions.registration",
    "freshness": "workbench.features.online.freshness",
    "gradient_boosting": "workbench.evaluation.baselines",
    "impact": "workbench.features.governance.impact",
    "infer_schema": "workbench.data.schemas.inference",
    "ingest": "workbench.data.datasets.ingest",
    "leakage": "workbench.features.offline.leakage",
    "lineage": "workbench.lineage",
    "materialize": "workbench.features.online.materialization",
    "model": "workbench.registry",
    "models": "workbench.registry",
    "monitor": "workbench.monitoring.monitors",
    "on_demand_view": "workbench.features.definitions.on_demand",
    "online": "workbench.features.online.reading",
    "prediction_log": "workbench.features.log.predictions",
    "predictions": "workbench.serving.deployments",
    "promote": "workbench.serving.deployments",
    "prune_online": "workbench.features.online.pruning",
    "publish": "workbench.dashboards",
    "push": "workbench.features.online.pushing",
    "register": "workbench.registry",
    "rename_view": "workbench.features.governance.removal",
    "rollback": "workbench.serving.deployments",
    "run_notebook": "workbench.jobs",
    "runs": "workbench.tracking",
    "schedule": "workbench.jobs",
    "schema": "workbench.data.schemas.records",
    "search_features": "workbench.features.governance.catalogue",
    "serve_features": "workbench.serving.feature_processes",
    "skew": "workbench.features.online.skew",
    "start_run": "workbench.tracking",
    "statistics": "workbench.data.statistics",
    "stream": "workbench.features.streams.stream",
    "tag": "workbench.features.governance.tags",
    "tags": "workbench.features.governance.tags",
    "track_event": "workbench.features.log.events",
    "tracked_events": "workbench.features.log.events",
    "train": "workbench.training",
    "training_set": "workbench.features.offline.training_sets",
    "untag": "workbench.features.governance.tags",
    "unused_features": "workbench.features.governance.unused",
    "usage": "workbench.features.governance.usage",
    "validate": "workbench.data.validation",
    "why": "workbench.features.offline.why",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  # one list, not two that can disagree


def __getattr__(name: str) -> Any:  # what it is, its module says
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
