"""What else is recorded of a dataset: statistics, validations, the schema that it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from workbench.metadata import Artifact, Execution, Metadata

#: The most steps of one kind that are looked at, the newest first.
MOST = 200

#: The most statistics that are looked at, of all versions together; those of spans are many.
MOST_STATISTICS = 2_000


@dataclass(frozen=True)
class Validation:
    """A dataset was held against a schema.

    Attributes
    ----------
    anomalies : Artifact
        What was found.
    schema : Artifact or None
    step : Execution
    """

    anomalies: Artifact
    schema: Artifact | None
    step: Execution


@dataclass(frozen=True)
class Recorded:
    """The records about one version of a dataset, each read when it is needed."""

    metadata: Metadata
    dataset: Artifact

    @cached_property
    def statistics(self) -> list[Artifact]:
        """Those of this version, or of a part of its rows; the newest first."""
        named = self.metadata.artifacts("statistics", self.dataset.name, limit=MOST_STATISTICS)
        reference = self.dataset.ref
        return [
            each
            for each in named
            if each.properties.get("dataset") == reference and each.digest is not None
        ]

    @cached_property
    def validations(self) -> list[Validation]:
        """Those of this version, the newest first; not those in which it was the baseline."""
        about = {each.id for each in self._sources}
        found = []
        for step in _readers(self.metadata, self._sources, "validate"):
            read = self.metadata.inputs(step.id)
            if read and read[0].id in about:
                schema = next((each for each in read if each.kind == "schema"), None)
                found += [
                    Validation(made, schema, step)
                    for made in self.metadata.outputs(step.id)
                    if made.kind == "anomalies" and made.state != "deleted"
                ]
        return found

    @cached_property
    def schemas(self) -> list[Artifact]:
        """The versions of the schema that this dataset is held to, the newest first.

        It is the one of the latest validation, else the one that was inferred from these rows, else
        the one that bears the dataset's name.
        """
        names = dict.fromkeys(
            [
                *(each.schema.name for each in self.validations if each.schema is not None),
                *(each.name for each in self._inferred()),
                self.dataset.name,
            ]
        )
        for name in names:
            if found := self.metadata.versions("schema", name):
                return found
        return []

    @property
    def _sources(self) -> list[Artifact]:
        return [self.dataset, *self.statistics]

    def _inferred(self) -> Iterable[Artifact]:
        for step in _readers(self.metadata, self._sources, "infer_schema"):
            yield from (made for made in self.metadata.outputs(step.id) if made.kind == "schema")


def _readers(metadata: Metadata, artifacts: list[Artifact], kind: str) -> list[Execution]:
    """Return the steps of a kind that read any of the artifacts, those begun last first."""
    events = metadata.events([each.id for each in artifacts])
    ids = {each.execution_id for each in events if each.direction == "input"}
    steps = [each for each in metadata.executions_of_ids(list(ids)) if each.kind == kind]
    return sorted(steps, key=lambda each: (each.started_at, each.id), reverse=True)[:MOST]
