"""Names are looked up again when, and only when, they have come to mean something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pyarrow as pa
import pytest

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.online import compiled
from workbench.features.online.plans import plan_of
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.workspace import Workspace

KEY = {"key": "a"}


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    asked: list[object] = []

    def noting(features: object) -> object:
        asked.append(features)
        return plan_of(features)  # type: ignore[arg-type]

    compiled.forget_plans()
    monkeypatch.setattr(compiled, "plan_of", noting)
    yield asked
    compiled.forget_plans()


def define(value: int) -> None:
    rows = ingest(pa.table({"key": ["a"], f"value_{value}": [value]}), name="rows")
    view = feature_view(entities=Entity("key"), source=rows, name="view", replace=True)
    push(view, [{"key": "a", f"value_{value}": value}])
    feature_service("all", ["view"])


def test_a_name_is_looked_up_again_only_when_it_means_something_else(
    place: Workspace, compilations: list[object]
) -> None:
    define(1)
    for _ in range(3):
        assert online("all", KEY) == online(["view"], KEY) == [{"value_1": 1}]
    del compilations[:]
    with place.metadata.record("run", "something else"):
        pass
    assert online("all", KEY) == online(["view"], KEY) == [{"value_1": 1}]
    assert not compilations
    define(2)
    assert online("all", KEY) == online(["view"], KEY) == [{"value_2": 2}]
    assert compilations


def test_what_another_process_registers_is_read_at_once(place: Workspace) -> None:
    define(1)
    assert online("view", KEY) == [{"value_1": 1}]
    script = (
        "import sys; import workbench as wb; wb.connect(home=sys.argv[1]); "
        "from tests.unit.features.online.test_compiled import define; define(7)"
    )
    subprocess.run([sys.executable, "-c", script, str(place.home)], check=True)
    assert online("view", KEY) == online("all", KEY) == [{"value_7": 7}]


def test_an_alias_that_moves_is_followed(place: Workspace) -> None:
    define(1)
    place.metadata.set_alias("feature_view", "view", "best", 1)
    assert online("view@best", KEY) == [{"value_1": 1}]
    define(2)
    assert online("view@best", KEY) == [{"value_1": 1}]
    place.metadata.set_alias("feature_view", "view", "best", 2)
    assert online("view@best", KEY) == [{"value_2": 2}]


def test_a_version_that_is_deleted_is_no_longer_meant(place: Workspace) -> None:
    define(1)
    define(2)
    assert online("view", KEY) == [{"value_2": 2}]
    newest = place.metadata.artifact("feature_view", "view")
    place.metadata.delete_artifact(newest.id)
    assert online("view", KEY) == [{"value_1": 1}]
    place.metadata.delete_artifact(place.metadata.artifact("feature_view", "view").id)
    with pytest.raises(NotFound, match="view"):
        online("view", KEY)


def test_each_workspace_means_its_own(
    place: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    define(1)
    assert online("view", KEY) == [{"value_1": 1}]
    with workspace.use(place):
        workspace.connect(home=tmp_path_factory.mktemp("other"))
        define(3)
        assert online("view", KEY) == [{"value_3": 3}]
    assert online("view", KEY) == [{"value_1": 1}]
