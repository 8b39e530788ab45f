"""What a reference means: a record, or one of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.kinds import VIEW, VIEWS
from workbench.features.definitions.relations import Table
from workbench.features.definitions.views import FeatureView, view_from
from workbench.metadata import Artifact

KINDS = ("dataset", *VIEWS)


@dataclass(frozen=True)
class Place:
    """A record that has columns, and perhaps one of them.

    Attributes
    ----------
    versions : tuple of Artifact
        The one that was named, or all that the name has, the newest first.
    column : str or None
    """

    versions: tuple[Artifact, ...]
    column: str | None = None

    @property
    def newest(self) -> Artifact:
        """The version that was meant, or the newest."""
        return self.versions[0]

    def __str__(self) -> str:
        mark = "." if self.newest.kind == "dataset" else ":"
        one = len(self.versions) == 1 and self.newest.version > 1
        name = self.newest.ref if one else self.newest.name
        return name if self.column is None else f"{name}{mark}{self.column}"


def place_of(given: object) -> Place:
    """Return what a reference means.

    Parameters
    ----------
    given : str or record
        ``flights``, ``flights@3``, ``flights.dep_delay``, ``delays:last_delay``; or a dataset or a
        view. A dataset comes before a view of its name, unless ``:`` says that a view is meant.

    Raises
    ------
    NotFound
        If there is no such record, or it has no such column; the hint offers near names.
    InvalidInput
        If it is no reference.
    """
    artifact = getattr(given, "artifact", None)
    if isinstance(artifact, Artifact) and artifact.kind in KINDS:
        return Place((artifact,))
    if not isinstance(given, str):
        raise InvalidInput(
            f"{given!r} is no record with columns",
            hint='give "flights.dep_delay" or "view:feature"',
        )
    record, column = _split(given)
    if column is not None and column not in (known := columns_of(record[0])):
        raise NotFound(f"{record[0].ref!r} has no column {column!r}", hint=near(column, known))
    return Place(record, column)


def columns_of(artifact: Artifact) -> list[str]:
    """Return the columns of a dataset or view; of a view its keys and times as well."""
    if artifact.kind == VIEW:
        return list(Table(view_from(artifact)).columns)
    return [each["name"] for each in artifact.properties["columns"]]


def view_named(given: FeatureView | OnDemandView | str) -> Artifact:
    """Return the newest version of a view; raises NotFound."""
    if not isinstance(given, str):
        return given.artifact
    found = _versions(given, VIEWS)
    if found is None:
        raise _missing(given, VIEWS)
    return found[0]


def _split(text: str) -> tuple[tuple[Artifact, ...], str | None]:
    if (whole := _versions(text, KINDS)) is not None:
        return whole, None
    # Names may have dots inside, so every place to cut is tried, the longest name first.
    for mark, kinds in ((":", (*VIEWS, "dataset")), (".", KINDS)):
        for cut in reversed([each.start() for each in re.finditer(re.escape(mark), text)]):
            if (found := _versions(text[:cut], kinds)) is not None:
                return found, text[cut + 1 :]
    raise _missing(re.split(r"[.:@]", text)[0], KINDS)


def _versions(reference: str, kinds: tuple[str, ...]) -> tuple[Artifact, ...] | None:
    metadata = workspace.current().metadata
    for kind in kinds:
        try:
            found = metadata.artifact(kind, reference)
        except (NotFound, InvalidInput):  # a text that is no reference is none of this kind
            continue
        return (found,) if "@" in reference else tuple(metadata.versions(kind, found.name))
    return None


def _missing(name: str, kinds: tuple[str, ...]) -> NotFound:
    known = {each.name for each in workspace.current().metadata.artifacts(kinds, latest_only=True)}
    what = " or ".join(sorted({"dataset" if each == "dataset" else "view" for each in kinds}))
    return NotFound(f"no {what} is named {name!r}", hint=near(name, known))
