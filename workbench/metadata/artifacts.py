"""Artifacts, their versions and aliases."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from workbench.core.errors import Conflict, NotFound, near
from workbench.core.references import check_name, parse_reference
from workbench.metadata.database import Database
from workbench.metadata.events import add_event
from workbench.metadata.records import Artifact
from workbench.metadata.tables import AliasRow, ArtifactRow, EventRow

PARENT_VARIABLE = "WORKBENCH_PARENT"
_COLUMNS = ArtifactRow.metadata.tables["artifact"].columns


class ArtifactQueries(Database):
    """What can be asked and said about artifacts."""

    def artifact(self, kind: str, reference: str) -> Artifact:
        """Return the artifact that a reference means.

        Within a job (`WORKBENCH_PARENT` is set) the look-up is kept as an input of that job, which
        is how a notebook's sources are known without being declared.

        Parameters
        ----------
        kind : str
        reference : str
            ``name``, ``name@version`` or ``name@alias``.

        Raises
        ------
        NotFound
            If there is none; the hint offers near names, versions or aliases.
        """
        with self.reading() as session:
            found = _resolve(session, kind, reference)
        parent = os.environ.get(PARENT_VARIABLE)
        if parent:
            with self.writing() as session:
                add_event(session, parent, found.id, "input", "lookup", self.clock.now())
        return found

    def find_artifact(self, artifact_id: str) -> Artifact | None:
        """Return an artifact by its id."""
        with self.reading() as session:
            row = session.get(ArtifactRow, artifact_id)
            return None if row is None else _with_aliases(session, [row])[0]

    def artifacts(
        self,
        kind: str | Sequence[str] | None = None,
        name: str | None = None,
        *,
        latest_only: bool = False,
        limit: int | None = None,
    ) -> list[Artifact]:
        """Return live artifacts, those made last first.

        Parameters
        ----------
        kind : str or sequence of str, optional
        name : str, optional
        latest_only : bool
            Only each name's newest version.
        limit : int, optional
        """
        # Columns and not mapped rows, which take twice as long: thousands are listed at once.
        query = select(*_COLUMNS).where(col(ArtifactRow.state) != "deleted")
        if kind is not None:
            kinds = [kind] if isinstance(kind, str) else list(kind)
            query = query.where(col(ArtifactRow.kind).in_(kinds))
        if name is not None:
            query = query.where(col(ArtifactRow.name) == name)
        if latest_only:
            newest = (
                select(
                    col(ArtifactRow.kind),
                    col(ArtifactRow.name),
                    func.max(col(ArtifactRow.version)).label("version"),
                )
                .where(col(ArtifactRow.state) != "deleted")
                .group_by(col(ArtifactRow.kind), col(ArtifactRow.name))
                .subquery()
            )
            query = query.join(
                newest,
                (newest.c.kind == col(ArtifactRow.kind))
                & (newest.c.name == col(ArtifactRow.name))
                & (newest.c.version == col(ArtifactRow.version)),
            )
        query = query.order_by(col(ArtifactRow.created_at).desc(), col(ArtifactRow.id).desc())
        with self.reading() as session:
            return _with_aliases(session, session.execute(query.limit(limit)).all())

    def versions(self, kind: str, name: str) -> list[Artifact]:
        """Return every live version of a name, newest first."""
        return sorted(self.artifacts(kind, name), key=lambda each: -each.version)

    def meanings(self, kinds: Sequence[str], names: Iterable[str]) -> frozenset[tuple[object, ...]]:
        """Return what is equal for as long as references to these names mean the same artifacts.

        Parameters
        ----------
        kinds : sequence of str
        names : iterable of str
            Without version.
        """
        known = list(names)
        live = (
            select(
                col(ArtifactRow.kind),
                col(ArtifactRow.name),
                func.max(col(ArtifactRow.version)),
                func.count(),
            )
            .where(
                col(ArtifactRow.kind).in_(kinds),
                col(ArtifactRow.name).in_(known),
                col(ArtifactRow.state) != "deleted",
            )
            .group_by(col(ArtifactRow.kind), col(ArtifactRow.name))
        )
        aliases = select(
            col(AliasRow.kind), col(AliasRow.name), col(AliasRow.alias), col(AliasRow.version)
        ).where(col(AliasRow.kind).in_(kinds), col(AliasRow.name).in_(known))
        with self.reading() as session:
            found = [*session.execute(live), *session.execute(aliases)]
        return frozenset(tuple(each) for each in found)

    def last_used(self, artifact_ids: Iterable[str]) -> dict[str, str]:
        """Return, for each artifact that an execution touched, the latest time as ISO 8601."""
        query = (
            select(col(EventRow.artifact_id), func.max(col(EventRow.created_at)))
            .where(col(EventRow.artifact_id).in_(list(artifact_ids)))
            .group_by(EventRow.artifact_id)
        )
        with self.reading() as session:
            return {artifact: moment.isoformat() for artifact, moment in session.execute(query)}

    def set_alias(self, kind: str, name: str, alias: str, version: int) -> None:
        """Point an alias at a version, from wherever it pointed before.

        Raises
        ------
        NotFound
            If there is no such version.
        InvalidInput
            If `alias` cannot be one.
        """
        parse_reference(f"{name}@{alias}")
        with self.writing() as session:
            _resolve(session, kind, f"{name}@{version}")
            session.merge(AliasRow(kind=kind, name=name, alias=alias, version=version))

    def delete_alias(self, kind: str, name: str, alias: str) -> None:
        """Remove an alias; nothing happens if there is none."""
        with self.writing() as session:
            row = session.get(AliasRow, (kind, name, alias))
            if row is not None:
                session.delete(row)

    def update_artifact(self, artifact_id: str, **properties: object) -> Artifact:
        """Merge facts into an artifact's properties: an endpoint's state, a view's freshness."""
        with self.writing() as session:
            row = session.get(ArtifactRow, artifact_id)
            if row is None:
                raise NotFound(f"no artifact has the id {artifact_id!r}")
            row.properties = {**row.properties, **properties}
            session.flush()
            return _with_aliases(session, [row])[0]

    def delete_artifact(self, artifact_id: str) -> None:
        """Mark an artifact as deleted; its record and its lineage stay."""
        with self.writing() as session:
            row = session.get(ArtifactRow, artifact_id)
            if row is None:
                raise NotFound(f"no artifact has the id {artifact_id!r}")
            row.state = "deleted"


def insert_artifact(session: Session, row: ArtifactRow, after: int | None = None) -> Artifact:
    """Add a row as the next version of its name; the version in `row` is ignored.

    On SQLite the transaction holds the write lock, so nobody can take the version. On PostgreSQL
    two writers may meet; the second tries again from its savepoint.
    """
    check_name(row.name)
    version, live = col(ArtifactRow.version), col(ArtifactRow.state) != "deleted"
    # One statement, so that both are of the same moment.
    newest = select(func.max(version), func.max(case((live, version)))).where(
        col(ArtifactRow.kind) == row.kind, col(ArtifactRow.name) == row.name
    )
    alone = session.get_bind().dialect.name == "sqlite"
    while True:
        last, newest_live = session.execute(newest).one()
        if after is not None and newest_live != after:
            raise Conflict(
                f"{row.name}@{newest_live} was made meanwhile, and this builds on version {after}",
                hint="build on the newest version",
            )
        fresh = ArtifactRow(**{**row.model_dump(), "version": (last or 0) + 1})
        try:
            with nullcontext() if alone else session.begin_nested():
                session.add(fresh)
                session.flush()
        except IntegrityError as error:
            if alone or "artifact_kind_name_version" not in str(error):
                raise
            continue
        return to_artifact(fresh)


def to_artifact(row: ArtifactRow | Row[Any], aliases: tuple[str, ...] = ()) -> Artifact:
    """Turn a row into the record that callers see."""
    return Artifact(
        id=row.id,
        kind=row.kind,
        name=row.name,
        version=row.version,
        digest=row.digest,
        size=row.size,
        state=row.state,
        properties=dict(row.properties),
        created_at=row.created_at,
        aliases=aliases,
    )


def _with_aliases(session: Session, rows: Sequence[ArtifactRow | Row[Any]]) -> list[Artifact]:
    names = {row.name for row in rows}
    aliases: dict[tuple[str, str, int], list[str]] = {}
    query = (
        select(AliasRow).where(col(AliasRow.name).in_(names))
        if len(names) < 500
        else select(AliasRow)
    )
    for each in session.scalars(query):
        aliases.setdefault((each.kind, each.name, each.version), []).append(each.alias)
    return [
        to_artifact(row, tuple(sorted(aliases.get((row.kind, row.name, row.version), ()))))
        for row in rows
    ]


def _resolve(session: Session, kind: str, reference: str) -> Artifact:
    wanted = parse_reference(reference)
    query = (
        select(ArtifactRow)
        .where(
            col(ArtifactRow.kind) == kind,
            col(ArtifactRow.name) == wanted.name,
            col(ArtifactRow.state) != "deleted",
        )
        .order_by(col(ArtifactRow.version).desc())
    )
    version = wanted.version
    if wanted.alias is not None:
        pointed = session.get(AliasRow, (kind, wanted.name, wanted.alias))
        version = -1 if pointed is None else pointed.version
    if version is not None:
        query = query.where(col(ArtifactRow.version) == version)
    row = session.scalars(query.limit(1)).first()
    if row is None:
        raise _not_found(session, kind, reference)
    return _with_aliases(session, [row])[0]


def _not_found(session: Session, kind: str, reference: str) -> NotFound:
    wanted = parse_reference(reference)
    label = kind.replace("_", " ")
    of_kind = select(col(ArtifactRow.name), col(ArtifactRow.version)).where(
        col(ArtifactRow.kind) == kind, col(ArtifactRow.state) != "deleted"
    )
    versions: dict[str, list[int]] = {}
    for name, version in session.execute(of_kind):
        versions.setdefault(name, []).append(version)
    if wanted.name not in versions:
        return NotFound(
            f"no {label} is named {wanted.name!r}", hint=near(wanted.name, versions, otherwise=None)
        )
    if wanted.alias is not None:
        aliases = session.scalars(
            select(col(AliasRow.alias)).where(
                col(AliasRow.kind) == kind, col(AliasRow.name) == wanted.name
            )
        ).all()
        return NotFound(
            f"the {label} {wanted.name!r} has no alias {wanted.alias!r}",
            hint=near(wanted.alias, aliases) or "it has no aliases yet",
        )
    known = sorted(versions[wanted.name])
    return NotFound(
        f"the {label} {wanted.name!r} has no version {wanted.version}",
        hint=f"its versions are {known[0]} to {known[-1]}"
        if len(known) > 1
        else f"it has version {known[0]}",
    )
