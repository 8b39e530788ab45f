"""Processes that write the online store: killed half-way, and two at once."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from tests.services import accepts, free_port, program, running
from workbench import workspace
from workbench.core.errors import Conflict, Unavailable
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.online import passes
from workbench.features.online.freshness import freshness
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import online
from workbench.jobs import run_notebook
from workbench.jobs.packaged import packaged_notebook

KEYS = 5000


@pytest.fixture(params=["sqlite", "redis"])
def place(request, tmp_path):
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    with workspace.use(workspace.current()):
        yield workspace.connect(home=tmp_path / "home", online_url=url)


@pytest.fixture
def view(place):
    return made_view()


def made_view():
    numbers = list(range(KEYS))
    times = [datetime.now(UTC) - timedelta(hours=1)] * KEYS
    ingest(pa.table({"key": numbers, "at": times, "value": numbers}), name="rows", time="at")
    return feature_view(entities=Entity("key"), source="rows")


def start(script, place, *given):
    settings = place.settings
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(script),
        settings.home,
        settings.online_url,
        *given,
    ]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)


WORK = """
    import os, signal, sys, time
    from workbench import workspace
    from workbench.features.online import passes
    from workbench.features.online.materialization import materialize

    workspace.connect(home=sys.argv[1], online_url=sys.argv[2])
    passes.BATCH = 500
    def seen(name, done, total):
        if done == 2000:
            print(done, flush=True)
            if sys.argv[3] == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)
    materialize("rows", progress=seen)
"""


def values(view):
    return [each["value"] for each in online(view, [{"key": key} for key in range(KEYS)])]


def test_a_killed_materialization_goes_on_where_it_was(place, view):
    with start(WORK, place, "die") as process:
        assert process.wait() == -signal.SIGKILL
    assert values(view) == [*range(2000), *[None] * (KEYS - 2000)]
    (known,) = freshness()
    assert (known.rows, known.unfinished) == (2000, True)
    assert materialize(view) == {"rows": KEYS - 2000}
    assert values(view) == list(range(KEYS))
    (known,) = freshness()
    assert (known.rows, known.unfinished) == (KEYS, False)


def test_a_killed_replacement_leaves_the_table_as_it_was(place, view):
    materialize(view)
    with start(WORK.replace('("rows", ', '("rows", at="2100-01-01", '), place, "die") as process:
        assert process.wait() == -signal.SIGKILL
    assert values(view) == list(range(KEYS))
    (known,) = freshness()
    assert (known.rows, known.as_of) == (KEYS, None)
    materialize(view, at="2100-01-01")
    assert values(view) == list(range(KEYS))
    if place.settings.online_url.startswith("redis"):
        import redis

        with redis.Redis.from_url(place.settings.online_url) as client:
            assert len(client.keys("workbench:features:{*}rows*:*")) == KEYS


@pytest.mark.parametrize("kept", [True, False], ids=["kept on disk", "came back empty"])
def test_a_redis_that_goes_half_way_and_comes_back_is_filled_again(tmp_path, kept):
    port = free_port()
    command = [program("redis-server"), "--port", port, "--bind", "127.0.0.1", "--dir", tmp_path]
    command += ["--save", "", *(("--appendonly", "yes", "--appendfsync", "always") if kept else ())]

    def redis():
        return running(command, lambda: accepts(port), tmp_path / "log")

    with workspace.use(workspace.current()), ExitStack() as servers:
        workspace.connect(home=tmp_path / "home", online_url=f"redis://127.0.0.1:{port}/0")
        servers.enter_context(redis())
        rows = made_view()

        def stop(name, done, total):
            if done == 2000:
                servers.close()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passes, "BATCH", 500)
            with pytest.raises(Unavailable, match="does not answer"):
                materialize(rows, progress=stop)
        with pytest.raises(Unavailable, match="does not answer"):
            online(rows, {"key": 1})
        servers.enter_context(redis())
        assert materialize(rows) == {"rows": KEYS - 2000 if kept else KEYS}
        assert values(rows) == list(range(KEYS))


def test_two_at_once_are_told_of_each_other_and_the_dead_hold_nothing(place, view):
    with start(WORK, place, "wait") as process:
        assert process.stdout.readline() == "2000\n"
        with pytest.raises(
            Conflict, match=f"the materialization of 'rows' is held by .*{process.pid}"
        ):
            materialize(view)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert materialize(view) == {"rows": KEYS - 2000}


def test_the_scheduled_notebook_carries_the_newest_data(place, view):
    job = run_notebook(packaged_notebook("jobs/materialize.ipynb"), {"views": ["rows"]})
    assert job.state == "complete"
    assert values(view) == list(range(KEYS))
    more = pa.table({"key": [0], "at": [datetime.now(UTC)], "value": [-1]})
    ingest(more, name="rows", time="at")
    run_notebook(packaged_notebook("jobs/materialize.ipynb"), {})
    assert values(view) == [-1, *[None] * (KEYS - 1)]
