import math
import os
import signal
import subprocess
import sys
import threading

import pytest

from workbench.tracking.journal import Journal, read_journal


def everything(path):
    found, offset = [], 0
    while True:
        points, end = read_journal(path, offset, size=4096)
        found += points
        if end == offset:
            return found
        offset = end


def test_what_was_appended_is_read_back(tmp_path):
    journal = Journal(tmp_path / "r1.jsonl")
    journal.append([("loss", 0, 0.5, 100), ("错误/rate", 3, math.inf, 101)])
    journal.append([("loss", 1, math.nan, 102)])
    points = everything(journal.path)
    assert [(each.run_id, each.key, each.step, each.time) for each in points] == [
        ("r1", "loss", 0, 100),
        ("r1", "错误/rate", 3, 101),
        ("r1", "loss", 1, 102),
    ]
    assert points[0].value == 0.5
    assert points[1].value == math.inf
    assert math.isnan(points[2].value)


def test_a_line_cut_short_is_skipped_and_the_next_is_read(tmp_path):
    path = tmp_path / "r1.jsonl"
    path.write_bytes(b'["a",0,1.0,1]\n["a",1,2.\n["a",2,3.0,3]\n["a",3')
    assert [each.step for each in everything(path)] == [0, 2]


def test_threads_do_not_mix_their_lines(tmp_path):
    journal = Journal(tmp_path / "r1.jsonl")

    def write(name):
        for step in range(500):
            journal.append([(name, step, step / 3, step)])

    threads = [threading.Thread(target=write, args=(f"k{number}" * 20,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(everything(journal.path)) == 2000


def test_a_full_disk_is_an_error_and_spoils_no_later_line(tmp_path):
    script = """
import resource, signal, sys
from pathlib import Path
from workbench.core.errors import StorageFull
from workbench.tracking.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
journal = Journal(Path(sys.argv[1]))
kept = 0
try:
    for step in range(100):
        journal.append([("loss", step, 0.5, step)])
        kept += 1
except StorageFull as error:
    assert "no room" in str(error)
else:
    raise SystemExit("no error")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
journal.append([("loss", 99, 0.5, 99)])
print(kept)
"""
    path = tmp_path / "r1.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    steps = [each.step for each in everything(path)]
    assert steps == [*range(int(done.stdout)), 99]


@pytest.mark.parametrize("round_", range(3))
def test_sigkill_loses_nothing_that_was_acknowledged(tmp_path, round_):
    script = """
import os, sys
from pathlib import Path
from workbench.tracking.journal import Journal
journal = Journal(Path(sys.argv[1]))
step = 0
while True:
    journal.append([("loss", step, 0.5, step)])
    os.write(1, f"{step}\\n".encode())
    step += 1
"""
    path = tmp_path / "r1.jsonl"
    child = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    for _ in range(200 + 100 * round_):
        child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    left = child.stdout.read().splitlines()
    child.wait()
    acknowledged = 200 + 100 * round_ + len(left)
    assert len(everything(path)) >= acknowledged
