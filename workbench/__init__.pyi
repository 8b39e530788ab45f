"""The public names, for type checkers and editors; a test holds this list to the real one."""

from workbench.dashboards import publish
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.drift import drift
from workbench.data.reading import Images, Query
from workbench.data.schemas.inference import infer_schema
from workbench.data.schemas.records import schema
from workbench.data.statistics import statistics
from workbench.data.transforms import Transform
from workbench.data.validation import validate
from workbench.evaluation.baselines import base_rate, gradient_boosting
from workbench.evaluation.evaluate import evaluate
from workbench.evaluation.gates import Gate
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureService, FeatureView
from workbench.features.discovery.from_cell import feature_from_cell
from workbench.features.discovery.synthesis import discover_features
from workbench.features.governance.catalogue import search_features
from workbench.features.governance.impact import impact
from workbench.features.governance.removal import delete_view, rename_view
from workbench.features.governance.tags import tag, tags, untag
from workbench.features.governance.unused import unused_features
from workbench.features.governance.usage import usage
from workbench.features.log.events import track_event, tracked_events
from workbench.features.log.predictions import prediction_log
from workbench.features.log.served import feature_log
from workbench.features.offline.late_labels import Labels
from workbench.features.offline.leakage import leakage
from workbench.features.offline.training_sets import training_set
from workbench.features.offline.why import why
from workbench.features.online.freshness import freshness
from workbench.features.online.materialization import materialize
from workbench.features.online.pruning import prune_online
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.features.online.skew import skew
from workbench.features.streams.stream import stream
from workbench.jobs import run_notebook, schedule
from workbench.lineage import lineage
from workbench.monitoring.alerts import alert
from workbench.monitoring.monitors import monitor
from workbench.registry import model, models, register
from workbench.serving.deployments import (
    deploy,
    deployment,
    deployments,
    predictions,
    promote,
    rollback,
)
from workbench.serving.feature_client import FeatureClient
from workbench.serving.feature_processes import feature_server, serve_features
from workbench.tracking import runs, start_run
from workbench.training import ColumnsModel, TorchModel, train
from workbench.workspace import connect

__version__: str
__all__ = [
    "Aggregation",
    "ColumnsModel",
    "Entity",
    "FeatureClient",
    "FeatureService",
    "FeatureView",
    "Gate",
    "Images",
    "Labels",
    "OnDemandView",
    "Query",
    "TorchModel",
    "Transform",
    "alert",
    "base_rate",
    "connect",
    "dataset",
    "delete_view",
    "deploy",
    "deployment",
    "deployments",
    "discover_features",
    "drift",
    "evaluate",
    "feature_from_cell",
    "feature_log",
    "feature_server",
    "feature_service",
    "feature_view",
    "freshness",
    "gradient_boosting",
    "impact",
    "infer_schema",
    "ingest",
    "leakage",
    "lineage",
    "materialize",
    "model",
    "models",
    "monitor",
    "on_demand_view",
    "online",
    "prediction_log",
    "predictions",
    "promote",
    "prune_online",
    "publish",
    "push",
    "register",
    "rename_view",
    "rollback",
    "run_notebook",
    "runs",
    "schedule",
    "schema",
    "search_features",
    "serve_features",
    "skew",
    "start_run",
    "statistics",
    "stream",
    "tag",
    "tags",
    "track_event",
    "tracked_events",
    "train",
    "training_set",
    "untag",
    "unused_features",
    "usage",
    "validate",
    "why",
]
