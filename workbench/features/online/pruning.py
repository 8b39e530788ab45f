"""Dropping tables of the online store whose definition was superseded."""

from __future__ import annotations

from workbench import workspace
from workbench.features.definitions.kinds import SERVICE, VIEW
from workbench.features.definitions.views import service_from, view_from
from workbench.features.online.stores.store import kept_open


def prune_online(*, dry_run: bool = False) -> dict[str, int | None]:
    """Drop the online tables of definitions that nothing reads any more.

    Each definition of a view has a table of its own, so that a model in production never reads
    values of another meaning. Kept are those of the newest version of each view and those that any
    version of a feature service is pinned to; so are tables that this workspace's records do not
    know, which may be another's. What was dropped can be materialized again; what was only pushed
    cannot.

    Parameters
    ----------
    dry_run : bool
        Whether to drop nothing, and only say what would be.

    Returns
    -------
    dict of str to int or None
        The rows of each table dropped; None where Redis forgets rows by itself, which nobody
        counts. Tables are named by their view and the first of its definition's digest.

    Raises
    ------
    Unavailable
        If the store does not answer.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"n": ["N1"], "seats": [149], "year": [4]}), name="planes")
    >>> wb.materialize(wb.feature_view(entities=wb.Entity("n"), source=planes))
    {'planes': 1}
    >>> changed = wb.feature_view(entities=wb.Entity("n"), source=planes, features=["seats"])
    >>> list(wb.prune_online().values())
    [1]
    """
    place = workspace.current()
    store = kept_open(place.settings.online_url)
    pinned = {
        reference
        for artifact in place.metadata.artifacts(SERVICE)
        for reference in _pins(service_from(artifact).features, service_from(artifact).reads)
    }
    known: set[str] = set()
    kept: set[str] = set()
    newest: set[str] = set()
    for artifact in sorted(place.metadata.artifacts(VIEW), key=lambda each: -each.version):
        view = view_from(artifact)
        known.add(view.table)
        if view.name not in newest or view.ref in pinned:
            kept.add(view.table)
        newest.add(view.name)
    found = [table for table in store.tables() if table in known - kept]
    if dry_run:
        counted = zip(found, store.marks(found), strict=True)
        return {table: None if marks is None else marks.rows for table, marks in counted}
    return {table: store.drop(table) for table in found}


def _pins(features: tuple[str, ...], reads: tuple[str, ...]) -> set[str]:
    return {feature.partition(":")[0] for feature in features} | set(reads)
