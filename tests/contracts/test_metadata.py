"""What `Metadata` promises, on SQLite and on PostgreSQL."""

import asyncio
import math
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from workbench.core.clock import FakeClock
from workbench.core.errors import Conflict, InvalidInput, NotFound, StorageFull, Unavailable
from workbench.metadata import (
    PARENT_VARIABLE,
    ColumnSource,
    Metadata,
    MetricPoint,
    Recording,
    Schedule,
)

START = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/metadata.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def clock():
    return FakeClock(START)


@pytest.fixture
def metadata(url, tmp_path, clock):
    store = Metadata(url, tmp_path, clock)
    yield store
    store.close()


def ingest(metadata, name="flights", **options):
    with metadata.record("ingest", name) as step:
        return step.write("dataset", name, **options)


class TestRecording:
    def test_a_step_is_complete_with_what_it_read_and_wrote(self, metadata, clock):
        flights = ingest(metadata)
        with metadata.record("statistics", "flights", reads=[flights]) as step:
            clock.advance(timedelta(seconds=2))
            made = step.write("statistics", "flights", digest="d" * 64, size=9)
            step.update(features=19)
        done = metadata.execution(step.id)
        assert (done.state, done.seconds, done.properties) == ("complete", 2.0, {"features": 19})
        assert [each.id for each in metadata.inputs(step.id)] == [flights.id]
        assert [each.id for each in metadata.outputs(step.id)] == [made.id]
        assert [each.id for each in metadata.producers(made.id)] == [step.id]
        assert [each.id for each in metadata.consumers(flights.id)] == [step.id]
        assert metadata.find_artifact(made.id) == made

    def test_an_error_makes_it_failed_with_the_error_and_keeps_what_was_written(self, metadata):
        def fail(step):
            step.write("checkpoint", "r")
            raise ValueError("row 17")

        with pytest.raises(ValueError, match="row 17"), metadata.record("run", "r") as step:
            fail(step)
        assert metadata.execution(step.id).error == "ValueError: row 17"
        assert metadata.execution(step.id).state == "failed"
        assert len(metadata.artifacts("checkpoint")) == 1

    def test_ctrl_c_makes_it_canceled(self, metadata):
        with pytest.raises(KeyboardInterrupt), metadata.record("run", "r") as step:
            raise KeyboardInterrupt
        assert metadata.execution(step.id).state == "canceled"

    def test_a_write_that_fails_leaves_nothing(self, metadata):
        flights = ingest(metadata)
        gone = ColumnSource(flights, "x")
        object.__setattr__(flights, "id", "no such artifact")
        with (
            pytest.raises(Exception, match=r"(?i)foreign key"),
            metadata.record("run", "r") as step,
        ):
            Recording(metadata, step).write("model", "delay", columns={"x": [gone]}, aliases=["c"])
        assert metadata.artifacts("model") == []
        assert metadata.outputs(step.id) == []

    def test_a_step_within_a_job_is_its_child(self, metadata, monkeypatch):
        with metadata.record("job", "retrain") as job:
            monkeypatch.setenv(PARENT_VARIABLE, job.id)
            ingest(metadata)
        assert [each.kind for each in metadata.executions(parent=job.id)] == ["ingest"]

    def test_a_look_up_within_a_job_is_an_input_of_it_once(self, metadata, monkeypatch):
        flights = ingest(metadata)
        with metadata.record("publish", "delays") as job:
            monkeypatch.setenv(PARENT_VARIABLE, job.id)
            metadata.artifact("dataset", "flights")
            metadata.artifact("dataset", "flights@1")
        assert [each.id for each in metadata.inputs(job.id)] == [flights.id]
        assert len(metadata.events([flights.id])) == 2

    def test_steps_of_an_experiment_are_found_by_it(self, metadata):
        for name in ("a", "b"):
            with metadata.record("run", name, context=("experiment", "delay")):
                pass
        with metadata.record("run", "c"):
            pass
        found = metadata.executions("run", context=("experiment", "delay"))
        assert {each.name for each in found} == {"a", "b"}
        assert {each.context for each in found} == {"delay"}


class TestArtifacts:
    def test_versions_count_from_one_within_kind_and_name(self, metadata):
        assert [ingest(metadata).ref, ingest(metadata).ref, ingest(metadata, "other").ref] == [
            "flights@1",
            "flights@2",
            "other@1",
        ]

    def test_a_reference_means_the_newest_a_version_or_an_alias(self, metadata):
        for _ in range(3):
            ingest(metadata)
        metadata.set_alias("dataset", "flights", "gold", 2)
        assert metadata.artifact("dataset", "flights").version == 3
        assert metadata.artifact("dataset", "flights@1").version == 1
        assert metadata.artifact("dataset", "flights@gold").version == 2
        assert metadata.artifact("dataset", "flights@gold").aliases == ("gold",)

    def test_what_builds_on_a_version_conflicts_with_a_newer_one_that_is_live(self, metadata):
        first = ingest(metadata)
        second = ingest(metadata, after=1)
        with pytest.raises(Conflict, match="flights@2 was made meanwhile"):
            ingest(metadata, after=1)
        metadata.delete_artifact(second.id)
        assert ingest(metadata, after=first.version).ref == "flights@3"

    def test_everything_is_what_live_records_say(self, metadata):
        kept = ingest(metadata, digest="a" * 64)
        gone = ingest(metadata, digest="b" * 64)
        metadata.delete_artifact(gone.id)
        said = list(metadata.everything())
        digests = {each["digest"] for each in said if "digest" in each}
        assert digests == {kept.digest}
        assert {each["kind"] for each in said} == {"dataset", "ingest"}

    def test_an_alias_moves_and_can_be_removed(self, metadata):
        ingest(metadata, aliases=["gold"])
        ingest(metadata, aliases=["gold"])
        assert metadata.artifact("dataset", "flights@gold").version == 2
        metadata.delete_alias("dataset", "flights", "gold")
        with pytest.raises(NotFound, match="has no alias 'gold'"):
            metadata.artifact("dataset", "flights@gold")

    def test_an_alias_needs_its_version(self, metadata):
        ingest(metadata)
        with pytest.raises(NotFound, match="has no version 9"):
            metadata.set_alias("dataset", "flights", "gold", 9)

    @pytest.mark.parametrize(
        ("reference", "message"),
        [
            ("flihgts", "no dataset is named 'flihgts'; did you mean 'flights'"),
            ("flights@7", "the dataset 'flights' has no version 7; it has version 1"),
        ],
    )
    def test_what_is_missing_is_named_with_what_is_near(self, metadata, reference, message):
        ingest(metadata)
        with pytest.raises(NotFound, match=message):
            metadata.artifact("dataset", reference)

    def test_names_in_any_script_and_with_markup_are_kept(self, metadata):
        name = "航班 <script>alert('x')</script> \"q\" é"
        assert ingest(metadata, name).name == metadata.artifact("dataset", name).name == name

    def test_a_name_that_breaks_references_is_refused_and_nothing_is_kept(self, metadata):
        with pytest.raises(InvalidInput, match="cannot be a name"):
            ingest(metadata, "a@b")
        assert metadata.artifacts() == []

    def test_listing_gives_the_newest_first_and_only_the_latest_when_asked(self, metadata, clock):
        for name in ("a", "b", "a"):
            clock.advance(timedelta(seconds=1))
            ingest(metadata, name)
        assert [each.ref for each in metadata.artifacts("dataset")] == ["a@2", "b@1", "a@1"]
        assert [each.ref for each in metadata.artifacts(latest_only=True)] == ["a@2", "b@1"]
        assert [each.ref for each in metadata.artifacts(limit=1)] == ["a@2"]
        assert [each.version for each in metadata.versions("dataset", "a")] == [2, 1]

    def test_facts_merge_and_a_deleted_record_is_no_longer_found(self, metadata):
        made = ingest(metadata, properties={"rows": 3})
        assert metadata.update_artifact(made.id, fresh=True).properties == {
            "rows": 3,
            "fresh": True,
        }
        metadata.delete_artifact(made.id)
        assert metadata.artifacts() == []
        with pytest.raises(NotFound):
            metadata.artifact("dataset", "flights")
        assert metadata.find_artifact(made.id).state == "deleted"

    def test_columns_remember_their_sources(self, metadata):
        flights = ingest(metadata)
        with metadata.record("feature_view", "v") as step:
            view = step.write(
                "feature_view", "v", columns={"mean": [ColumnSource(flights, "arr_delay", "avg")]}
            )
        (edge,) = metadata.column_edges([view.id])
        assert (edge.source_id, edge.source_column, edge.target_column, edge.how) == (
            flights.id,
            "arr_delay",
            "mean",
            "avg",
        )


class TestMetrics:
    def test_points_come_back_in_order_with_nan_and_infinity(self, metadata):
        with metadata.record("run", "r") as run:
            points = [
                MetricPoint(run.id, "loss", step, value, 1000 + step)
                for step, value in enumerate([0.5, math.nan, math.inf, -math.inf])
            ]
            metadata.add_metrics(reversed(points))
        back = [point.value for point in metadata.metrics(run.id, "loss")]
        assert back[0] == 0.5
        assert math.isnan(back[1])
        assert back[2:] == [math.inf, -math.inf]
        assert [point.step for point in metadata.metrics(run.id, after=1001)] == [2, 3]

    def test_a_batch_sent_twice_counts_once(self, metadata):
        with metadata.record("run", "r") as run:
            points = [MetricPoint(run.id, "auc", 1, 0.7, 5)]
            metadata.add_metrics(points)
            metadata.add_metrics(points)
        assert len(metadata.metrics(run.id)) == 1

    def test_the_latest_value_is_of_the_highest_step_and_then_time(self, metadata):
        with metadata.record("run", "r") as run:
            metadata.add_metrics(
                MetricPoint(run.id, "auc", step, value, time)
                for step, value, time in [(2, 0.8, 1), (1, 0.9, 9), (2, 0.7, 2)]
            )
        assert metadata.latest_metrics([run.id]) == {run.id: {"auc": 0.7}}

    def test_a_param_is_fixed_once_given(self, metadata):
        with metadata.record("run", "r") as run:
            metadata.add_params(run.id, {"lr": "0.1"})
            metadata.add_params(run.id, {"lr": "0.1", "hidden": "64"})
            with pytest.raises(Conflict, match=r"'0\.1', and cannot become '0\.2'"):
                metadata.add_params(run.id, {"lr": "0.2"})
        assert metadata.params(run.id) == {"hidden": "64", "lr": "0.1"}


class TestSchedules:
    def schedule(self, name="retrain", **changes):
        fields = {
            "id": f"id-{name}",
            "path": "retrain.ipynb",
            "digest": "d",
            "cron": "0 6 * * *",
            "timezone": "UTC",
            "parameters": {"lr": 0.1},
            "next_at": START,
            "created_at": START,
        }
        return Schedule(name, **{**fields, **changes})

    def test_it_comes_back_as_it_was(self, metadata):
        metadata.add_schedule(self.schedule())
        assert metadata.schedule("retrain") == self.schedule()
        assert metadata.schedules() == [self.schedule()]

    def test_a_due_one_is_claimed_by_one_of_many(self, metadata):
        metadata.add_schedule(self.schedule())
        claims: list[str] = []
        threads = [
            threading.Thread(
                target=lambda owner=f"d{n}": claims.extend(
                    each.owner for each in metadata.claim_due(START, owner)
                )
            )
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claims) == 1

    def test_one_that_is_paused_or_not_due_is_left(self, metadata):
        metadata.add_schedule(self.schedule("later", next_at=START + timedelta(hours=1)))
        metadata.add_schedule(self.schedule("paused", state="paused"))
        assert metadata.claim_due(START, "d") == []

    def test_a_wrong_name_is_answered_with_a_near_one(self, metadata):
        metadata.add_schedule(self.schedule())
        with pytest.raises(NotFound, match="did you mean 'retrain'"):
            metadata.schedule("retrian")
        with pytest.raises(NotFound):
            metadata.update_schedule("retrian", state="paused")


class TestProcesses:
    WRITER = (
        "import sys; from pathlib import Path\n"
        "from workbench.core.clock import SystemClock\n"
        "from workbench.metadata import Metadata\n"
        "m = Metadata(sys.argv[1], Path(sys.argv[2]), SystemClock())\n"
    )

    def run(self, url, home, code) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", self.WRITER + code, url, str(home)], stdout=subprocess.PIPE
        )

    def test_writers_at_once_get_a_version_each(self, url, metadata, tmp_path):
        code = (
            "for _ in range(20):\n"
            "    with m.record('ingest', 'flights') as step: step.write('dataset', 'flights')"
        )
        writers = [self.run(url, tmp_path, code) for _ in range(3)]
        assert [writer.wait() for writer in writers] == [0, 0, 0]
        versions = [each.version for each in metadata.versions("dataset", "flights")]
        assert versions == list(range(60, 0, -1))

    def test_writers_that_build_on_the_newest_make_one_line(self, url, metadata, tmp_path):
        ingest(metadata)
        code = (
            "from workbench.core.errors import Conflict\n"
            "for _ in range(10):\n"
            "  with m.record('ingest', 'flights') as step:\n"
            "    while True:\n"
            "      before = m.artifact('dataset', 'flights')\n"
            "      told = [*before.properties.get('told', []), before.version]\n"
            "      try:\n"
            "        step.write('dataset', 'flights', properties={'told': told},"
            " after=before.version)\n"
            "      except Conflict: continue\n"
            "      break"
        )
        writers = [self.run(url, tmp_path, code) for _ in range(3)]
        assert [writer.wait() for writer in writers] == [0, 0, 0]
        newest = metadata.artifact("dataset", "flights")
        assert newest.properties["told"] == list(range(1, 31))

    def test_a_killed_step_becomes_failed_and_its_commits_stay(self, url, metadata, tmp_path):
        code = (
            "import time\n"
            "with m.record('run', 'r') as step:\n"
            "    step.write('checkpoint', 'r'); print('written', flush=True); time.sleep(60)"
        )
        writer = self.run(url, tmp_path, code)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        assert metadata.reap() == []
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        (dead,) = metadata.reap()
        assert (dead.state, dead.error) == ("failed", "its process ended without a word")
        assert len(metadata.artifacts("checkpoint")) == 1

    def test_a_change_wakes_who_waits(self, metadata):
        async def wait() -> None:
            watch = metadata.changes.watch()
            waiting = asyncio.ensure_future(anext(watch))
            for _ in range(50):
                await asyncio.sleep(0.1)
                await asyncio.to_thread(ingest, metadata)
                if waiting.done():
                    break
            await asyncio.wait_for(waiting, timeout=1)

        asyncio.run(wait())

    def test_opening_an_up_to_date_database_changes_nothing(self, url, metadata, tmp_path, clock):
        ingest(metadata)
        again = Metadata(url, tmp_path, clock)
        assert again.revision() == metadata.revision() == "0001"
        assert again.artifact("dataset", "flights").version == 1
        again.close()


class TestDatabase:
    def test_the_migrations_make_just_the_tables(self, metadata):
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext
        from sqlmodel import SQLModel

        with metadata.reading() as session:
            context = MigrationContext.configure(session.connection())
            assert compare_metadata(context, SQLModel.metadata) == []

    def test_an_address_of_another_kind_is_refused(self, tmp_path, clock):
        with pytest.raises(InvalidInput, match=r"'mysql://x' is not a database address"):
            Metadata("mysql://x", tmp_path, clock)

    def test_a_server_that_is_away_is_named_without_its_password(self, tmp_path, clock):
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/x does not answer") as caught:
            Metadata("postgresql://me:secret@127.0.0.1:1/x", tmp_path, clock)
        assert "secret" not in str(caught.value)

    def test_a_full_disk_is_said_and_nothing_is_half_written(self, tmp_path, clock):
        store = Metadata(f"sqlite:///{tmp_path}/m.db", tmp_path, clock)
        ingest(store)
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        store.close()
        limited = Metadata(f"sqlite:///{tmp_path}/m.db", tmp_path, clock)
        from sqlalchemy import event

        event.listen(
            limited._engine,
            "connect",
            lambda c, _: c.execute(f"PRAGMA max_page_count={pages}"),
        )
        limited._engine.dispose()
        with pytest.raises(StorageFull, match="no room left in the metadata database"):
            ingest(limited, properties={"text": "x" * 100_000})
        assert len(limited.artifacts("dataset")) == 1
        limited.close()
