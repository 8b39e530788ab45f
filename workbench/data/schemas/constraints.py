"""What TFDV's schema has no field for: conditions in SQL, freshness, row counts, references.

They travel inside the schema, as a ``google.protobuf.Struct`` among ``annotation.extra_metadata``,
which other readers of the schema keep and pass over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from workbench.core.errors import InvalidInput

Severity = Literal["ERROR", "WARNING"]

_KEY = "workbench_constraints"


@dataclass(frozen=True)
class Expression:
    """A condition that every row must fulfil, in DuckDB's SQL.

    As in a CHECK of SQL, a row for which it is neither true nor false passes.

    Attributes
    ----------
    sql : str
        Over the columns of one row: ``arr_delay IS NULL OR arr_time IS NOT NULL``.
    name : str
        A few words that say it; the SQL itself when empty.
    tolerate : float
        The share of rows that may break it, from 0 to 1.
    severity : str
        ERROR or WARNING.
    """

    sql: str
    name: str = ""
    tolerate: float = 0.0
    severity: Severity = "ERROR"

    def __post_init__(self) -> None:
        if not self.sql.strip():
            raise InvalidInput("a constraint without SQL", hint="write Expression('distance > 0')")
        if not 0 <= self.tolerate <= 1:
            raise InvalidInput(
                f"tolerate={self.tolerate!r} is no share", hint="give a number from 0 to 1"
            )

    @property
    def title(self) -> str:
        """The name, or the SQL."""
        return self.name or self.sql


@dataclass(frozen=True)
class Freshness:
    """The newest time of a column must not lie further back than this.

    Attributes
    ----------
    column : str
        Of times.
    within : timedelta
    severity : str
        ERROR or WARNING.
    """

    column: str
    within: timedelta
    severity: Severity = "ERROR"

    def __post_init__(self) -> None:
        if self.within <= timedelta(0):
            raise InvalidInput(
                f"within={self.within} is no age", hint="give one such as timedelta(days=1)"
            )

    @property
    def title(self) -> str:
        """The constraint in a few words."""
        return f"{self.column} within {self.within}"


@dataclass(frozen=True)
class RowCount:
    """The number of rows must be like that of earlier versions, or of the spans before.

    Attributes
    ----------
    against : str
        versions or spans.
    deviations : float
        How many median absolute deviations the count may lie from the median; each deviation is
        scaled by 1.4826, so that it is a standard deviation for normal counts.
    ratio : (float, float) or None
        The least and the greatest ratio to the median; then deviations do not count.
    last : int
        How many earlier counts to look at.
    severity : str
        ERROR or WARNING.
    """

    against: Literal["versions", "spans"] = "versions"
    deviations: float = 3.0
    ratio: tuple[float, float] | None = None
    last: int = 20
    severity: Severity = "ERROR"

    def __post_init__(self) -> None:
        if self.against not in ("versions", "spans"):
            raise InvalidInput(
                f"against={self.against!r} is no history", hint="say versions or spans"
            )
        if self.deviations <= 0 or self.last < 1:
            raise InvalidInput(
                f"deviations={self.deviations!r}, last={self.last!r} leave nothing to compare",
                hint="both are above zero",
            )
        if self.ratio is not None and not 0 <= self.ratio[0] <= self.ratio[1]:
            raise InvalidInput(
                f"ratio={self.ratio!r} is no range", hint="give the least and the greatest ratio"
            )

    @property
    def title(self) -> str:
        """The constraint in a few words."""
        return f"rows like those of earlier {self.against}"


@dataclass(frozen=True)
class Reference:
    """Every value of a column must occur in a column of another dataset.

    Attributes
    ----------
    column : str
    dataset : str
        The other dataset's reference, or a name given in ``validate(references=…)``.
    key : str
        Its column; of the same name when empty.
    severity : str
        ERROR or WARNING.
    """

    column: str
    dataset: str
    key: str = ""
    severity: Severity = "ERROR"

    @property
    def title(self) -> str:
        """The constraint in a few words."""
        return f"{self.column} in {self.dataset}.{self.key or self.column}"


Constraint: TypeAlias = Expression | Freshness | RowCount | Reference

_KINDS: dict[str, type[Constraint]] = {
    each.__name__: each for each in (Expression, Freshness, RowCount, Reference)
}


def as_constraint(given: Constraint | str) -> Constraint:
    """Return a constraint; a string is an expression's SQL.

    Raises
    ------
    InvalidInput
        If it is neither.
    """
    if isinstance(given, str):
        return Expression(given)
    if not isinstance(given, tuple(_KINDS.values())):
        raise InvalidInput(
            f"{given!r} is no constraint",
            hint=f"write SQL, or one of {', '.join(_KINDS)}",
        )
    return given


def read_constraints(proto: Any) -> tuple[Constraint, ...]:
    """Return the constraints that a schema's message carries."""
    from google.protobuf import json_format, struct_pb2

    for packed in proto.annotation.extra_metadata:
        held = struct_pb2.Struct()
        if packed.Is(held.DESCRIPTOR) and packed.Unpack(held) and _KEY in held:
            return tuple(_from_json(each) for each in json_format.MessageToDict(held)[_KEY])
    return ()


def write_constraints(proto: Any, constraints: Iterable[Constraint]) -> None:
    """Make a schema's message carry these constraints, and no others."""
    from google.protobuf import struct_pb2

    others = [each for each in proto.annotation.extra_metadata if not _is_ours(each)]
    del proto.annotation.extra_metadata[:]
    proto.annotation.extra_metadata.extend(others)
    said = [_to_json(each) for each in constraints]
    if said:
        held = struct_pb2.Struct()
        held.update({_KEY: said})
        packed = proto.annotation.extra_metadata.add()
        packed.type_url = f"type.googleapis.com/{held.DESCRIPTOR.full_name}"
        # By the order of keys, so that equal schemas are equal bytes.
        packed.value = held.SerializeToString(deterministic=True)
    elif not proto.annotation.ListFields():
        proto.ClearField("annotation")


def _is_ours(packed: Any) -> bool:
    from google.protobuf import struct_pb2

    held = struct_pb2.Struct()
    return bool(packed.Is(held.DESCRIPTOR) and packed.Unpack(held) and _KEY in held)


def _to_json(constraint: Constraint) -> dict[str, Any]:
    said = {"kind": type(constraint).__name__, **asdict(constraint)}
    if isinstance(constraint, Freshness):
        said["within"] = constraint.within.total_seconds()
    if isinstance(constraint, RowCount) and constraint.ratio is not None:
        said["ratio"] = list(constraint.ratio)
    return said


def _from_json(said: dict[str, Any]) -> Constraint:
    kind = _KINDS.get(said.get("kind", ""))
    if kind is None:
        raise InvalidInput(
            f"the schema carries a constraint of the unknown kind {said.get('kind')!r}",
            hint=f"this version knows {', '.join(_KINDS)}",
        )
    known = {each.name for each in fields(kind)}
    facts = {name: value for name, value in said.items() if name in known}
    if kind is Freshness:
        facts["within"] = timedelta(seconds=facts["within"])
    if kind is RowCount:
        facts["last"] = int(facts["last"])  # numbers of a Struct are doubles
        facts["ratio"] = None if facts["ratio"] is None else tuple(facts["ratio"])
    return kind(**facts)
