"""The schema that the data at hand fulfils."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.data.schemas import Schema, record_schema
from workbench.data.statistics import Statistics, statistics

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.statistics.figures import FeatureStatistics

MOST_VALUES = 100
TRAINING, SERVING = "TRAINING", "SERVING"


def infer_schema(
    stats: Statistics | Dataset | pd.DataFrame | pa.Table | str,
    *,
    max_values: int = MOST_VALUES,
) -> Schema:
    """Return the schema that the data at hand fulfils; that of a dataset is also recorded.

    A column without missing values is required; a text column of few values may hold only those.
    Ranges of numbers are left open, as TFDV leaves them. The label is expected in training and not
    in serving.

    Parameters
    ----------
    stats : Statistics, Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    max_values : int
        A text column of more distinct values than this may hold any.

    Examples
    --------
    >>> import pyarrow as pa
    >>> infer_schema(pa.table({"origin": ["JFK", "EWR", "JFK"]})).values("origin")
    ('EWR', 'JFK')
    """
    figures = stats if isinstance(stats, Statistics) else statistics(stats)
    if figures.artifact is None:
        return Schema(_inferred(figures, max_values))
    return record_schema(
        _inferred(figures, max_values),
        figures.artifact.name,
        [figures.artifact],
        statistics=figures.artifact.ref,
        dataset=figures.artifact.properties.get("dataset"),
    )


def _inferred(figures: Statistics, max_values: int) -> Any:
    from tensorflow_metadata.proto.v0 import schema_pb2

    proto = schema_pb2.Schema()
    for each in figures.features:
        _infer_feature(proto.feature.add(), each, max_values)
        if each.role == "label":
            proto.default_environment[:] = [TRAINING, SERVING]
            proto.feature[-1].not_in_environment.append(SERVING)
    return proto


def _infer_feature(feature: Any, figures: FeatureStatistics, max_values: int) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    feature.name = figures.name
    if not figures.count:
        # Nothing was seen that could tell a type; the column may go on being empty.
        feature.presence.min_count = 0
        return
    types = {"STRING": schema_pb2.BYTES, "FLOAT": schema_pb2.FLOAT}
    feature.type = types.get(figures.type, schema_pb2.INT)
    feature.presence.min_count = 1
    if figures.missing:
        feature.value_count.min = feature.value_count.max = 1
    else:
        feature.presence.min_fraction = 1.0
        feature.shape.dim.add(size=1)
    if figures.type == "BOOL":
        feature.bool_domain.SetInParent()
    elif figures.type == "TIME":
        feature.time_domain.integer_format = schema_pb2.TimeDomain.UNIX_MICROSECONDS
    elif figures.type == "STRING" and figures.unique <= min(max_values, len(figures.top)):
        feature.string_domain.name = figures.name
        feature.string_domain.value.extend(sorted(value for value, _ in figures.top))
