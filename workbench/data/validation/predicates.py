"""What holds of the values, or of the rows, that an anomaly of a column is about, in SQL.

`SINGLE` has what holds of single values, of which a list may have several; `WHOLE`, what holds of a
row's whole value. A predicate that cannot be said is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from workbench.data.columns import is_list
from workbench.data.schemas import domain_of
from workbench.data.statistics.figures import FeatureStatistics
from workbench.data.validation.anomalies import Anomaly, Measurement
from workbench.data.validation.domains import is_whole
from workbench.data.validation.scanning import literal

# A function of bytes that the connection is given.
DECODES = "workbench_decodes"


@dataclass(frozen=True)
class Case:
    """An anomaly of a column, with what the schema says of it and what is known."""

    anomaly: Anomaly
    proto: Any
    feature: Any
    figures: FeatureStatistics
    kind: pa.DataType
    measured: tuple[Measurement, ...] = ()


def _is_nan(sql: str, kind: pa.DataType) -> str:
    return f"isnan({sql})" if pa.types.is_floating(kind) else "false"


def _missing(case: Case, column: str) -> str:
    plain = not is_list(case.kind) and len(case.anomaly.path) == 1
    nan = _is_nan(column, case.kind) if plain else "false"
    return f"{column} IS NULL OR {nan}"


def _present(case: Case, column: str) -> str:
    return f"NOT ({_missing(case, column)})"


def _misshapen(case: Case, column: str) -> str:
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


def _counted(bound: str, sign: str) -> Callable[[Case, str], str | None]:
    def predicate(case: Case, column: str) -> str | None:
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


def _other_type(case: Case, value: str, kind: pa.DataType) -> str:
    from tensorflow_metadata.proto.v0 import schema_pb2

    wanted = schema_pb2.FeatureType.Name(case.feature.type)
    present = f"{value} IS NOT NULL"
    if wanted == "INT" and pa.types.is_floating(kind):
        return f"{present} AND {value} <> trunc({value})"
    cast = {"INT": "BIGINT", "FLOAT": "DOUBLE"}.get(wanted)
    # Of numbers written as text all rows offend; else those that are no numbers.
    if cast is not None and case.figures.type == "STRING" and not _all_numbers(case.figures):
        return _no_number(value, cast)
    return present


def _all_numbers(figures: FeatureStatistics) -> bool:
    return all(is_whole(value) for value, _ in figures.top)


def _unexpected(case: Case, value: str, kind: pa.DataType) -> str:
    domain = domain_of(case.proto, case.feature)
    known = [] if domain is None else list(domain.value)
    return _not_among(value, known)


def _not_among(value: str, known: list[str]) -> str:
    if not known:
        return f"{value} IS NOT NULL"
    return f"CAST({value} AS VARCHAR) NOT IN ({', '.join(map(literal, known))})"


def _no_word(case: Case, value: str, kind: pa.DataType) -> str:
    domain = case.feature.bool_domain
    fields = ("true_value", "false_value")
    return _not_among(value, [getattr(domain, each) for each in fields if domain.HasField(each)])


def _no_truth(case: Case, value: str, kind: pa.DataType) -> str:
    return f"{value} NOT IN (0, 1)"


def _beyond(bound: str, sign: str) -> Callable[[Case, str, pa.DataType], str]:
    def predicate(case: Case, value: str, kind: pa.DataType) -> str:
        which = case.feature.WhichOneof("domain_info")
        limit = getattr(getattr(case.feature, which), bound)
        cast = "BIGINT" if which == "int_domain" else "FLOAT"
        # In single precision, as the schema holds its bounds; NaN is greater than all to DuckDB.
        number = f"TRY_CAST({value} AS {cast})"
        said = f"{number} {sign} CAST({limit!r} AS {cast})"
        return f"{said} AND NOT isnan({number})" if cast == "FLOAT" else said

    return predicate


def _not_numeric(cast: str) -> Callable[[Case, str, pa.DataType], str]:
    def predicate(case: Case, value: str, kind: pa.DataType) -> str:
        return _no_number(value, cast)

    return predicate


def _no_number(value: str, cast: str) -> str:
    """Return the SQL of a text that is no number; DuckDB would round 2.5 to a whole one."""
    whole = f" OR contains({value}, '.')" if cast == "BIGINT" else ""
    return f"{value} IS NOT NULL AND (TRY_CAST({value} AS {cast}) IS NULL{whole})"


def _nan(case: Case, value: str, kind: pa.DataType) -> str:
    return f"isnan(TRY_CAST({value} AS DOUBLE))"


def _infinite(case: Case, value: str, kind: pa.DataType) -> str:
    return f"isinf(TRY_CAST({value} AS DOUBLE))"


def _large(case: Case, value: str, kind: pa.DataType) -> str:
    return f"octet_length({value}) > {case.feature.image_domain.max_image_byte_size}"


def _unreadable(case: Case, value: str, kind: pa.DataType) -> str | None:
    return f"NOT {DECODES}({value})" if pa.types.is_binary(kind) else None


def _moved(measure: str) -> Callable[[Case, str, pa.DataType], str | None]:
    def predicate(case: Case, value: str, kind: pa.DataType) -> str | None:
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


WHOLE: dict[str, Callable[[Case, str], str | None]] = {
    "FEATURE_TYPE_NOT_PRESENT": _missing,
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": _missing,
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": _missing,
    "SCHEMA_NEW_COLUMN": _present,
    "INVALID_FEATURE_SHAPE": _misshapen,
    "FEATURE_TYPE_LOW_NUMBER_VALUES": _counted("min", "<"),
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": _counted("max", ">"),
}

SINGLE: dict[str, Callable[[Case, str, pa.DataType], str | None]] = {
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
