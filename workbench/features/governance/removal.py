"""Taking a view away, or giving it another name, when nothing in use was made of it."""

from __future__ import annotations

from workbench import workspace
from workbench.core.errors import Conflict, NotFound
from workbench.features.definitions.computed import OnDemandView, computed_from
from workbench.features.definitions.kinds import VIEW, VIEWS
from workbench.features.definitions.names import check_asked_name
from workbench.features.definitions.selections import View
from workbench.features.definitions.versions import refuse_if_used
from workbench.features.definitions.views import FeatureView, view_from
from workbench.features.governance.places import view_named
from workbench.features.governance.tags import carry
from workbench.features.online.stores.store import kept_open
from workbench.metadata import Artifact, ColumnSource

#: What is true of a version because of what was done with it.
_OF_ITS_OWN = ("online", "statistics")


def delete_view(view: FeatureView | OnDemandView | str, *, force: bool = False) -> None:
    """Delete all versions of a view, and its tables in the online store.

    Its records and their lineage stay readable to who looks for what was made of it.

    Parameters
    ----------
    view : FeatureView, OnDemandView or str
    force : bool
        Delete it although something in use was made of it: that cannot be made anew, and what asks
        for the features fails.

    Raises
    ------
    NotFound
        If there is no such view.
    Conflict
        If something in use was made of it; the message lists what.
    Unavailable
        If the online store does not answer; nothing is deleted.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> view = wb.feature_view(name="size", entities=wb.Entity("tailnum"), source=planes)
    >>> wb.delete_view("size")
    >>> wb.search_features("size")
    []
    """
    newest = view_named(view)
    versions = _versions(newest)
    refuse_if_used(versions, f"the view {newest.name!r}", force=force)
    _delete(versions)


def rename_view(view: FeatureView | OnDemandView | str, name: str, *, force: bool = False) -> View:
    """Give a view another name: version 1 of that, of the same definition and data.

    Parameters
    ----------
    view : FeatureView, OnDemandView or str
    name : str
    force : bool
        Rename it although something in use was made of it by its present name.

    Returns
    -------
    FeatureView or OnDemandView
        Materialize it again: its table in the online store bears its name.

    Raises
    ------
    NotFound
        If there is no such view.
    Conflict
        If something in use was made of it, or there is a view of that name.
    """
    newest = view_named(view)
    metadata = workspace.current().metadata
    check_asked_name(name)
    for kind in VIEWS:
        if metadata.versions(kind, name):
            raise Conflict(f"there is a view {name!r} already", hint="choose another name")
    versions = _versions(newest)
    refuse_if_used(versions, f"the view {newest.name!r}", force=force)
    reads = [each for step in metadata.producers(newest.id) for each in metadata.inputs(step.id)]
    columns: dict[str, list[ColumnSource]] = {}
    by_id = {each.id: each for each in reads}
    for edge in metadata.column_edges([newest.id]):
        if edge.source_id in by_id:
            source = ColumnSource(by_id[edge.source_id], edge.source_column, edge.how)
            columns.setdefault(edge.target_column, []).append(source)
    facts = {key: value for key, value in newest.properties.items() if key not in _OF_ITS_OWN}
    with metadata.record(newest.kind, name, reads=reads) as step:
        made = step.write(newest.kind, name, properties=facts, columns=columns)
    carry(newest.kind, newest.name, name)
    _delete(versions)
    return view_from(made) if made.kind == VIEW else computed_from(made)


def _versions(newest: Artifact) -> list[Artifact]:
    found = workspace.current().metadata.versions(newest.kind, newest.name)
    if not found:
        raise NotFound(f"the view {newest.ref} is deleted already")
    return found


def _delete(versions: list[Artifact]) -> None:
    place = workspace.current()
    tables = {view_from(each).table for each in versions if each.kind == VIEW}
    if tables:
        store = kept_open(place.settings.online_url)
        for table in tables & set(store.tables()):
            store.drop(table)
    for each in versions:
        place.metadata.delete_artifact(each.id)
