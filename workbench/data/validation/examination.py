"""Some rows as they were held against a schema, so that another can be held against the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.schemas import Constraint, Expression, Freshness, Reference, RowCount, Schema
from workbench.data.schemas.features import is_passive
from workbench.data.validation.anomalies import (
    Anomalies,
    Anomaly,
    Severity,
    found,
)
from workbench.data.validation.checking import check
from workbench.data.validation.comparisons import Controls
from workbench.data.validation.evidence import Broken, Evidence
from workbench.data.validation.size import check_history, check_size
from workbench.data.validation.wording import counted, number, percent

if TYPE_CHECKING:
    from workbench.data.datasets.sources import Source


@dataclass(frozen=True)
class Examination:
    """What was held against what.

    Attributes
    ----------
    schema : Schema
    evidence : Evidence
    environment : str or None
    controls : dict
        What is known of the data to compare with, by drift and skew.
    baseline_rows, previous_rows : float or None
        Of the baseline, and of the version before.
    constraints : tuple of Constraint
        Demanded for once, beside those of the schema.
    severities : dict
        By kind.
    now : datetime
        What freshness is measured from.
    references : mapping
        Other data, by name.
    open : callable or None
        Opens the rows, where they are at hand.
    """

    schema: Schema
    evidence: Evidence
    environment: str | None
    controls: Controls
    now: datetime
    baseline_rows: float | None = None
    previous_rows: float | None = None
    constraints: tuple[Constraint, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    references: Mapping[str, Any] = field(default_factory=dict)
    open: Callable[[], Source] | None = None

    @property
    def demanded(self) -> tuple[Constraint, ...]:
        """Every constraint, each once."""
        return tuple(dict.fromkeys([*self.schema.constraints, *self.constraints]))


def examine(examination: Examination) -> Anomalies:
    """Return the anomalies, each of which knows where it comes from."""
    proto, evidence = examination.schema.to_proto(), examination.evidence
    anomalies, measured = check(proto, evidence, examination.environment, examination.controls)
    if evidence.figures.rows:
        anomalies += check_size(
            proto, evidence.figures.rows, examination.baseline_rows, examination.previous_rows
        )
        for constraint in examination.demanded:
            anomalies += _check_constraint(constraint, examination)
    graded = [
        replace(
            each,
            severity=examination.severities.get(each.kind, each.severity),
            examination=examination,
        )
        for each in anomalies
    ]
    return Anomalies(
        evidence.figures.name,
        tuple(graded),
        examination.schema,
        tuple(measured),
        not evidence.figures.rows,
        examination=examination,
    )


def recheck(examination: Examination, schema: Schema) -> Anomalies:
    """Return the anomalies of the same rows under another schema, without reading them again.

    Raises
    ------
    InvalidInput
        If it demands what was not looked at.
    """
    evidence = examination.evidence
    changed = replace(examination, schema=schema)
    new = [
        each.title
        for each in changed.demanded
        if evidence.read and isinstance(each, (Expression, Reference))
        if _broken(each, evidence) is None
    ]
    proto = schema.to_proto()
    columns = {".".join(path) for path in evidence.columns}
    new += [
        each.name
        for each in (*proto.sparse_feature, *proto.weighted_feature)
        if evidence.read and not is_passive(each)
        if each.name not in evidence.composites and each.name not in columns
    ]
    if new:
        raise InvalidInput(
            f"the rows were not looked at for {new[0]!r}", hint="validate them again"
        )
    return examine(changed)


def _check_constraint(constraint: Constraint, examination: Examination) -> Iterator[Anomaly]:
    evidence = examination.evidence
    if isinstance(constraint, RowCount):
        rows = evidence.figures.rows
        found_here = check_history(constraint, rows, evidence.earlier.get(constraint.against, ()))
    elif isinstance(constraint, Freshness):
        found_here = _check_freshness(constraint, examination)
    else:
        found_here = _check_rows(constraint, evidence)
    for each in found_here:
        yield replace(each, severity=constraint.severity)


def _broken(constraint: Expression | Reference, evidence: Evidence) -> Broken | None:
    """Return how often a constraint is broken, whatever its name, tolerance and severity."""
    for known, broken in evidence.broken.items():
        if isinstance(constraint, Expression) and isinstance(known, Expression):
            same = known.sql == constraint.sql
        else:
            same = replace(known, severity="ERROR") == replace(constraint, severity="ERROR")
        if same:
            return broken
    return None


def _check_rows(constraint: Expression | Reference, evidence: Evidence) -> Iterator[Anomaly]:
    broken = _broken(constraint, evidence)
    path = (constraint.column,) if isinstance(constraint, Reference) else ()
    if broken is None:
        said = f"{constraint.title!r} cannot be checked: the rows are not at hand."
        yield found(path, "STATS_NOT_AVAILABLE", "Not looked at", said, constraint=constraint)
        return
    if not broken.count:
        return
    part = percent(broken.count, broken.rows)
    share = f"{number(broken.count)} of {counted(broken.rows, 'row')} ({part})"
    if isinstance(constraint, Reference):
        named = ", ".join(repr(value) for value in broken.examples)
        other = f"{constraint.dataset}.{constraint.key or constraint.column}"
        said = f"Values that {other} lacks in {share}: {named}."
        short = "Unknown references"
    elif broken.count / broken.rows <= constraint.tolerate:
        return
    else:
        said = f"Not so in {share}: {constraint.title}."
        short = "Broken constraint"
    yield found(path, "CUSTOM_VALIDATION", short, said, constraint=constraint)


def _check_freshness(constraint: Freshness, examination: Examination) -> Iterator[Anomaly]:
    figures = examination.evidence.columns.get((constraint.column,))
    path = (constraint.column,)
    if figures is None or (figures.count and figures.type != "TIME"):
        kind = "not in the data" if figures is None else f"{figures.type}, not TIME"
        said = f"How fresh the data is cannot be told: the column is {kind}."
        yield found(path, "STATS_NOT_AVAILABLE", "Not looked at", said, constraint=constraint)
        return
    newest = figures.maximum if figures.count else None
    if newest is None:
        said = "No row has a time."
    else:
        age = examination.now.timestamp() - newest / 1e6
        if age <= constraint.within.total_seconds():
            return
        when = datetime.fromtimestamp(newest / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        said = f"The newest time is {when}; it may lie back by {constraint.within} at most."
    yield found(path, "CUSTOM_VALIDATION", "Stale data", said, constraint=constraint)
