"""What breaks without a column: views, training sets, models and endpoints, each with the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.core.html_tables import html_table
from workbench.features.definitions.dependants import Dependant, Flow, current
from workbench.features.governance.places import place_of


@dataclass(frozen=True)
class Impact:
    """What in use depends on a record or a column.

    Attributes
    ----------
    of : str
        What was asked about.
    affected : tuple of Dependant
        Nearest first.
    """

    of: str
    affected: tuple[Dependant, ...]

    def __iter__(self) -> Iterator[Dependant]:
        return iter(self.affected)

    def __len__(self) -> int:
        return len(self.affected)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON: what is affected, with its columns and the way to it."""
        return {
            "of": self.of,
            "affected": [
                {
                    "kind": each.kind,
                    "ref": each.ref,
                    "id": each.artifact.id,
                    "columns": list(each.columns),
                    "path": [
                        {"kind": step.kind, "ref": step.ref, "column": step.column, "how": step.how}
                        for step in each.path
                    ],
                }
                for each in self.affected
            ],
        }

    def __str__(self) -> str:
        if not self.affected:
            return f"nothing in use depends on {self.of}"
        lines = [f"without {self.of} these break:"]
        lines += [f"  {each.kind} {each.ref}: {way(each)}" for each in self.affected]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(each.kind, each.ref, each.columns, way(each)) for each in self.affected]
        return html_table(
            ("what", "version", "columns", "by way of"),
            rows,
            caption=f"Without {self.of} these break:" if rows else "",
            empty=f"Nothing in use depends on {self.of}.",
        )


def way(dependant: Dependant) -> str:
    """Return the way to a dependant in words: ``flights@1.dep_delay → delays@1:last_delay``."""
    return " → ".join(map(str, dependant.path)) or "made of it"


def impact(ref: object) -> Impact:
    """Return what breaks if a column, or a whole dataset or view, is dropped.

    Columns are followed through SQL, Python, views, feature services, training sets and models to
    endpoints. A view breaks also when it only filters, joins, orders or is keyed or timed by the
    column. What a Python function reads is an upper bound: every column that it may read counts.
    Listed is what is in use: the newest version of each name, models that an alias points at, and
    deployments that are live.

    Parameters
    ----------
    ref : str, Dataset or FeatureView
        ``"flights.dep_delay"``, ``"delays:last_delay"``, ``"flights@3"``, … Without a version all
        versions are meant.

    Raises
    ------
    NotFound
        If there is no such record or column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> view = wb.feature_view(name="size", entities=wb.Entity("tailnum"), source=planes)
    >>> print(impact("planes.seats"))
    without planes.seats these break:
      feature view size@1: planes@1.seats → size@1:seats
    """
    place = place_of(ref)
    flow = Flow(place.versions)
    found = flow.all() if place.column is None else flow.dependants(place.column)
    return Impact(str(place), tuple(current(found)))
