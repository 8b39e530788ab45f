"""What validation found: a list to read, and tensorflow_metadata's ``Anomalies``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from workbench.core.errors import InvalidInput, near
from workbench.data.validation.evidence import Path

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.schemas import Constraint, Schema
    from workbench.data.validation.examination import Examination
    from workbench.data.validation.offending import Offending
    from workbench.data.validation.proposals import Proposal
    from workbench.data.validation.worst import Slice
    from workbench.metadata import Artifact

Severity = Literal["ERROR", "WARNING"]
Comparator = Literal["drift", "skew"]
Measure = Literal["L_INFTY", "JENSEN_SHANNON_DIVERGENCE", "NORMALIZED_ABSOLUTE_DIFFERENCE"]


@dataclass(frozen=True)
class Anomaly:
    """One way in which the data is not as the schema says.

    Attributes
    ----------
    column : str
        Empty when it is the dataset as a whole; inside a struct the path, joined by points.
    kind : str
        A name of tensorflow_metadata's ``AnomalyInfo.Type``, such as SCHEMA_MISSING_COLUMN.
    severity : str
        ERROR or WARNING.
    short : str
        A few words.
    description : str
        A sentence that names the values.
    path : tuple of str
        From the column down to the field.
    constraint : Constraint or None
        The constraint that is broken, if it is one that TFDV does not have.
    """

    column: str
    kind: str
    severity: Severity
    short: str
    description: str
    path: Path = ()
    constraint: Constraint | None = None
    examination: Examination | None = field(default=None, repr=False, compare=False)

    def rows(self, limit: int = 1000) -> Offending:
        """Return the rows that offend, with their numbers, splits and spans.

        Parameters
        ----------
        limit : int
            The most rows to return; all are counted.

        Raises
        ------
        InvalidInput
            If the anomaly is not about single rows, or only statistics were validated.
        """
        from workbench.data.validation.offending import offending_rows

        return offending_rows(self, self._examined, limit)

    @property
    def slices(self) -> tuple[Slice, ...]:
        """Where it is worst: the values of other columns whose rows offend most, worst first.

        Raises as `rows`.
        """
        from workbench.data.validation.worst import worst_slices

        return worst_slices(self, self._examined)

    @property
    def proposal(self) -> Proposal:
        """The edit of the schema after which this would be no anomaly."""
        from workbench.data.validation.proposals import propose

        return propose([self], self._examined)

    def accept(self) -> Schema:
        """Return the schema as proposed."""
        return self.proposal.accept()

    @property
    def _examined(self) -> Examination:
        if self.examination is None:
            raise InvalidInput(
                f"{self.short!r} was not found by validate()", hint="take it from its result"
            )
        return self.examination


@dataclass(frozen=True)
class Measurement:
    """A drift or skew that was held against a threshold.

    Attributes
    ----------
    comparator : str
        drift or skew.
    measure : str
        L_INFTY, JENSEN_SHANNON_DIVERGENCE or NORMALIZED_ABSOLUTE_DIFFERENCE.
    path : tuple of str
    value, threshold : float
    where : str
        The value or the bin that changed most.
    before, after : float
        Its share of values.
    bounds : (float, float) or None
        The bin's edges, of numbers.
    """

    comparator: Comparator
    measure: Measure
    path: Path
    value: float
    threshold: float
    where: str = ""
    before: float = 0.0
    after: float = 0.0
    bounds: tuple[float, float] | None = None

    @property
    def column(self) -> str:
        """The path, joined by points."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Anomalies:
    """The anomalies of some data; true if there are any.

    From one of them: the offending `rows`, the `slices` where it is worst, and the `proposal` of an
    edit. From all: `propose` an edit, and `recheck` another schema without reading the rows again.

    Attributes
    ----------
    name : str
        The data.
    found : tuple of Anomaly
        By the schema's columns, then the new ones, then those of the dataset.
    schema : Schema
    measurements : tuple of Measurement
    empty : bool
        Whether the data has no rows.
    artifact : Artifact or None
        The record.
    """

    name: str
    found: tuple[Anomaly, ...]
    schema: Schema
    measurements: tuple[Measurement, ...] = ()
    empty: bool = False
    artifact: Artifact | None = None
    examination: Examination | None = field(default=None, repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have any, in order."""
        return tuple(dict.fromkeys(each.column for each in self.found if each.column))

    @property
    def errors(self) -> tuple[Anomaly, ...]:
        """Those that are no mere warning."""
        return tuple(each for each in self.found if each.severity == "ERROR")

    def __bool__(self) -> bool:
        return bool(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Anomaly]:
        return iter(self.found)

    def __getitem__(self, key: int | str) -> Anomaly:
        """Return an anomaly by its place, or the first of a column or kind."""
        if isinstance(key, int):
            return self.found[key]
        for each in self.found:
            if key in (each.column, each.kind):
                return each
        known = dict.fromkeys(name for each in self.found for name in (each.column, each.kind))
        raise InvalidInput(f"no anomaly of {key!r} was found", hint=near(key, known))

    def propose(self) -> Proposal:
        """Return the edit of the schema after which none of these would be an anomaly."""
        from workbench.data.validation.proposals import propose

        return propose(self.found, self._examined)

    def recheck(self, schema: Schema) -> Anomalies:
        """Return the anomalies of the same rows under another schema, without reading them again.

        Nothing is recorded.

        Raises
        ------
        InvalidInput
            If the schema demands something that was not looked at, such as a new condition in SQL.
        """
        from workbench.data.validation.examination import recheck

        return recheck(self._examined, schema)

    def to_proto(self) -> Any:  # generated classes carry no types
        """Return tensorflow_metadata's message, as TFDV writes it: one entry a column."""
        from workbench.data.validation.protos import to_proto

        return to_proto(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return a row an anomaly."""
        import pandas as pd

        fields = ("column", "kind", "severity", "description")
        rows = [{name: getattr(each, name) for name in fields} for each in self.found]
        return pd.DataFrame(rows, columns=list(fields))

    def __repr__(self) -> str:
        if not self.found:
            return f"<Anomalies of {self.name}: none>"
        lines = [f"  {each.column or 'dataset'}: {each.description}" for each in self.found]
        return "\n".join([f"<Anomalies of {self.name}: {len(self.found)}>", *lines])

    def _repr_html_(self) -> str:
        from workbench.data.validation.showing import table_of

        return table_of(self)

    @property
    def _examined(self) -> Examination:
        if self.examination is None:
            raise InvalidInput(
                "these anomalies were not found by validate()", hint="validate again"
            )
        return self.examination


def found(path: Path, kind: str, short: str, description: str, **more: Any) -> Anomaly:
    """Return an anomaly as the checks find it; `with_severities` says how bad it is."""
    return Anomaly(".".join(path), kind, "ERROR", short, description, tuple(path), **more)
