"""A precomputed service says what its views say, whoever wrote them; read in one get."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import workspace
from workbench.core.clock import FakeClock
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.core.settings import load_settings
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.views import FeatureService, FeatureView
from workbench.features.online.compiled import ready_plan
from workbench.features.online.fetching import Served, fetch, read
from workbench.features.online.materialization import materialize
from workbench.features.online.plans import plan_of
from workbench.features.online.precomputed import sections_of
from workbench.features.online.precomputing import precompute
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.features.online.stores.state import TableState, pack_state
from workbench.features.online.stores.store import OnlineStore, open_store
from workbench.serving.retrieval import Retrieval
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEYS = ["a", "b", "c", None]


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Any, clock: FakeClock) -> Iterator[Workspace]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    made = Workspace(load_settings(home=tmp_path / "home", online_url=url), clock)
    with workspace.use(made):
        yield made


@pytest.fixture
def views(place: Workspace) -> list[FeatureView]:
    """Return a view that grows old, a static one and one that aggregates."""
    key = Entity("key")
    rows = pa.table(
        {"key": ["a", "b"], "at": [NOW - HOUR, NOW - 9 * HOUR], "x": [1, 2], "y": ["u", None]}
    )
    ingest(rows, name="aging", time="at")
    ingest(pa.table({"key": ["a", "c"], "z": [1.5, 2.5]}), name="fixed")
    ingest(
        pa.table({"key": ["a", "a", "b"], "at": [NOW - HOUR] * 3, "v": [1, 2, 4]}),
        name="events",
        time="at",
    )
    return [
        feature_view(entities=key, source="aging", ttl=timedelta(hours=6)),
        feature_view(entities=key, source="fixed"),
        feature_view(
            entities=key,
            source="events",
            aggregations=[Aggregation("sum", "v", ["2h"]), Aggregation("count", windows=["3h"])],
        ),
    ]


@pytest.fixture
def service(views: list[FeatureView]) -> FeatureService:
    return feature_service("all", views)


def both(service: FeatureService, **also: Any) -> list[list[dict[str, Served]]]:
    """Return what the views say, and what was put together."""
    plan = plan_of(service)
    assert plan["precomputed"] is not None
    store = open_store(workspace.current().settings)
    plans = [{**plan, "precomputed": None}, plan]
    now = also.pop("now", workspace.current().clock.now())
    entities = [{"key": key} for key in KEYS]
    found = [fetch(store, each, entities, now=now, **also).served() for each in plans]
    store.close()
    return found


def test_it_says_what_the_views_say(service: FeatureService, clock: FakeClock) -> None:
    materialize(service)
    online(service, {"key": "a"})
    written = materialize(service, precompute=True)
    assert written["all@1"] > 0
    assert ready_plan(service).content["precomputed"] is not None
    assert online(service, {"key": "a"}) == [
        {"x": 1, "y": "u", "z": 1.5, "v_sum_2h": 3, "count_3h": 2}
    ]
    assert online("all", {"key": "b"}, statuses=True)[0]["x"] == (None, "expired", NOW - 9 * HOUR)
    for hours in (0, 1.5, 2.5, 5, 20):
        each, whole = both(service, now=NOW + hours * HOUR)
        assert whole == each
    each, whole = both(service, at=NOW - 2 * HOUR)
    assert whole == each


def test_it_is_done_once_and_then_follows_all_that_is_written(
    service: FeatureService, views: list[FeatureView], clock: FakeClock
) -> None:
    materialize(service, precompute=True)
    assert materialize(service, precompute=True)["all@1"] == 0
    aging, fixed, events = views
    push(aging, [{"key": "c", "x": 7, "y": "new"}, {"key": "a", "x": 8, "y": None}])
    push(fixed, [{"key": "b", "z": 9.5}])
    push(events, [{"key": "c", "v": 5}])
    each, whole = both(service)
    assert whole == each
    assert [row["x"].value for row in whole] == [8, None, 7, None]
    clock.advance(HOUR)
    ingest(pa.table({"key": ["b"], "at": [NOW], "x": [3], "y": ["again"]}), name="aging", time="at")
    ingest(pa.table({"key": ["c"], "z": [2.5]}), name="fixed")  # `a` is withdrawn
    materialize([aging.refresh(), fixed.refresh()])
    each, whole = both(service)
    assert whole == each
    assert [row["z"].status for row in whole] == ["missing", "present", "present", "missing"]
    assert whole[1]["y"].value == "again"


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1]),
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 9),
            st.integers(0, 5),
        ),
        max_size=12,
    )
)
def test_it_follows_pushes_in_whatever_order(
    service: FeatureService,
    views: list[FeatureView],
    pushes: Sequence[tuple[int, str, int, int]],
) -> None:
    materialize(service, precompute=True)
    for which, key, value, hours in pushes:
        if which:
            push(views[1], [{"key": key, "z": float(value)}])
        else:
            push(views[0], [{"key": key, "x": value, "y": str(value), "at": NOW - hours * HOUR}])
    each, whole = both(service)
    assert whole == each


def test_it_follows_writers_at_once(service: FeatureService, views: list[FeatureView]) -> None:
    materialize(service, precompute=True)
    place = workspace.current()

    def work(which: int) -> None:
        for step in range(15):
            rows: list[dict[str, Any]] = [{"key": key, "x": step, "y": "t"} for key in "abc"]
            if which:
                rows = [{"key": key, "z": float(step)} for key in "abc"]
            with workspace.use(place):
                push(views[which], rows)

    threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1, 0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    each, whole = both(service)
    assert whole == each
    assert [row["z"].value for row in whole] == [14, 14, 14, None]


class Counting:
    """Notes what is read."""

    def __init__(self, store: OnlineStore) -> None:
        self._store = store
        self.wanted: list[int] = []

    def read(self, wanted: Sequence[tuple[str, bytes]]) -> list[bytes | None]:
        self.wanted.append(len(wanted))
        return self._store.read(wanted)


def test_one_row_an_entity_is_read_and_some_features_of_it_suffice(
    service: FeatureService,
) -> None:
    materialize(service, precompute=True)
    plan = json.loads(json.dumps(plan_of(service, ["count_3h", "y"])))
    store = Counting(open_store(workspace.current().settings))
    rows = read(store, plan, [{"key": "a"}, {"key": "b"}], now=NOW)  # type: ignore[arg-type]
    assert rows == [{"count_3h": 2, "y": "u"}, {"count_3h": 1, "y": None}]
    assert store.wanted == [3]


def test_a_deployment_reads_it_and_leaves_out_what_the_request_gives(
    service: FeatureService,
) -> None:
    materialize(service, precompute=True)
    store = Counting(open_store(workspace.current().settings))
    retrieval = Retrieval(store, plan_of(service, ["x", "z"]))  # type: ignore[arg-type]
    assert retrieval.fetch([{"key": "a", "x": 5}]) == [{"z": 1.5}]
    assert store.wanted == [2]


def test_rows_of_another_meaning_are_refused(service: FeatureService) -> None:
    materialize(service, precompute=True)
    plan = plan_of(service)
    store = open_store(workspace.current().settings)
    stale = TableState(None, 1, None, sections=sections_of(plan["views"][:2]), ready=True)
    store.put("all@1", [], pack_state(stale))
    with pytest.raises(Conflict, match="'all@1' were precomputed from other definitions"):
        read(store, plan, [{"key": "a"}], now=NOW)
    store.close()
    assert materialize(service, precompute=True)["all@1"] > 0
    each, whole = both(service)
    assert whole == each


def test_a_plan_made_before_another_definition_goes_on(
    service: FeatureService, views: list[FeatureView]
) -> None:
    materialize(service, precompute=True)
    former = plan_of(service)
    changed = feature_view(
        entities=Entity("key"), source="aging", ttl=timedelta(hours=1), name="aging"
    )
    newer = feature_service("all", [changed, *views[1:]])
    materialize(newer, precompute=True)
    push(views[0], [{"key": "a", "x": 100, "y": ""}])
    store = open_store(workspace.current().settings)
    assert read(store, former, [{"key": "a"}], now=NOW)[0]["x"] == 100
    assert online(newer, {"key": "a"})[0]["x"] == 1
    store.close()


def test_it_can_be_ended(service: FeatureService, views: list[FeatureView]) -> None:
    materialize(service, precompute=True)
    former = plan_of(service)
    with pytest.raises(Conflict, match=r"the precomputed all@1 follow it; wb.materialize\(service"):
        materialize(views[0], at=NOW - HOUR)
    materialize(service, precompute=False)
    assert plan_of(service)["precomputed"] is None
    assert online(service, {"key": "a"})[0]["x"] == 1
    store = open_store(workspace.current().settings)
    assert "all@1" not in store.tables()
    assert read(store, former, [{"key": "a"}], now=NOW)[0]["x"] == 1  # from its views
    store.close()
    materialize(views[0], at=NOW - HOUR)
    with pytest.raises(Conflict, match="the view 'aging' shows a moment"):
        precompute(service, lambda keys: None)


def test_the_same_service_defined_again_is_the_same_version(
    service: FeatureService, views: list[FeatureView]
) -> None:
    materialize(service, precompute=True)
    assert feature_service("all", views).ref == "all@1"


def test_views_of_different_keys_are_refused(views: list[FeatureView]) -> None:
    ingest(pa.table({"other": [1], "w": [2]}), name="others")
    other = feature_view(entities=Entity("other"), source="others")
    service = feature_service("mixed", [*views, other])
    with pytest.raises(InvalidInput, match="'aging' has the key key, and 'others' has other"):
        materialize(service, precompute=True)


@pytest.mark.parametrize("asked", ["aging:x", None])
def test_what_is_no_service_is_refused(views: list[FeatureView], asked: str | None) -> None:
    with pytest.raises(InvalidInput, match="it is no feature service"):
        materialize(asked, precompute=True)
    with pytest.raises(NotFound):
        materialize("aging", precompute=True)
