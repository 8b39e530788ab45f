"""What depends on a record or a column: followed from column to column through all that was made.

Two questions are answered. Where do a column's *values* go (tags follow them)? And what *breaks*
without it: then a view that only filters, joins or orders by a column depends on it as well, with
all its features.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench import workspace
from workbench.features.definitions.kinds import SERVICE, VIEWS
from workbench.lineage.graph import needs
from workbench.metadata import Artifact, Event

Place = tuple[str, str]  # an artifact's id and a column of it

#: What people know, and what each is called.
NAMES = {
    "dataset": "dataset",
    "feature_view": "feature view",
    "on_demand_view": "on-demand view",
    "feature_service": "feature service",
    "model": "model",
    "deployment": "deployment",
    "evaluation": "evaluation",
    "monitor": "monitor",
    "dashboard": "dashboard",
}


@dataclass(frozen=True)
class Step:
    """One column on a way, and how it came from the one before."""

    kind: str
    ref: str
    column: str
    how: str = ""

    def __str__(self) -> str:
        return f"{self.ref}:{self.column}" if self.kind in VIEWS else f"{self.ref}.{self.column}"


@dataclass(frozen=True)
class Dependant:
    """A record that depends on a column.

    Attributes
    ----------
    artifact : Artifact
    columns : tuple of str
        Those of its columns that do; empty where it has none.
    path : tuple of Step
        A shortest way to it, from the column that was asked about.
    """

    artifact: Artifact
    columns: tuple[str, ...] = ()
    path: tuple[Step, ...] = ()

    @property
    def kind(self) -> str:
        """What it is, in a person's words."""
        return kind_of(self.artifact)

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    def __str__(self) -> str:
        return f"the {self.kind} {self.ref}"

    def __repr__(self) -> str:
        return f"<{self.kind} {self.ref}>"


def kind_of(artifact: Artifact) -> str:
    """Return what an artifact is, in a person's words."""
    if artifact.kind == "dataset" and "features" in artifact.properties:
        return "training set"
    return NAMES.get(artifact.kind, artifact.kind)


class Flow:
    """All that was made, directly or not, of some records; or all that they were made of.

    Parameters
    ----------
    roots : sequence of Artifact
        Usually all versions of one name.
    direction : str
        ``downstream`` or ``upstream``.
    """

    def __init__(
        self,
        roots: Sequence[Artifact],
        *,
        direction: Literal["downstream", "upstream"] = "downstream",
    ) -> None:
        metadata = workspace.current().metadata
        self.roots = list(roots)
        start = [each.id for each in roots]
        reached, done = metadata.reachable(artifacts=start, direction=direction)
        found, _, events = metadata.subgraph(sorted(reached), sorted(done))
        self.artifacts = {each.id: each for each in found}  # ways lead through deleted ones too
        self._values: dict[Place, list[tuple[Place, str]]] = {}
        for edge in metadata.column_edges(sorted(reached)):
            source, target = edge.source_id, edge.target_id
            if source in self.artifacts and target in self.artifacts:
                self._values.setdefault((source, edge.source_column), []).append(
                    ((target, edge.target_column), edge.how)
                )
        self._needs: dict[Place, list[tuple[Place, str]]] = {}
        for link in needs(found):
            needed = self._needs.setdefault((link.source, link.source_column), [])
            needed.append(((link.target, link.target_column), link.how))
        for place, model in self._looked_up():
            self._values.setdefault(place, []).append((model, "looked up by key"))
        for place, model in self._unsaid(events):
            self._values.setdefault(place, []).append((model, "may have learned from"))

    def reached(
        self, start: Iterable[Place], *, breaks: bool, stops: Container[Place] = ()
    ) -> dict[Place, tuple[Place, str]]:
        """Return every place that some columns reach, with the one before it and how.

        Parameters
        ----------
        start : iterable of (artifact id, column)
            Included, each as coming from itself.
        breaks : bool
            Follow what breaks, rather than values alone.
        stops : container of (artifact id, column)
            Where ways end.
        """
        found: dict[Place, tuple[Place, str]] = {place: (place, "") for place in start}
        waiting = deque(found)
        while waiting:
            place = waiting.popleft()
            following = self._values.get(place, ())
            more = self._needs.get(place, ()) if breaks else ()
            for target, how in (*following, *more):
                if target not in found and target not in stops:
                    found[target] = (place, how)
                    waiting.append(target)
        return found

    def dependants(self, column: str, name: str | None = None) -> list[Dependant]:
        """Return what breaks without a column of the roots, nearest first.

        Parameters
        ----------
        column : str
        name : str, optional
            Of the roots that are meant; by default all are.
        """
        start = [each for each in self.roots if name is None or each.name == name]
        reached = self.reached([(each.id, column) for each in start], breaks=True)
        columns: dict[str, list[str]] = {}
        first: dict[str, Place] = {}
        for artifact, reached_column in reached:
            columns.setdefault(artifact, []).append(reached_column)
            first.setdefault(artifact, (artifact, reached_column))
        roots = {each.id for each in start}
        return [
            Dependant(self.artifacts[each], tuple(names), self.path(reached, first[each]))
            for each, names in columns.items()
            if each not in roots and _is_shown(self.artifacts[each])
        ]

    def all(self) -> list[Dependant]:
        """Return everything that was made of the roots."""
        roots = {each.id for each in self.roots}
        shown = [each for each in self.artifacts.values() if _is_shown(each)]
        shown.sort(key=lambda each: (each.created_at, each.id))
        return [Dependant(each) for each in shown if each.id not in roots]

    def path(self, reached: Mapping[Place, tuple[Place, str]], place: Place) -> tuple[Step, ...]:
        """Return the way by which `reached` says that a place was, from its start."""
        steps: list[Step] = []
        while True:
            before, how = reached[place]
            artifact = self.artifacts.get(place[0])
            if artifact is not None and artifact.kind in NAMES:
                steps.append(Step(artifact.kind, artifact.ref, place[1], how))
            if before == place:
                return tuple(reversed(steps))
            place = before

    def _looked_up(self) -> Iterator[tuple[Place, Place]]:
        """Yield what models that were not trained here take from their feature service."""
        ids = {each.ref: each.id for each in self.artifacts.values() if each.kind == SERVICE}
        for each in self.artifacts.values():
            service = ids.get(str(each.properties.get(SERVICE)))
            if each.kind == "model" and service is not None and not each.properties.get("run"):
                for taken in each.properties["signature"]["inputs"]:
                    column = taken["name"].rpartition("__")[2]
                    yield (service, column), (each.id, "probability")

    def _unsaid(self, events: Sequence[Event]) -> Iterator[tuple[Place, Place]]:
        """Yield all columns that a model may have learned from, where its run does not say which.

        That is so for a model that names no inputs, or inputs that are no columns of its data.
        """
        reads: dict[str, list[str]] = {}
        writes: dict[str, list[str]] = {}
        for each in events:
            into = reads if each.direction == "input" else writes
            into.setdefault(each.execution_id, []).append(each.artifact_id)
        said: dict[str, set[str]] = {}
        for targets in self._values.values():
            for (target, column), _ in targets:
                said.setdefault(target, set()).add(column)
        for run, written in writes.items():
            for file in map(self.artifacts.get, written):
                if file is None or file.properties.get("format") != "model":
                    continue
                taken = {each["name"] for each in file.properties["signature"]["inputs"]}
                if taken and taken <= said.get(file.id, set()):
                    continue
                models = [
                    made
                    for step, read in reads.items()
                    if file.id in read
                    for made in writes.get(step, ())
                    if made in self.artifacts and self.artifacts[made].kind == "model"
                ]
                for data in map(self.artifacts.get, reads.get(run, ())):
                    if data is not None and data.kind == "dataset":
                        for column in data.properties["columns"]:
                            for model in models:
                                yield (data.id, column["name"]), (model, "probability")


def _is_shown(artifact: Artifact) -> bool:
    return artifact.kind in NAMES and artifact.state != "deleted"


def in_use() -> Callable[[Dependant], bool]:
    """Return what says whether a dependant is in use, as of now.

    That is the newest of its name, and a model that an alias points at; of deployments only what is
    live.
    """
    metadata = workspace.current().metadata
    known = {each.id for each in metadata.artifacts(tuple(NAMES), latest_only=True)}
    known |= {each.id for each in metadata.artifacts("model") if each.aliases}

    def used(dependant: Dependant) -> bool:
        artifact = dependant.artifact
        live = artifact.kind != "deployment" or artifact.properties.get("state") == "live"
        return artifact.id in known and live

    return used


def current(found: Iterable[Dependant]) -> list[Dependant]:
    """Return those that are in use; see `in_use`."""
    return list(filter(in_use(), found))


def listed(found: Sequence[Dependant], most: int = 8) -> str:
    """Return dependants as words: ``the model delay@3 and the deployment delay@1``."""
    words = [str(each) for each in found[:most]]
    if len(found) > most:
        words.append(f"{len(found) - most} more")
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
