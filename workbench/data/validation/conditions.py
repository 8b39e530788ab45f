"""Which rows an anomaly is about, as a condition in SQL.

Some anomalies are about what `predicates` say of single values or of a row's whole value; others
about no single row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.core.errors import InvalidInput
from workbench.data.columns import is_list
from workbench.data.datasets.sources import Source
from workbench.data.engine import quoted
from workbench.data.schemas import Expression, Reference
from workbench.data.schemas.features import find
from workbench.data.validation.anomalies import Anomaly, Measurement
from workbench.data.validation.comparisons import measure_feature
from workbench.data.validation.predicates import DECODES, SINGLE, WHOLE, Case
from workbench.data.validation.references import OTHER, keys_of, orphan_condition
from workbench.data.validation.scanning import columns_in, literal
from workbench.data.validation.semantics import decodes
from workbench.data.validation.together import lengths_of, parts_of

if TYPE_CHECKING:
    from workbench.data.validation.examination import Examination


@dataclass(frozen=True)
class Condition:
    """What holds of the offending rows and of no others.

    Attributes
    ----------
    sql : str
    columns : mapping of str to str
        What it looks at, by what its SQL calls it.
    tables : mapping
        Other tables that it asks.
    functions : mapping
        Functions of bytes that it calls.
    """

    sql: str
    columns: Mapping[str, str]
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    functions: Mapping[str, Callable[[bytes], bool]] = field(default_factory=dict)


def condition_of(anomaly: Anomaly, examination: Examination, source: Source) -> Condition:
    """Return the condition of an anomaly's rows.

    Raises
    ------
    InvalidInput
        If it is about no single rows.
    """
    constraint = anomaly.constraint
    if isinstance(constraint, Expression):
        columns = {name: name for name in columns_in(constraint.sql, source)}
        return Condition(f"NOT (\n{constraint.sql}\n)", columns)
    if isinstance(constraint, Reference):
        tables = {OTHER: keys_of(constraint, examination.references)}
        return Condition(
            orphan_condition(constraint), {constraint.column: constraint.column}, tables
        )
    proto = examination.schema.to_proto()
    if anomaly.kind in _TOGETHER:
        return _of_composite(anomaly, proto, source)
    if anomaly.path and anomaly.path[0] in source.names:
        case = _case(anomaly, examination, proto, source)
        sql = None if case is None else _of_column(case)
        if sql is not None:
            called = {DECODES: decodes} if DECODES in sql else {}
            return Condition(sql, {anomaly.path[0]: anomaly.path[0]}, functions=called)
    raise InvalidInput(
        f"{anomaly.kind} is not about single rows", hint="its description says all that is known"
    )


def _case(anomaly: Anomaly, examination: Examination, proto: Any, source: Source) -> Case | None:
    figures = examination.evidence.columns.get(anomaly.path)
    table = next(source.tables([anomaly.path[0]], 1), None)
    if figures is None or table is None:
        return None
    feature = find(proto, anomaly.column)
    measured: tuple[Measurement, ...] = ()
    if feature is not None:
        measured = tuple(measure_feature(feature, figures, examination.controls, anomaly.path))
    kind = table.schema.field(anomaly.path[0]).type
    return Case(anomaly, proto, feature, figures, kind, measured)


def _of_column(case: Case) -> str | None:
    path = case.anomaly.path
    values, kind, listed = _reach(case.kind, path)
    if (whole := WHOLE.get(case.anomaly.kind)) is not None:
        column = quoted(path[0]) if len(path) == 1 else values
        return whole(case, column)
    if (single := SINGLE.get(case.anomaly.kind)) is None:
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
    composite = next(each for each in both if each.name == anomaly.column)
    value, others = parts_of(composite)
    columns, lengths = lengths_of(source, composite)
    some = " OR ".join(f"{length} IS NOT NULL" for length in lengths.values())
    if anomaly.kind.endswith("MISSING_VALUE"):
        wrong = [f"{lengths[value]} IS NULL"]
    elif anomaly.kind.endswith("MISMATCH"):
        wrong = [
            f"coalesce({lengths[name]}, 0) <> coalesce({lengths[value]}, 0)" for name in others
        ]
    else:
        wrong = [f"{lengths[name]} IS NULL" for name in others]
    return Condition(f"({some}) AND ({' OR '.join(wrong)})", columns)
