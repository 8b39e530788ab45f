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

    A column without missing values is required; a text column of few values may hold only those;
    lists of one length have that shape, others bounds; structs have their fields. Ranges of numbers
    are left open, as TFDV leaves them. The label is expected in training and not
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
    structs: dict[tuple[str, ...], Any] = {(): proto}
    for each in figures.features:
        path = each.path or (each.name,)
        # A field whose struct was not described stands by itself, under its whole name.
        holder = structs.get(path[:-1])
        feature = (proto if holder is None else holder).feature.add()
        feature.name = each.name if holder is None else path[-1]
        infer_feature(feature, each, max_values)
        if each.type == "STRUCT":
            structs[path] = feature.struct_domain
        if each.role == "label":
            proto.default_environment[:] = [TRAINING, SERVING]
            feature.not_in_environment.append(SERVING)
    return proto


def infer_feature(feature: Any, figures: FeatureStatistics, max_values: int = MOST_VALUES) -> None:
    """Say in a feature of a schema what a column's figures fulfil."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    if figures.type == "STRUCT":
        feature.type = schema_pb2.STRUCT
        feature.struct_domain.SetInParent()
    if not figures.count:
        # Nothing was seen that could tell a type; the column may go on being empty.
        feature.presence.min_count = 0
        return
    types = {
        "STRING": schema_pb2.BYTES,
        "BYTES": schema_pb2.BYTES,
        "FLOAT": schema_pb2.FLOAT,
        "STRUCT": schema_pb2.STRUCT,
    }
    feature.type = types.get(figures.type, schema_pb2.INT)
    feature.presence.min_count = 1
    if not figures.missing:
        feature.presence.min_fraction = 1.0
    _infer_lengths(feature, figures)
    _infer_domain(feature, figures, max_values)


def _infer_lengths(feature: Any, figures: FeatureStatistics) -> None:
    """Say how many values a row has: a shape where every row has as many, else bounds."""
    if figures.type == "STRUCT" and not figures.lists:
        return
    levels = [(each.minimum, each.maximum) for each in figures.lists] or [(1, 1)]
    whole = not figures.missing and not any(each.missing for each in figures.lists)
    if whole and figures.type != "STRUCT" and all(low == high > 0 for low, high in levels):
        for low, _ in levels:
            feature.shape.dim.add(size=low)
        return
    for low, high in levels:
        nested = len(levels) > 1
        count = feature.value_counts.value_count.add() if nested else feature.value_count
        if low == high > 0:
            count.min, count.max = low, high
        elif low > 0:
            count.min = 1
        else:
            count.SetInParent()  # nothing to hold, but as many levels as the values have


def _infer_domain(feature: Any, figures: FeatureStatistics, max_values: int) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    if figures.type == "BOOL":
        feature.bool_domain.SetInParent()
    elif figures.type == "TIME":
        feature.time_domain.integer_format = schema_pb2.TimeDomain.UNIX_MICROSECONDS
    elif figures.type == "BYTES" and figures.images is not None and not figures.images.unreadable:
        feature.image_domain.SetInParent()
    elif figures.type == "INT" and figures.categorical:
        feature.int_domain.is_categorical = True
    elif _is_enumerated(figures, max_values):
        feature.string_domain.name = feature.name
        feature.string_domain.value.extend(sorted(value for value, _ in figures.top))


def _is_enumerated(figures: FeatureStatistics, max_values: int) -> bool:
    if figures.type != "STRING" or figures.invalid_utf8:
        return False
    return 0 < figures.unique <= min(max_values, len(figures.top))
