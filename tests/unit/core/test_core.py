"""What every room stands on."""

import errno
import json
import os
import pickle
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from workbench.core import plugins
from workbench.core.clock import FakeClock, as_utc
from workbench.core.daemons import Daemons, alive
from workbench.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    StorageFull,
    Unavailable,
    WorkbenchError,
    near,
)
from workbench.core.files import atomic_write, file_lock, storage_errors
from workbench.core.ids import new_id
from workbench.core.references import check_name, parse_reference
from workbench.core.settings import load_settings


class TestErrors:
    def test_the_message_and_the_hint_are_one_sentence(self):
        assert str(NotFound("no dataset 'x'", hint="make one")) == "no dataset 'x'; make one"

    def test_an_error_survives_a_process_border(self):
        copy = pickle.loads(pickle.dumps(StorageFull("full", hint="free some")))
        assert type(copy) is StorageFull
        assert copy.hint == "free some"

    def test_near_names_are_offered_and_all_names_when_none_is_near(self):
        assert near("carier", ["carrier", "origin"]) == "did you mean 'carrier'?"
        assert near("zzz", ["a", "b"]) == "there are 'a', 'b'"
        assert near("zzz", []) is None

    def test_every_error_has_the_one_root(self):
        for kind in (NotFound, InvalidInput, Conflict, Unavailable, StorageFull):
            assert issubclass(kind, WorkbenchError)


class TestIds:
    def test_ids_are_unique_and_sort_by_time(self):
        ids = [new_id() for _ in range(1000)]
        assert len(set(ids)) == 1000
        assert sorted(ids, key=lambda each: each[:10]) == ids

    def test_an_id_is_26_lower_case_letters_and_digits(self):
        assert len(new_id()) == 26
        assert new_id().isalnum()
        assert new_id().islower()


class TestClock:
    def test_a_fake_clock_moves_only_when_told(self):
        clock = FakeClock(datetime(2013, 1, 1, tzinfo=UTC))
        assert clock.now() == clock.now()
        clock.advance(timedelta(hours=1))
        assert clock.now().hour == 1

    def test_a_time_without_a_zone_is_refused(self):
        with pytest.raises(InvalidInput, match="2013-01-01T00:00:00 has no time zone"):
            as_utc(datetime(2013, 1, 1))  # noqa: DTZ001


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "version", "alias"),
        [("flights", None, None), ("flights@3", 3, None), ("delay@champion", None, "champion")],
    )
    def test_a_reference_is_a_name_a_version_or_an_alias(self, text, version, alias):
        reference = parse_reference(text)
        assert (reference.version, reference.alias) == (version, alias)

    @pytest.mark.parametrize("text", ["", "@3", "a@", "a@b@c", "a@-1", "a@3x", 3])
    def test_anything_else_is_refused(self, text):
        with pytest.raises(InvalidInput):
            parse_reference(text)

    def test_a_name_may_be_in_any_script_and_hold_markup(self):
        assert check_name("航班 <b>é</b>") == "航班 <b>é</b>"

    @pytest.mark.parametrize("name", ["a@b", "", "  ", "a\nb", "x" * 501, None])
    def test_a_name_that_would_break_references_or_logs_is_refused(self, name):
        with pytest.raises(InvalidInput):
            check_name(name)


class TestSettings:
    def test_arguments_win_over_variables_and_variables_over_the_file(self, tmp_path, monkeypatch):
        (tmp_path / "workbench.toml").write_text(
            'home = "from-file"\nnum_cpus = 3\nserving_port = 1\n'
        )
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WORKBENCH_SERVING_PORT", "2")
        settings = load_settings(home=tmp_path / "given")
        assert settings.home == tmp_path / "given"
        assert settings.serving_port == 2
        assert settings.num_cpus == 3

    def test_addresses_lie_under_home_unless_given(self, tmp_path):
        settings = load_settings(home=tmp_path)
        assert settings.database_url == f"sqlite:///{tmp_path}/metadata.db"
        assert settings.artifact_url == f"{tmp_path}/artifacts"

    def test_the_environment_gives_a_child_the_same_workspace(self, tmp_path, monkeypatch):
        settings = load_settings(home=tmp_path, online_url="redis://localhost:1/0", num_cpus=2)
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        assert load_settings() == settings

    @pytest.mark.parametrize("text", ["pii,secret", '["pii", "secret"]', " pii , secret,"])
    def test_several_tags_are_read_from_text(self, tmp_path, monkeypatch, text):
        monkeypatch.setenv("WORKBENCH_BLOCKED_TAGS", text)
        settings = load_settings(home=tmp_path)
        assert settings.blocked_tags == ("pii", "secret")
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        assert load_settings() == settings

    def test_a_list_that_does_not_end_is_no_tag(self, tmp_path, monkeypatch):
        monkeypatch.setenv("WORKBENCH_BLOCKED_TAGS", '["pii"')
        with pytest.raises(InvalidInput, match="blocked_tags"):
            load_settings(home=tmp_path)

    def test_an_unknown_setting_names_its_neighbour(self):
        with pytest.raises(InvalidInput, match="did you mean 'home'"):
            load_settings(hom="x")

    def test_an_impossible_value_is_named(self):
        with pytest.raises(InvalidInput, match="'serving_port' cannot be 99999"):
            load_settings(serving_port=99999)


class TestFiles:
    def test_a_failed_write_leaves_the_old_content_and_no_rubbish(self, tmp_path, monkeypatch):
        target = tmp_path / "x"
        atomic_write(target, b"old")

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageFull, match="no room left while writing"):
            atomic_write(target, b"new")
        assert target.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [target]

    def test_other_errors_of_the_system_pass_through(self):
        with pytest.raises(PermissionError), storage_errors("x"):
            raise PermissionError(errno.EACCES, "no")

    def test_a_lock_admits_one_at_a_time_and_names_its_holder(self, tmp_path):
        with (
            file_lock(tmp_path / "lock"),
            pytest.raises(Conflict, match=f"this is held by process {os.getpid()}"),
            file_lock(tmp_path / "lock", wait=0),
        ):
            pass

    def test_a_lock_waits_for_its_holder(self, tmp_path):
        order = []

        def second() -> None:
            with file_lock(tmp_path / "lock", wait=10):
                order.append("second")

        with file_lock(tmp_path / "lock"):
            thread = threading.Thread(target=second)
            thread.start()
            order.append("first")
        thread.join()
        assert order == ["first", "second"]

    def test_a_lock_is_free_when_its_holder_was_killed(self, tmp_path):
        code = (
            "import sys, time; from pathlib import Path\n"
            "from workbench.core.files import file_lock\n"
            "with file_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
        )
        holder = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "lock")], stdout=subprocess.PIPE
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait()
        with file_lock(tmp_path / "lock", wait=0):
            pass

    def test_a_lock_is_held_on_a_full_disk_too(self, tmp_path):
        code = (
            "import resource, sys; from pathlib import Path\n"
            "from workbench.core.errors import Conflict\n"
            "from workbench.core.files import file_lock\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
            "with file_lock(Path(sys.argv[1])):\n"
            "    try:\n"
            "        with file_lock(Path(sys.argv[1]), wait=0): pass\n"
            "    except Conflict as error: print(error)\n"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "lock")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "this is held by another process" in done.stdout


class TestPlugins:
    def test_an_unknown_plug_in_says_what_to_do(self):
        with pytest.raises(NotFound, match="no plug-in 'fax'"):
            plugins.load("workbench.nothing", "fax")

    def test_an_entry_point_is_found(self):
        assert (
            plugins.load("console_scripts", "pytest").__module__ == pytest.console_main.__module__
        )


class TestDaemons:
    SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")

    def start(self, daemons: Daemons, name: str = "sleeper"):
        def ready() -> dict[str, str] | None:
            return {"url": "here"} if "up" in daemons.log(name).read_text() else None

        return daemons.start(name, self.SLEEPER, ready=ready)

    def test_it_is_started_once_found_again_and_stopped(self, tmp_path):
        daemons = Daemons(tmp_path)
        first = self.start(daemons)
        try:
            assert self.start(daemons) == first
            assert Daemons(tmp_path).get("sleeper") == first
            assert first.facts == {"url": "here"}
            assert [each.name for each in daemons.all()] == ["sleeper"]
        finally:
            assert daemons.stop("sleeper")
        assert not psutil.pid_exists(first.pid)
        assert daemons.get("sleeper") is None
        assert not daemons.stop("sleeper")

    def test_the_record_of_a_killed_one_counts_as_nothing(self, tmp_path):
        daemons = Daemons(tmp_path)
        first = self.start(daemons)
        psutil.Process(first.pid).kill()
        psutil.wait_procs([psutil.Process(first.pid)], timeout=5)
        assert daemons.get("sleeper") is None
        daemons.log("sleeper").write_text("")
        second = self.start(daemons)
        assert second.pid != first.pid
        daemons.stop("sleeper")

    def test_a_reused_process_id_is_not_taken_for_the_daemon(self, tmp_path):
        daemons = Daemons(tmp_path)
        record = {
            "name": "old",
            "pid": os.getpid(),
            "born": 1.0,
            "command": [],
            "started_at": "",
            "facts": {},
        }
        atomic_write(tmp_path / "run" / "old.json", json.dumps(record).encode())
        assert daemons.get("old") is None
        assert not alive(os.getpid(), 1.0)

    def test_one_that_ends_at_once_says_its_last_words(self, tmp_path):
        daemons = Daemons(tmp_path)
        command = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
        with pytest.raises(Unavailable, match="'bad' ended with 1: the port is taken"):
            daemons.start("bad", command, ready=lambda: None)
        assert daemons.all() == []

    def test_one_that_is_never_ready_is_stopped(self, tmp_path):
        daemons = Daemons(tmp_path)
        with pytest.raises(Unavailable, match="was not ready in"):
            daemons.start("slow", self.SLEEPER, ready=lambda: None, wait=0.3)
        assert not [
            process
            for process in psutil.Process().children(recursive=True)
            if process.status() != psutil.STATUS_ZOMBIE and self.SLEEPER[2] in process.cmdline()
        ]


def test_importing_the_library_is_cheap():
    code = (
        "import sys, workbench; workbench.__all__; "
        "print([m for m in ('ray', 'torch', 'pandas', 'duckdb', 'sqlalchemy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_settings_file_of_a_folder_above_counts(tmp_path, monkeypatch):
    (tmp_path / "workbench.toml").write_text("num_cpus = 5")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert load_settings(home=Path("h")).num_cpus == 5
