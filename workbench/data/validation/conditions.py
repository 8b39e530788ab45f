"""Which rows an anomaly is about, as a condition in SQL.

Some anomalies are about single values, of which a list may have several; others about a row's whole
value; others about no single row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.columns import is_list
from workbench.data.datasets.sources import Source
from workbench.data.schemas import Expression, Reference, domain_of
from workbench.data.schemas.features import find
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.anomalies import Anomaly, Measurement
from workbench.data.validation.comparisons import measure_feature
from workbench.data.validation.domains import is_whole
from workbench.data.validation.references import OTHER, keys_of, orphan_condition
from workbench.data.validation.scanning import columns_in, literal, quoted
from workbench.data.validation.together import length_of, parts_of

if TYPE_CHECKING:
    from workbench.data.validation.examination import Examination


@dataclass(frozen=True)
class Condition:
    """What holds of the offending rows and of no others.

    Attributes
    ----------
    sql : str
    columns : tuple of str
        What it looks at.
    tables : mapping
        Other tables that it asks.
    """

    sql: str
    columns: tuple[str, ...]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


@dataclass(frozen=True)
class _Case:
    """An anomaly of a column, with what the schema says of it and what is known."""

    anomaly: Anomaly
    proto: Any
    feature: Any
    figures: FeatureStatistics
    kind: pa.DataType
    measured: tuple[Measurement, ...] = ()


def condition_of(anomaly: Anomaly, examination: Examination, source: Source) -> Condition:
    """Return the condition of an anomaly's rows.

    Raises
    ------
    InvalidInput
        If it is about no single rows.
    """
    constraint = anomaly.constraint
    if isinstance(constraint, Expression):
        return Condition(f"NOT (\n{constraint.sql}\n)", columns_in(constraint.sql, source))
    if isinstance(constraint, Reference):
        tables = {OTHER: keys_of(constraint, examination.references)}
        return Condition(orphan_condition(constraint), (constraint.column,), tables)
    proto = examination.schema.to_proto()
    if anomaly.kind in _TOGETHER:
        return _of_composite(anomaly, proto, source)
    if anomaly.path and anomaly.path[0] in source.names:
        case = _case(anomaly, examination, proto, source)
        sql = None if case is None else _of_column(case)
        if sql is not None:
            return Condition(sql, (anomaly.path[0],))
    raise InvalidInput(
        f"{anomaly.kind} is not about single rows", hint="its description says all that is known"
    )


def _case(anomaly: Anomaly, examination: Examination, proto: Any, source: Source) -> _Case | None:
    figures = examination.evidence.columns.get(anomaly.path)
    table = next(source.tables([anomaly.path[0]], 1), None)
    if figures is None or table is None:
        return None
    feature = find(proto, anomaly.column)
    measured: tuple[Measurement, ...] = ()
    if feature is not None:
        measured = tuple(measure_feature(feature, figures, examination.controls, anomaly.path))
    kind = table.schema.field(anomaly.path[0]).type
    return _Case(anomaly, proto, feature, figures, kind, measured)


def _of_column(case: _Case) -> str | None:
    path = case.anomaly.path
    values, kind, listed = _reach(case.kind, path)
    if (whole := _WHOLE.get(case.anomaly.kind)) is not None:
        column = quoted(path[0]) if len(path) == 1 else values
        return whole(case, column)
    if (single := _SINGLE.get(case.anomaly.kind)) is None:
        return None
    if not listed:
        return single(case, values, kind)
    predicate = single(case, "one", kind)
    return None if predicate is None else f"len(list_filter({values}, lambda one: {predicate})) > 0"


def _reach(kind: pa.DataType, path: tuple[str, ...]) -> tuple[str, pa.DataType, bool]:
    """Return the SQL of a column's innermost values, their type, and whether they are a list."""
    sql, listed = quoted(path[0]), False
    for step in (*path[1:], None):
        while is_list(kind):
            sql, listed, kind = f"flatten({sql})" if listed else sql, True, kind.value_type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if step is None:
            break
        field_of = f"struct_extract({'one' if listed else sql}, {literal(step)})"
        sql = f"list_transform({sql}, lambda one: {field_of})" if listed else field_of
        kind = kind.field(step).type
    return sql, kind, listed


def _is_nan(sql: str, kind: pa.DataType) -> str:
    return f"isnan({sql})" if pa.types.is_floating(kind) else "false"


def _missing(case: _Case, column: str) -> str:
    plain = not is_list(case.kind) and len(case.anomaly.path) == 1
    nan = _is_nan(column, case.kind) if plain else "false"
    return f"{column} IS NULL OR {nan}"


def _present(case: _Case, column: str) -> str:
    return f"NOT ({_missing(case, column)})"


def _misshapen(case: _Case, column: str) -> str:
    sizes = [each.size for each in case.feature.shape.dim]
    if not case.figures.lists or len(sizes) != len(case.figures.lists):
        return _missing(case, column)
    return f"{column} IS NULL OR " + _length(
        column, len(sizes) - 1, lambda depth: f"<> {sizes[depth]}"
    )


def _length(column: str, deepest: int, compared: Callable[[int], str]) -> str:
    """Return the SQL of a row with a list, of any level down to the deepest, of such a length."""
    said = [f"len({column}) {compared(0)}"]
    inner = column
    for depth in range(1, deepest + 1):
        said.append(f"len(list_filter({inner}, lambda one: len(one) {compared(depth)})) > 0")
        inner = f"flatten({inner})"
    return "(" + " OR ".join(said) + ")"


def _counted(bound: str, sign: str) -> Callable[[_Case, str], str | None]:
    def predicate(case: _Case, column: str) -> str | None:
        which = case.feature.WhichOneof("shape_type")
        counts = (
            [case.feature.value_count]
            if which == "value_count"
            else list(case.feature.value_counts.value_count)
        )
        if not case.figures.lists:
            return None

        def compared(depth: int) -> str:
            limited = counts[depth].HasField(bound)
            return f"{sign} {getattr(counts[depth], bound)}" if limited else "< 0"

        return _length(column, len(counts) - 1, compared)

    return predicate


def _other_type(case: _Case, value: str, kind: pa.DataType) -> str:
    from tensorflow_metadata.proto.v0 import schema_pb2

    wanted = schema_pb2.FeatureType.Name(case.feature.type)
    present = f"{value} IS NOT NULL"
    if wanted == "INT" and pa.types.is_floating(kind):
        return f"{present} AND {value} <> trunc({value})"
    cast = {"INT": "BIGINT", "FLOAT": "DOUBLE"}.get(wanted)
    # Of numbers written as text all rows offend; else those that are no numbers.
    if cast is not None and case.figures.type == "STRING" and not _all_numbers(case.figures):
        return f"{present} AND TRY_CAST({value} AS {cast}) IS NULL"
    return present


def _all_numbers(figures: FeatureStatistics) -> bool:
    return all(is_whole(value) for value, _ in figures.top)


def _unexpected(case: _Case, value: str, kind: pa.DataType) -> str:
    domain = domain_of(case.proto, case.feature)
    known = [] if domain is None else list(domain.value)
    return _not_among(value, known)


def _not_among(value: str, known: list[str]) -> str:
    if not known:
        return f"{value} IS NOT NULL"
    return f"CAST({value} AS VARCHAR) NOT IN ({', '.join(map(literal, known))})"


def _no_word(case: _Case, value: str, kind: pa.DataType) -> str:
    domain = case.feature.bool_domain
    fields = ("true_value", "false_value")
    return _not_among(value, [getattr(domain, each) for each in fields if domain.HasField(each)])


def _no_truth(case: _Case, value: str, kind: pa.DataType) -> str:
    return f"{value} NOT IN (0, 1)"


def _beyond(bound: str, sign: str) -> Callable[[_Case, str, pa.DataType], str]:
    def predicate(case: _Case, value: str, kind: pa.DataType) -> str:
        which = case.feature.WhichOneof("domain_info")
        limit = getattr(getattr(case.feature, which), bound)
        cast = "BIGINT" if which == "int_domain" else "FLOAT"
        # In single precision, as the schema holds its bounds; NaN is greater than all to DuckDB.
        number = f"TRY_CAST({value} AS {cast})"
        said = f"{number} {sign} CAST({limit!r} AS {cast})"
        return f"{said} AND NOT isnan({number})" if cast == "FLOAT" else said

    return predicate


def _not_numeric(cast: str) -> Callable[[_Case, str, pa.DataType], str]:
    def predicate(case: _Case, value: str, kind: pa.DataType) -> str:
        return f"{value} IS NOT NULL AND TRY_CAST({value} AS {cast}) IS NULL"

    return predicate


def _nan(case: _Case, value: str, kind: pa.DataType) -> str:
    return f"isnan(TRY_CAST({value} AS DOUBLE))"


def _infinite(case: _Case, value: str, kind: pa.DataType) -> str:
    return f"isinf(TRY_CAST({value} AS DOUBLE))"


def _large(case: _Case, value: str, kind: pa.DataType) -> str:
    return f"octet_length({value}) > {case.feature.image_domain.max_image_byte_size}"


def _unreadable(case: _Case, value: str, kind: pa.DataType) -> str:
    # The first bytes of JPEG, PNG, GIF and BMP, which TensorFlow decodes.
    return f"NOT regexp_matches(hex({value}[1:4]), '^(FFD8FF|89504E47|47494638|424D)')"


def _moved(measure: str) -> Callable[[_Case, str, pa.DataType], str | None]:
    def predicate(case: _Case, value: str, kind: pa.DataType) -> str | None:
        over = [each for each in case.measured if each.measure == measure]
        found = max(over, key=lambda each: each.value - each.threshold, default=None)
        if found is None or found.where in ("other texts", "numbers", "infinite"):
            return None
        if found.bounds is None:
            return f"CAST({value} AS VARCHAR) = {literal(found.where)}"
        low, high = found.bounds
        number = f"epoch_us({value})" if pa.types.is_timestamp(kind) else f"CAST({value} AS DOUBLE)"
        return f"{number} >= {low!r} AND {number} < {high!r}"

    return predicate


_WHOLE: dict[str, Callable[[_Case, str], str | None]] = {
    "FEATURE_TYPE_NOT_PRESENT": _missing,
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": _missing,
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": _missing,
    "SCHEMA_NEW_COLUMN": _present,
    "INVALID_FEATURE_SHAPE": _misshapen,
    "FEATURE_TYPE_LOW_NUMBER_VALUES": _counted("min", "<"),
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": _counted("max", ">"),
}

_SINGLE: dict[str, Callable[[_Case, str, pa.DataType], str | None]] = {
    "UNEXPECTED_DATA_TYPE": _other_type,
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": _unexpected,
    "BOOL_TYPE_UNEXPECTED_STRING": _no_word,
    "BOOL_TYPE_SMALL_INT": _no_truth,
    "BOOL_TYPE_BIG_INT": _no_truth,
    "BOOL_TYPE_UNEXPECTED_FLOAT": _no_truth,
    "INT_TYPE_SMALL_INT": _beyond("min", "<"),
    "INT_TYPE_BIG_INT": _beyond("max", ">"),
    "FLOAT_TYPE_SMALL_FLOAT": _beyond("min", "<"),
    "FLOAT_TYPE_BIG_FLOAT": _beyond("max", ">"),
    "INT_TYPE_NOT_INT_STRING": _not_numeric("BIGINT"),
    "FLOAT_TYPE_STRING_NOT_FLOAT": _not_numeric("DOUBLE"),
    "FLOAT_TYPE_HAS_NAN": _nan,
    "FLOAT_TYPE_HAS_INF": _infinite,
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED": _large,
    "LOW_SUPPORTED_IMAGE_FRACTION": _unreadable,
    "COMPARATOR_L_INFTY_HIGH": _moved("L_INFTY"),
    "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH": _moved("JENSEN_SHANNON_DIVERGENCE"),
    "COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH": _moved("NORMALIZED_ABSOLUTE_DIFFERENCE"),
}

_TOGETHER = (
    "SPARSE_FEATURE_MISSING_VALUE",
    "SPARSE_FEATURE_MISSING_INDEX",
    "SPARSE_FEATURE_LENGTH_MISMATCH",
    "WEIGHTED_FEATURE_MISSING_VALUE",
    "WEIGHTED_FEATURE_MISSING_WEIGHT",
    "WEIGHTED_FEATURE_LENGTH_MISMATCH",
)


def _of_composite(anomaly: Anomaly, proto: Any, source: Source) -> Condition:
    both = (*proto.sparse_feature, *proto.weighted_feature)
    value, others = parts_of(next(each for each in both if each.name == anomaly.column))
    known = {each.name: each for each in source.columns if each.name in (value, *others)}
    lengths = {name: length_of(known.get(name)) for name in (value, *others)}
    some = " OR ".join(f"{length} IS NOT NULL" for length in lengths.values())
    if anomaly.kind.endswith("MISSING_VALUE"):
        wrong = [f"{lengths[value]} IS NULL"]
    elif anomaly.kind.endswith("MISMATCH"):
        wrong = [
            f"coalesce({lengths[name]}, 0) <> coalesce({lengths[value]}, 0)" for name in others
        ]
    else:
        wrong = [f"{lengths[name]} IS NULL" for name in others]
    return Condition(f"({some}) AND ({' OR '.join(wrong)})", tuple(known))
