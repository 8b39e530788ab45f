"""The workspace's own Ray node and the pool of workers, with a real Ray."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from workbench import cluster, workspace
from workbench.cluster.worker import link
from workbench.core.errors import InvalidInput, Unavailable

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    place = workspace.connect(home=tmp_path_factory.mktemp("home"))
    with workspace.use(place):
        yield place
    # Another workspace may have become the current one meanwhile.
    with workspace.use(place):
        cluster.stop()


@pytest.fixture
def here(shared):
    with workspace.use(shared):
        yield shared


@pytest.fixture
def own_home(tmp_path):
    place = workspace.connect(home=tmp_path / "home")
    with workspace.use(place):
        yield place
    # Another workspace may have become the current one meanwhile.
    with workspace.use(place):
        cluster.stop()


def in_session(pid):
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return found


def gone_within(pid, seconds):
    until = time.monotonic() + seconds
    while in_session(pid) and time.monotonic() < until:
        time.sleep(0.1)
    return not in_session(pid)


def sum_of_ranks(more):
    import torch
    import torch.distributed

    total = torch.tensor([link().rank + more])
    torch.distributed.all_reduce(total)
    return int(total), torch.get_num_threads()


def test_processes_of_a_workspace_share_one_node_that_only_they_can_enter(here):
    cluster.connect()
    cluster.connect()
    script = """
from workbench import cluster
cluster.connect()
import ray
print(cluster.address(), cluster.status()["nodes"], ray.get(ray.remote(lambda: 41 + 1).remote()))
"""
    environment = {**os.environ, **here.settings.environment()}
    out = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert out.stdout.split() == [cluster.address(), "1", "42"]
    assert "WARNING" not in out.stderr
    token = here.home / "run" / "ray.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    daemon = here.daemons.get("ray")
    listening = [
        connection.laddr.ip
        for process in in_session(daemon.pid)
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert {each.removeprefix("::ffff:") for each in listening} == {"127.0.0.1"}


def test_a_stranger_without_the_token_is_not_let_in(here):
    address = cluster.start()
    script = f"""
import ray
ray.init(address={address!r}, log_to_driver=False, logging_level="CRITICAL")
print(ray.get(ray.remote(lambda: 42).remote()))
"""
    environment = {name: value for name, value in os.environ.items() if "RAY" not in name}
    environment |= {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "0" * 64,
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=12,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return
    assert done.returncode != 0
    assert "42" not in done.stdout


def test_workers_run_together_and_stay_warm(here):
    pool = cluster.pool(2)
    first = pool.run(sum_of_ranks, 0)
    assert first == [(1, 1), (1, 1)]
    start = time.monotonic()
    assert pool.run(sum_of_ranks, 10) == [(21, 1), (21, 1)]
    assert time.monotonic() - start < 1
    assert cluster.pool(2) is pool
    assert cluster.status()["free"]["cpus"] > 1.9


def test_what_a_worker_emits_arrives_while_it_runs_and_once(here, capsys):
    def talk():
        for number in range(1000):
            link().emit("number", number)
        print("said")
        time.sleep(1)
        return time.time()

    arrived = []
    ended = cluster.pool(2).run(
        talk, on_event=lambda kind, content: arrived.append((kind, content, time.time()))
    )
    assert [content for kind, content, _ in arrived if kind == "number"] == list(range(1000))
    assert arrived[-1][2] < ended[0] - 0.5
    assert "".join(content for kind, content, _ in arrived if kind == "print") == "said\n"


def test_an_error_in_one_worker_ends_all_and_shows_its_traceback(here):
    def one_fails():
        import torch.distributed

        if link().rank == 1:
            raise ValueError("one class")
        torch.distributed.barrier()

    with pytest.raises(ValueError, match="one class") as caught:
        cluster.pool(2).run(one_fails)
    note = "".join(caught.value.__notes__)
    assert "In worker 1 of 2" in note
    assert "in one_fails" in note
    assert cluster.pool(2).run(sum_of_ranks, 0)[0][0] == 1


def test_an_error_that_cannot_be_pickled_is_told(here):
    def odd():
        class Odd(Exception):
            def __reduce__(self):
                raise TypeError

        raise Odd("very odd")

    with pytest.raises(Exception, match="very odd"):
        cluster.pool(2).run(odd)


def test_a_dead_worker_is_an_error_and_the_next_call_has_new_ones(here):
    def dies():
        import torch.distributed

        if link().rank == 1:
            os._exit(3)
        torch.distributed.barrier()

    with pytest.raises(Unavailable, match="one of the 2 workers died"):
        cluster.pool(2).run(dies)
    assert cluster.pool(2).run(sum_of_ranks, 0)[0][0] == 1


@pytest.mark.parametrize("deaf", [False, True])
def test_ctrl_c_stops_workers_and_the_pool_serves_again(here, deaf):
    def long():
        while deaf or not link().stopping.is_set():
            time.sleep(0.05)
        link().emit("last", None)

    cluster.pool(2).run(sum_of_ranks, 0)
    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    arrived = []
    with pytest.raises(KeyboardInterrupt):
        cluster.pool(2).run(long, on_event=lambda kind, _: arrived.append(kind))
    assert arrived == ([] if deaf else ["last"])
    assert cluster.pool(2).run(sum_of_ranks, 0)[0][0] == 1


def test_more_workers_than_processors_is_refused_with_a_way_out(here):
    count = int(cluster.status()["cpus"])
    with pytest.raises(InvalidInput, match=f"use workers={count}"):
        cluster.pool(count + 1).run(sum_of_ranks, 0)
    with pytest.raises(InvalidInput, match="GPUs"):
        cluster.pool(1, 64).run(sum_of_ranks, 0)
    with pytest.raises(InvalidInput, match="workers cannot be 0"):
        cluster.pool(0)


def test_an_address_where_nothing_answers_fails_at_once(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    place = workspace.connect(home=tmp_path, ray_address=f"127.0.0.1:{free}")
    with workspace.use(place):
        start = time.monotonic()
        with pytest.raises(Unavailable, match=r"does not answer.*leave it empty"):
            cluster.connect()
        assert time.monotonic() - start < 10


def test_nothing_is_left_of_a_killed_node_and_the_next_call_starts_another(own_home):
    from workbench.cluster.environment import session_folder

    assert cluster.status()["running"] is False
    first = cluster.pool(2).run(sum_of_ranks, 0)
    pid = own_home.daemons.get("ray").pid
    os.kill(pid, signal.SIGKILL)
    assert gone_within(pid, 15)
    assert not session_folder(own_home.home).exists()
    assert cluster.address() is None
    assert cluster.pool(2).run(sum_of_ranks, 0) == first
    pid = own_home.daemons.get("ray").pid
    assert cluster.stop()
    assert gone_within(pid, 5)
    assert not session_folder(own_home.home).exists()
    assert not cluster.stop()


def test_a_long_home_is_no_obstacle():
    from workbench.cluster.environment import session_folder

    folder = session_folder(Path("/" + "x" * 90))
    assert len(str(folder)) < 45
    assert session_folder(Path("/home/ann/.workbench")) == Path("/home/ann/.workbench/ray/s")
