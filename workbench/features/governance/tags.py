"""Tags such as ``pii``: said of a column or a view, and true of all that its values flow into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.files import file_lock
from workbench.core.html_tables import html_table
from workbench.core.references import check_name
from workbench.features.definitions.dependants import Flow, Step
from workbench.features.definitions.dependants import Place as At
from workbench.features.definitions.kinds import VIEWS
from workbench.features.governance.places import columns_of, place_of
from workbench.metadata import Artifact

KIND = "tags"
Said = dict[str, dict[str, list[str]]]  # set or cleared → column ("" for all) → tags
Change = Callable[[list[str], list[str]], list[str]]

SET, CLEARED = "set", "cleared"


@dataclass(frozen=True)
class Tagged:
    """A tag that a column has.

    Attributes
    ----------
    column : str
    tag : str
    path : tuple of Step
        From the column where it was said, to this one.
    """

    column: str
    tag: str
    path: tuple[Step, ...]

    @property
    def way(self) -> str:
        """The path in words."""
        return " → ".join(map(str, self.path))


@dataclass(frozen=True)
class Tags:
    """The tags of a record.

    Attributes
    ----------
    of : str
    found : tuple of Tagged
        One for each column and tag.
    """

    of: str
    found: tuple[Tagged, ...]

    def __iter__(self) -> Iterator[Tagged]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def names(self) -> tuple[str, ...]:
        """The tags, sorted, each once."""
        return tuple(sorted({each.tag for each in self.found}))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON: by column, each tag with its way."""
        columns: dict[str, dict[str, str]] = {}
        for each in self.found:
            columns.setdefault(each.column, {})[each.tag] = each.way
        return {"of": self.of, "tags": list(self.names), "columns": columns}

    def _repr_html_(self) -> str:
        return html_table(
            ("column", "tag", "by way of"),
            [(each.column, each.tag, each.way) for each in self.found],
            empty=f"{self.of} has no tags.",
        )


def tag(ref: object, *tags: str) -> Tags:
    """Say something of a column, or of all of a dataset or view; it follows the values from there.

    It holds for all versions, those to come included.

    Parameters
    ----------
    ref : str, Dataset or FeatureView
        ``"flights.pilot"``, ``"delays:name"``, ``"flights"``.
    *tags : str
        Such as ``"pii"``.

    Returns
    -------
    Tags
        Of that record.

    Raises
    ------
    NotFound
        If there is no such record or column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> crew = wb.ingest(pa.table({"id": [1], "pilot": ["Ada"]}), name="crew")
    >>> _ = tag("crew.pilot", "pii")
    >>> view = wb.feature_view(name="who", entities=wb.Entity("id"), source=crew)
    >>> [each.way for each in wb.tags(view)]
    ['crew@1.pilot → who@1:pilot']
    """
    return _say(ref, tags, {SET: _with, CLEARED: _without})


def untag(ref: object, *tags: str) -> Tags:
    """Take a tag back; or, where it came from elsewhere, say that it does not hold from here on.

    A feature that no longer tells who someone is, such as a count, is no longer ``pii``, and
    neither is what is made of it.

    Parameters
    ----------
    ref, *tags
        As for `tag`.

    Raises
    ------
    NotFound
        If there is no such record or column.
    """
    return _say(ref, tags, {SET: _without, CLEARED: _with})


def tags(ref: object) -> Tags:
    """Return the tags of a record's columns, said there or inherited, each with its way.

    Parameters
    ----------
    ref : str or record
        A dataset, view, service, model or deployment, or a reference to one.

    Raises
    ------
    NotFound
        If there is no such record.
    """
    artifact = getattr(ref, "artifact", ref)
    column = None
    if not isinstance(artifact, Artifact):
        artifact, column = _find(str(ref))
    found = tags_of(artifact)
    if column is not None:
        found = [each for each in found if each.column == column]
    return Tags(artifact.ref, tuple(found))


def tags_of(artifact: Artifact) -> list[Tagged]:
    """Return the tags of an artifact's columns, by following values upstream."""
    flow = Flow([artifact], direction="upstream")
    said, cleared = _said_of(flow)
    found: list[Tagged] = []
    for name in sorted({each for tags in said.values() for each in tags}):
        start = [at for at, tags in said.items() if name in tags]
        stops = {at for at, tags in cleared.items() if name in tags}
        reached = flow.reached([at for at in start if at not in stops], breaks=False, stops=stops)
        here = [at for at in reached if at[0] == artifact.id]
        found += [Tagged(at[1], name, flow.path(reached, at)) for at in here]
    return found


def tagged(artifacts: Sequence[Artifact], name: str) -> set[str]:
    """Return the ids of those artifacts of which a column has a tag; one walk for all."""
    if not artifacts:
        return set()
    flow = Flow(artifacts, direction="upstream")
    said, cleared = _said_of(flow)
    stops = {at for at, names in cleared.items() if name in names}
    start = [at for at, names in said.items() if name in names and at not in stops]
    reached = {artifact for artifact, _ in flow.reached(start, breaks=False, stops=stops)}
    return reached & {each.id for each in artifacts}


def _find(text: str) -> tuple[Artifact, str | None]:
    from workbench.lineage import lineage

    try:
        place = place_of(text)
    except NotFound:
        root = lineage(text).root  # a service, model or deployment
        found = workspace.current().metadata.find_artifact(root)
        if found is None:
            raise
        return found, None
    return place.newest, place.column


def _say(ref: object, said: tuple[str, ...], change: Mapping[str, Change]) -> Tags:
    place = place_of(ref)
    given = [check_name(each) for each in said]
    if not given:
        raise InvalidInput("no tag was named", hint=f'wb.tag("{place}", "pii")')
    name, kind = place.newest.name, place.newest.kind
    column = place.column or ""

    def changed(known: Said) -> Said:
        own = {what: dict(known.get(what, {})) for what in (SET, CLEARED)}
        for what, step in change.items():
            own[what] = {**own[what], column: step(own[what].get(column, []), given)}
        return own

    _write(name, kind, changed)
    return tags(place.newest)


def carry(kind: str, name: str, further: str) -> None:
    """Let what was said of a record be said of one of another name too."""
    known = next(iter(workspace.current().metadata.versions(KIND, name)), None)
    if known is not None and kind in known.properties:
        _write(further, kind, lambda _: known.properties[kind])


def _write(name: str, kind: str, change: Callable[[Said], Said]) -> None:
    """Record what is said of a name from now on, if that is something else than before."""
    place = workspace.current()
    # Two who say something at once must not undo one another; elsewhere the version tells.
    with file_lock(place.home / "run" / "tags.lock", what="the tags"):
        known = next(iter(place.metadata.versions(KIND, name)), None)
        said: dict[str, Said] = {} if known is None else dict(known.properties)
        properties = {**said, kind: change(said.get(kind, {}))}
        if known is None or known.properties != properties:
            after = None if known is None else known.version
            with place.metadata.record("tag", name, properties={"of": kind}) as step:
                step.write(KIND, name, properties=properties, after=after)


def _with(known: list[str], given: list[str]) -> list[str]:
    return [*known, *(each for each in given if each not in known)]


def _without(known: list[str], given: list[str]) -> list[str]:
    return [each for each in known if each not in given]


def _said_of(flow: Flow) -> tuple[dict[At, set[str]], dict[At, set[str]]]:
    """Return what was said of each column of the records in a flow, and what no longer holds."""
    records = {
        each.name: each.properties
        for each in workspace.current().metadata.artifacts(KIND, latest_only=True)
    }
    said: dict[At, set[str]] = {}
    cleared: dict[At, set[str]] = {}
    for artifact in flow.artifacts.values():
        own = records.get(artifact.name, {}).get(artifact.kind, {})
        inherent = set(artifact.properties.get("tags", ()) if artifact.kind in VIEWS else ())
        if not own and not inherent:
            continue
        named = {what: own.get(what, {}) for what in (SET, CLEARED)}
        whole = set(named[SET].get("", ()))
        for column in columns_of(artifact):
            # What is said of a column itself stands above what is said of all of them.
            inherited = whole | (inherent if column in _features(artifact) else set())
            inherited -= {*named[CLEARED].get("", ()), *named[CLEARED].get(column, ())}
            said[artifact.id, column] = inherited | {*named[SET].get(column, ())}
            taken = {*named[CLEARED].get("", ()), *named[CLEARED].get(column, ())}
            cleared[artifact.id, column] = taken - said[artifact.id, column]
    return said, cleared


def _features(artifact: Artifact) -> set[str]:
    return {each["name"] for each in artifact.properties["columns"]}
