"""Processes that write a dataset: killed, on a full disk, and side by side."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.data.datasets import dataset
from workbench.data.datasets.exchange import import_dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.retention import collect


@contextmanager
def opened(home):
    """Connect to what other processes left behind, or will write in."""
    with workspace.use(workspace.current()):
        yield workspace.connect(home=home)


@pytest.fixture
def home(tmp_path):
    with opened(tmp_path / "home") as place:
        yield place


def start(script, *given):
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, given)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed(script, *given):
    """Run a script that kills itself."""
    with start(script, *given) as process:
        assert process.wait() == -signal.SIGKILL


FULL = """
    import resource, signal, sys
    import numpy as np
    import pyarrow as pa
    from workbench import workspace
    from workbench.data.datasets.ingest import ingest
    from workbench.core.errors import StorageFull

    workspace.connect(home=sys.argv[1])
    ingest(pa.table({"x": [1]}), name="rows")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    numbers = np.random.default_rng(1).random(1_000_000)  # random, so that they do not compress
    try:
        ingest(pa.table({"x": numbers}), name="rows")
    except StorageFull as error:
        print(error)
"""


def test_a_full_disk_is_said_and_leaves_no_half_of_a_version(home):
    with start(FULL, home.home) as process:
        said, _ = process.communicate()
    assert "no room left while writing" in said
    assert not list((home.home / "tmp").iterdir())
    assert not list(home.home.rglob(".part-*"))
    assert (dataset("rows").ref, dataset("rows").rows) == ("rows@1", 1)


KILLED = """
    import os, signal, sys
    import pyarrow as pa
    from workbench import workspace
    from workbench.data.datasets.ingest import ingest
    from workbench.storage import BlobStore

    here = workspace.connect(home=sys.argv[1])
    kept = BlobStore.take_file
    def killed_after(self, path):
        kept(self, path)
        os.kill(os.getpid(), signal.SIGKILL)
    BlobStore.take_file = killed_after
    ingest(pa.table({"x": [1]}), name="rows")
"""


def test_a_killed_ingest_leaves_no_version_and_a_failed_step(tmp_path):
    killed(KILLED, tmp_path)
    with opened(tmp_path) as home:
        assert home.metadata.artifacts() == []
        assert [each.state for each in home.metadata.executions()] == ["failed"]
        ingest(pa.table({"x": [1]}), name="rows")  # whose start removes what the dead left
        assert not list((tmp_path / "tmp").iterdir())


KILLED_APPEND = """
    import os, signal, sys
    import pyarrow as pa
    from workbench import workspace
    from workbench.data.datasets.ingest import ingest
    from workbench.data.datasets.packing import Packer
    from workbench.metadata.recording import Recording
    from workbench.storage import BlobStore

    owner, name = {
        "before a file is stored": (BlobStore, "take_file"),
        "between two files": (Packer, "_finish"),
        "before the version is recorded": (Recording, "write"),
    }[sys.argv[2]]
    workspace.connect(home=sys.argv[1])
    ingest(pa.table({"x": [1, 2], "part": ["a", "b"]}), name="rows", split="part", span="1")
    done = getattr(owner, name)
    def killed(self, *given, **named):
        if name == "_finish":
            done(self, *given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, killed)
    ingest(pa.table({"x": [3, 4], "part": ["a", "b"]}), name="rows", span="2", append=True)
"""


@pytest.mark.parametrize(
    "moment",
    ["before a file is stored", "between two files", "before the version is recorded"],
)
def test_a_killed_append_leaves_the_version_before(tmp_path, moment):
    killed(KILLED_APPEND, tmp_path, moment)
    with opened(tmp_path) as home:
        assert [each.ref for each in home.metadata.artifacts()] == ["rows@1"]
        assert dataset("rows").to_arrow().column("x").to_pylist() == [1, 2]
        states = [each.state for each in home.metadata.executions()]
        assert sorted(states) == ["complete", "failed"]
        more = pa.table({"x": [3, 4], "part": ["a", "b"]})
        assert ingest(more, name="rows", span="2", append=True).spans == {"1": 2, "2": 2}
        assert not list((tmp_path / "tmp").iterdir())


KILLED_EXPORT = """
    import os, shutil, signal, sys
    from workbench import workspace
    from workbench.data.datasets import dataset, exchange

    home, place, owner, name = sys.argv[1:]
    workspace.connect(home=home)
    done = getattr({"shutil": shutil, "exchange": exchange}[owner], name)
    def killed(*given):
        if name == "copyfile":
            done(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr({"shutil": shutil, "exchange": exchange}[owner], name, killed)
    dataset("carried").export(place)
"""


@pytest.mark.parametrize("call", ["shutil.copyfile", "exchange.atomic_write", "exchange._put"])
def test_a_killed_export_leaves_no_folder_of_its_name(home, tmp_path, call):
    ingest(pa.table({"id": [1, 2, 3]}), name="carried")
    place = tmp_path / "killed"
    killed(KILLED_EXPORT, home.home, place, *call.split("."))
    assert not place.exists()
    with pytest.raises(NotFound, match="is no exported dataset"):
        import_dataset(place)
    assert import_dataset(dataset("carried").export(place), name="later").rows == 3


KILLED_COLLECTOR = """
    import os, signal, sys
    from pathlib import Path
    from workbench import workspace
    from workbench.data.datasets.retention import collect

    workspace.connect(home=sys.argv[1])
    moved = Path.replace
    def killed_after(self, target):
        moved(self, target)
        if Path(target).name.startswith(".gone-"):
            os.kill(os.getpid(), signal.SIGKILL)
    Path.replace = killed_after
    collect()
"""


def test_a_collector_that_is_killed_loses_nothing(home):
    home.blobs.put_bytes(b"nobody wants this")
    kept = ingest(pa.table({"x": [7]}), name="survivor")
    long_ago = time.time() - 2 * 86_400
    for each in home.blobs.stored():
        os.utime(home.blobs.local_path(each.digest), (long_ago, long_ago))
    killed(KILLED_COLLECTOR, home.home)
    collect()
    assert not list(home.blobs._folder.glob("??/.gone-*"))
    assert kept.to_arrow().num_rows == 1


WRITER = """
    import sys
    from datetime import UTC, datetime
    import pyarrow as pa
    import workbench as wb

    wb.connect(home=sys.argv[1])
    for month in sys.argv[2:]:
        at = [datetime(2013, int(month), 1, tzinfo=UTC)]
        wb.ingest(pa.table({"at": at, "n": [int(month)]}), name="together", append=True)
"""


def test_writers_all_keep_their_spans(home):
    first = pa.table({"at": [datetime(2013, 1, 1, tzinfo=UTC)], "n": [1]})
    ingest(first, name="together", time="at", span="month")
    months = [("2", "5", "8"), ("3", "6", "9"), ("4", "7", "10")]
    writers = [start(WRITER, home.home, *each) for each in months]
    for each in writers:
        with each:
            assert each.wait() == 0
    made = dataset("together")
    assert (made.version, list(made.spans)) == (10, [f"2013-{each:02}" for each in range(1, 11)])
    assert sorted(made.to_pandas()["n"]) == list(range(1, 11))
