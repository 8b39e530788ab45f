"""Tables of superseded definitions are dropped; what something reads, or nobody knows, is kept."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.materialization import materialize
from workbench.features.online.pruning import prune_online
from workbench.features.online.stores.store import open_store
from workbench.workspace import Workspace


def defined(days: int) -> FeatureView:
    return feature_view(entities=Entity("key"), source="rows", time="at", ttl=timedelta(days=days))


def test_what_was_superseded_is_dropped_unless_a_service_is_pinned_to_it(place: Workspace) -> None:
    ingest(pa.table({"key": ["a", "b"], "at": [place.clock.now()] * 2, "x": [1, 2]}), name="rows")
    views = [defined(1)]
    materialize(views[0])
    feature_service("pinned", views[0])
    for days in (2, 3):
        views.append(defined(days))
        materialize(views[-1])
    store = open_store(place.settings)
    store.put("another's#0", [(b"a", bytes(16))])
    first, second, third = (view.table for view in views)

    assert prune_online(dry_run=True) == {second: 2}
    assert store.tables() == sorted(["another's#0", first, second, third])
    assert prune_online() == {second: 2}
    assert prune_online() == {}
    assert store.tables() == sorted(["another's#0", first, third])
    store.close()


def test_new_data_of_one_definition_supersede_nothing(place: Workspace) -> None:
    for value in (1, 2):
        rows = pa.table({"key": ["a"], "at": [place.clock.now()], "x": [value]})
        ingest(rows, name="rows", time="at")
        materialize(defined(1))
    assert prune_online() == {}
