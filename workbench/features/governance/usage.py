"""Who uses a feature: views, services, training sets, models, deployments, and reads served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.html_tables import html_table
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.dependants import Dependant, Flow, in_use
from workbench.features.definitions.kinds import VIEWS
from workbench.features.definitions.views import FeatureView
from workbench.features.governance.places import view_named
from workbench.features.governance.reads import reads_since

#: What is counted, and what it is called in JSON.
_COUNTED = {
    "views": ("feature view", "on-demand view"),
    "services": ("feature service",),
    "training_sets": ("training set", "dataset"),
    "models": ("model",),
    "deployments": ("deployment",),
}


@dataclass(frozen=True)
class Usage:
    """Who uses a feature.

    Attributes
    ----------
    view, column : str
    owner : str
        Of the view.
    by : tuple of Dependant
        What in use was made of any version of it, directly or not.
    reads : int
        How many rows it was served in, of late; see `usage`.
    """

    view: str
    column: str
    owner: str
    by: tuple[Dependant, ...]
    reads: int

    @property
    def feature(self) -> str:
        """``view:column``."""
        return f"{self.view}:{self.column}"

    @property
    def counts(self) -> Mapping[str, int]:
        """How many views, services, training sets, models and deployments use it."""
        kinds = Counter(each.kind for each in self.by)
        return {name: sum(kinds[each] for each in of) for name, of in _COUNTED.items()}

    @property
    def used(self) -> bool:
        """Whether anything uses it, or read it of late."""
        return bool(self.reads or any(self.counts.values()))


class Usages(list[Usage]):
    """Features and who uses them."""

    def to_json(self) -> list[dict[str, Any]]:
        """Return them as JSON, one a feature."""
        return [
            {
                "feature": each.feature,
                "owner": each.owner,
                **each.counts,
                "reads": each.reads,
                "by": [str(dependant).removeprefix("the ") for dependant in each.by],
            }
            for each in self
        ]

    def _repr_html_(self) -> str:
        titles = ("feature", "owner", *(name.replace("_", " ") for name in _COUNTED), "reads")
        rows = [(each.feature, each.owner, *each.counts.values(), each.reads) for each in self]
        return html_table(titles, rows, empty="There are no feature views.")


def usage(view: FeatureView | OnDemandView | str | None = None, *, days: float = 30) -> Usages:
    """Return who uses each feature of a view, or of all views.

    Counted is what is in use: the newest version of each view, service, training set and model,
    models that an alias points at, and live deployments. Reads are rows that feature services and
    deployments served from this machine's logs; what a program reads with `online` is not known.

    Parameters
    ----------
    view : FeatureView, OnDemandView or str, optional
    days : float
        How far back reads are counted.

    Raises
    ------
    NotFound
        If there is no such view.
    InvalidInput
        If `days` is negative.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> view = wb.feature_view(name="size", entities=wb.Entity("tailnum"), source=planes)
    >>> _ = wb.feature_service("model_inputs", ["size:seats"])
    >>> [(each.feature, each.counts["services"]) for each in usage("size")]
    [('size:seats', 1)]
    """
    if days < 0:
        raise InvalidInput(f"days={days} is negative", hint="say how far back, such as days=30")
    place = workspace.current()
    if view is None:
        newest = place.metadata.artifacts(VIEWS, latest_only=True)
    else:
        newest = [view_named(view)]
    if not newest:
        return Usages()
    names = {each.name for each in newest}
    versions = [each for each in place.metadata.artifacts(VIEWS) if each.name in names]
    flow = Flow(versions)
    reads = reads_since(place.clock.now() - timedelta(days=days))
    used = in_use()
    found = Usages()
    for each in sorted(newest, key=lambda artifact: artifact.name):
        for column in each.properties["columns"]:
            by = tuple(filter(used, flow.dependants(column["name"], each.name)))
            served = reads[each.name, column["name"]]
            owner = str(each.properties.get("owner", ""))
            found.append(Usage(each.name, column["name"], owner, by, served))
    return found
