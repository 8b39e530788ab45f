"""Feature views and services as they are recorded: frozen, versioned, read from an artifact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from workbench.core.formats import age
from workbench.core.html_tables import html_facts
from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.metadata import Artifact

if TYPE_CHECKING:
    from workbench.features.definitions.dependants import Dependant


@dataclass(frozen=True)
class Source:
    """Where a view's rows come from.

    Attributes
    ----------
    kind : str
        ``dataset`` (rows of one dataset), ``view`` (of another view), ``sql`` (a query over
        both), ``transform`` (what one makes of a dataset) or ``function`` (Python).
    datasets, views : mapping of str to str
        The name that the definition uses for each, and the version it was resolved to.
    sql : str or None
        The query.
    code : str or None
        The function's source, for people and for telling one definition from another; of a
        transform the digest of its stored JSON.
    digest : str or None
        The stored rows (Parquet) that a function returned, or a transform gave.
    """

    kind: Literal["dataset", "view", "sql", "transform", "function"]
    datasets: Mapping[str, str]
    views: Mapping[str, str] = field(default_factory=dict)
    sql: str | None = None
    code: str | None = None
    digest: str | None = None


@dataclass(frozen=True)
class FeatureView:
    """Features of an entity, defined once for training and for serving.

    Attributes
    ----------
    name : str
    entities : tuple of Entity
    keys : tuple of Column
        The key columns with their types.
    columns : tuple of Column
        The features.
    aggregations : tuple of Aggregation
        How they are made of the rows; empty when a row's own columns are the features.
    inputs : tuple of Column
        The columns of its rows that features are made of; the features where nothing is aggregated.
    time : str or None
        The column of event time; None for a static view, whose rows hold at any time.
    created : str or None
        The column that says when a row became known; None when that is its event time.
    ttl : timedelta or None
        How old, by event time, a row may be to answer for an instant (inclusive); None for any age.
    source : Source
    description : str
    owner : str
        Who answers for it.
    tags : tuple of str
        What is true of all its features, such as ``pii``.
    artifact : Artifact
    """

    name: str
    entities: tuple[Entity, ...]
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    time: str | None
    created: str | None
    ttl: timedelta | None
    source: Source
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    inputs: tuple[Column, ...] = ()
    artifact: Artifact = field(repr=False, kw_only=True)

    def __hash__(self) -> int:
        return hash(self.artifact.id)

    @property
    def version(self) -> int:
        """1, 2, 3, … within its name."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def features(self) -> tuple[str, ...]:
        """The features as they are asked for, ``view:column``."""
        return tuple(f"{self.name}:{column.name}" for column in self.columns)

    @property
    def touches(self) -> tuple[Dependant, ...]:
        """What is in use and goes on with an earlier definition: training sets, models, others."""
        from workbench.features.definitions.versions import touches

        return touches(self.artifact)

    @property
    def definition(self) -> str:
        """A digest of what the view means, whichever version of the data it reads."""
        return str(self.artifact.properties["definition"])

    @property
    def table(self) -> str:
        """Its table in the online store.

        Versions that differ in their data alone share one; another definition has its own, so a
        model in production never reads values of another meaning.
        """
        return table_of(self.artifact)

    def refresh(self) -> FeatureView:
        """Return the view over the newest versions of its datasets: a new version if they are.

        Raises
        ------
        InvalidInput
            If the view is a Python function: run its definition again instead.
        """
        from workbench.features.definitions.refreshing import refresh

        return refresh(self)

    def _repr_html_(self) -> str:
        facts = [
            ("view", self.ref),
            ("key", [f"{key.name} ({key.type})" for key in self.keys]),
            ("features", [f"{each.name} ({each.type})" for each in self.columns]),
            ("time", self.time or "static"),
            ("known from", self.created or self.time or "always"),
            ("ttl", "any age" if self.ttl is None else age(self.ttl)),
            ("reads", [*self.source.datasets.values(), *self.source.views.values()]),
        ]
        return html_facts(facts)


@dataclass(frozen=True)
class FeatureService:
    """The features that a model reads, pinned to versions of their views.

    Attributes
    ----------
    name : str
    features : tuple of str
        ``view@version:column``, in order.
    description : str
    reads : tuple of str
        The versions of all views that it takes to answer: those of its features, and those that
        on-demand features are computed from.
    artifact : Artifact
    """

    name: str
    features: tuple[str, ...]
    description: str = ""
    reads: tuple[str, ...] = ()
    artifact: Artifact = field(repr=False, kw_only=True)

    def __hash__(self) -> int:
        return hash(self.artifact.id)

    @property
    def version(self) -> int:
        """1, 2, 3, … within its name."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref


@dataclass(frozen=True)
class Declared:
    """What a view was said to be, before it is a record; its attributes are a `FeatureView`'s."""

    entities: tuple[Entity, ...]
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    inputs: tuple[Column, ...]
    aggregations: tuple[Aggregation, ...]
    time: str | None
    created: str | None
    ttl: timedelta | None
    source: Source
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()


def view_properties(
    declared: Declared,
    definitions: Mapping[str, str] | None = None,
    uses: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return a view as the JSON that its artifact keeps; `view_from` reads it back.

    Parameters
    ----------
    declared : Declared
    definitions : mapping of str to str
        Of the views that it reads, by the name that its definition uses.
    uses : mapping of str to sequence of str
        The columns without which it fails, by what it reads.
    """
    source = declared.source
    meaning = {
        "entities": [{"name": each.name, "keys": list(each.keys)} for each in declared.entities],
        "keys": _listed(declared.keys),
        "columns": _listed(declared.columns),
        "inputs": _listed(declared.inputs),
        "aggregations": [each.to_json() for each in declared.aggregations],
        "time": declared.time,
        "created": declared.created,
        "ttl_seconds": None if declared.ttl is None else declared.ttl.total_seconds(),
        "kind": source.kind,
        "sql": source.sql,
        "code": source.code,
    }
    names = sorted(source.datasets) if source.kind != "dataset" else dataset_names(source)
    said = [meaning, names, dict(definitions)] if definitions else [meaning, names]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return {
        **meaning,
        "datasets": dict(source.datasets),
        "views": dict(source.views),
        "uses": {name: list(columns) for name, columns in (uses or {}).items()},
        "rows_digest": source.digest,
        "static": declared.time is None,
        "description": declared.description,
        "owner": declared.owner,
        "tags": list(declared.tags),
        "definition": digest,
    }


def table_of(artifact: Artifact) -> str:
    """Return a view's table in the online store; see `FeatureView.table`."""
    return f"{artifact.name}#{artifact.properties['definition'][:12]}"


def view_from(artifact: Artifact) -> FeatureView:
    """Return the view that an artifact of kind ``feature_view`` keeps."""
    known = artifact.properties
    seconds = known["ttl_seconds"]
    return FeatureView(
        name=artifact.name,
        entities=tuple(Entity(each["name"], keys=each["keys"]) for each in known["entities"]),
        keys=_columns(known["keys"]),
        columns=_columns(known["columns"]),
        inputs=_columns(known.get("inputs", known["columns"])),
        aggregations=tuple(map(Aggregation.from_json, known.get("aggregations", ()))),
        time=known["time"],
        created=known["created"],
        ttl=None if seconds is None else timedelta(seconds=seconds),
        source=Source(
            kind=known["kind"],
            datasets=known["datasets"],
            views=known.get("views", {}),
            sql=known["sql"],
            code=known["code"],
            digest=known["rows_digest"],
        ),
        description=known["description"],
        owner=known.get("owner", ""),
        tags=tuple(known.get("tags", ())),
        artifact=artifact,
    )


def service_from(artifact: Artifact) -> FeatureService:
    """Return the service that an artifact of kind ``feature_service`` keeps."""
    return FeatureService(
        name=artifact.name,
        features=tuple(artifact.properties["features"]),
        description=artifact.properties["description"],
        reads=tuple(artifact.properties.get("reads", ())),
        artifact=artifact,
    )


def dataset_names(source: Source) -> list[str]:
    """Return the bare names of the datasets that a source reads."""
    return sorted({ref.partition("@")[0] for ref in source.datasets.values()})


def _listed(columns: tuple[Column, ...]) -> list[dict[str, str]]:
    return [{"name": each.name, "type": each.type} for each in columns]


def _columns(known: list[dict[str, str]]) -> tuple[Column, ...]:
    return tuple(Column(each["name"], each["type"]) for each in known)
