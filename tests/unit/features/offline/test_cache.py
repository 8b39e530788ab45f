"""Known rows are worked out once; what goes wrong while they are leaves nothing behind."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from workbench.core.errors import StorageFull
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.cache import known_rows, known_rows_of
from workbench.features.offline.training_sets import training_set
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 20_000


@pytest.fixture
def views(place: Workspace) -> list[FeatureView]:
    columns = {
        "key": [number % 50 for number in range(ROWS)],
        "time": [START + timedelta(seconds=number) for number in range(ROWS)],
        "value": range(ROWS),
    }
    ingest(pa.table(columns), name="rows", time="time")
    return [
        feature_view(name=name, entities=[Entity("key")], source="rows", ttl=ttl)
        for name, ttl in (("ever", None), ("today", timedelta(days=1)))
    ]


@pytest.fixture
def little_room() -> Iterator[None]:
    """Let no file grow beyond what a database needs."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_rows_are_worked_out_once_and_again_when_the_cache_is_gone(
    place: Workspace, views: list[FeatureView]
) -> None:
    ever, today = known_rows_of(views)
    assert ever != today
    first = ever.stat().st_mtime_ns
    assert known_rows(views[0]) == ever
    assert ever.stat().st_mtime_ns == first
    ever.unlink()
    assert known_rows(views[0]) == ever
    assert ever.is_file()
    assert not list((place.home / "tmp").iterdir())


def test_a_full_disk_is_said_and_leaves_nothing(
    place: Workspace, views: list[FeatureView], little_room: None
) -> None:
    with pytest.raises(StorageFull, match="the rows of ever@1"):
        known_rows(views[0])
    assert not list((place.home / "cache" / "features").iterdir())
    assert not list((place.home / "tmp").iterdir())


def test_what_a_killed_process_left_is_cleared_and_the_work_done_again(
    place: Workspace, views: list[FeatureView]
) -> None:
    script = """
        import os, signal, sys
        import workbench as wb
        from workbench.features.offline import cache
        from workbench.features.definitions.registration import views

        wb.connect(home=sys.argv[1])
        def killed(self, part, rows):
            print("writing", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        cache.write_known.__globals__["_Writer"].write = killed
        cache.known_rows(views()[0])
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(place.home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("writing\n", -signal.SIGKILL), done.stderr
    assert list((place.home / "tmp").iterdir())
    spine = pa.table({"key": [1], "at": [START + timedelta(seconds=150)]})
    made = training_set(spine, views, name="made", time="at").to_arrow()
    assert made["ever__value"].to_pylist() == [101]
    assert not list((place.home / "tmp").iterdir())
    assert len(list((place.home / "cache" / "features").iterdir())) == 2
