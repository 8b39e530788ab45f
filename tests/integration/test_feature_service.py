"""A feature service in a process of its own, asked over HTTP by clients that need little."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

import workbench as wb
from tests.services import accepts, free_port, program, running
from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.serving.feature_client import FeatureClient
from workbench.serving.feature_processes import FeatureServer, feature_server, serve_features

#: Asks and tracks where neither can be imported.
BARE = """
import sys
for name in ("pandas", "pyarrow", "numpy", "duckdb", "ray", "httpx"):
    sys.modules[name] = None
import workbench as wb
with wb.FeatureClient(sys.argv[1], token="sesam") as client:
    (found,) = client.get("planes", {"tailnum": "N1"})
    client.track_event("sales", found.id, sold=True)
    print(found.values["seats"], found.statuses["seats"], found.id)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[FeatureServer]:
    wb.connect(home=home)
    table = pa.table({"tailnum": [f"N{i}" for i in range(1000)], "seats": range(1000)})
    planes = wb.feature_view(
        name="plane",
        entities=[wb.Entity("plane", keys=["tailnum"])],
        source=wb.ingest(table, name="planes"),
    )
    wb.feature_service("planes", [planes])
    wb.materialize("plane")
    running = serve_features("planes", token="sesam")
    yield running
    running.stop()


@pytest.fixture
def client(server: FeatureServer) -> Iterator[FeatureClient]:
    with FeatureClient(server.url, token="sesam", timeout=10) as made:
        yield made


def test_a_client_needs_neither_pandas_nor_pyarrow(server: FeatureServer) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARE, server.url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seats, status, request_id = done.stdout.split()
    assert (seats, status) == ("1", "present")
    assert wb.tracked_events("sales")["id"].to_pylist() == [request_id]


def test_json_and_arrow_say_the_same(client: FeatureClient) -> None:
    keys = [{"tailnum": f"N{i}"} for i in (3, 5000, 7)]
    found = client.get("planes", keys)
    assert [each.values["seats"] for each in found] == [3, None, 7]
    assert [each.statuses["seats"] for each in found] == ["present", "missing", "present"]
    assert len({each.id for each in found}) == 3
    table = client.get_arrow("planes", pa.Table.from_pylist(keys))
    assert table["seats"].to_pylist() == [3, None, 7]


def test_an_answer_says_its_id_in_its_head_too(server: FeatureServer) -> None:
    headers = {"authorization": "Bearer sesam"}
    where = f"{server.url}/v1/features/planes"
    answer = httpx.post(where, json={"entities": [{"tailnum": "N1"}]}, headers=headers)
    (found,) = answer.json()["results"]
    assert answer.headers["x-request-id"] == found["id"]
    named = httpx.post(
        where, json={"entities": [{"tailnum": "N1"}]}, headers={**headers, "x-request-id": "mine"}
    )
    assert named.headers["x-request-id"] == named.json()["results"][0]["id"] == "mine"


def test_many_threads_share_a_client(client: FeatureClient) -> None:
    wrong: list[object] = []

    def ask(part: int) -> None:
        for i in range(50):
            (found,) = client.get("planes", {"tailnum": f"N{part * 50 + i}"})
            if found.values["seats"] != part * 50 + i:
                wrong.append(found)

    threads = [threading.Thread(target=ask, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_is_refused_says_why(server: FeatureServer, client: FeatureClient) -> None:
    with pytest.raises(InvalidInput, match=r"7 cannot be the key 'tailnum'.*; give it as text"):
        client.get("planes", {"tailnum": 7})
    with pytest.raises(NotFound, match="did you mean 'planes'"):
        client.get("plane", {"tailnum": "N1"})
    with pytest.raises(Unavailable, match="401"):
        FeatureClient(server.url).get("planes", {"tailnum": "N1"})
    with pytest.raises(InvalidInput, match="give None for a number that is missing"):
        client.get("planes", {"tailnum": "N1", "x": float("nan")})
    with pytest.raises(InvalidInput, match="is no address"):
        FeatureClient("localhost:80")


def test_a_server_that_is_not_there_is_named_after_all_attempts() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(Unavailable, match=f"{url} gave no answer in 3 attempts; .*refused"):
            FeatureClient(url).get("planes", {"tailnum": "N1"})


def test_a_server_that_is_silent_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unavailable, match="in 2 attempts; TimeoutError"):
            FeatureClient(url, timeout=0.2, retries=1).get("planes", {"tailnum": "N1"})


def whole_request(connection: socket.socket) -> bytes:
    """Return a request's head and body, in however many pieces they come."""
    content = b""
    while b"\r\n\r\n" not in content:
        content += connection.recv(65536)
    head, _, body = content.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def test_a_request_that_is_sent_again_is_one_in_the_log(home: Path) -> None:
    """The first attempt is cut off when it has been read; the second is answered."""
    seen: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        for attempt in range(2):
            connection, _ = listener.accept()
            with connection:
                seen.append(whole_request(connection))
                if attempt:
                    body = b'{"results": []}'
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
                    )

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        client = FeatureClient(f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert client.get("planes", {"tailnum": "N1"}) == []
        thread.join()
        client.close()
    first, second = (
        next(line for line in each.splitlines() if line.lower().startswith(b"x-request-id"))
        for each in seen
    )
    assert first == second


def test_a_connection_is_used_again(home: Path) -> None:
    accepted = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        accepted.append(connection)
        with connection:
            for _ in range(2):
                whole_request(connection)
                connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"results": []}')

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with FeatureClient(url, retries=0, timeout=5) as client:
            client.get("planes", {"tailnum": "N1"})
            client.get("planes", {"tailnum": "N1"})
        thread.join()
    assert len(accepted) == 1


def test_a_connection_that_the_server_closed_meanwhile_costs_no_attempt(home: Path) -> None:
    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                whole_request(connection)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n" + b'{"results": []}'
                )

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with FeatureClient(url, retries=0) as client:
            client.get("planes", {"tailnum": "N1"})
            client.get("planes", {"tailnum": "N1"})
        thread.join()


def test_a_service_that_runs_is_found_and_not_started_twice(server: FeatureServer) -> None:
    assert serve_features("planes") == feature_server("planes") == server
    assert server.running
    assert "planes" in server._repr_html_()
    with pytest.raises(NotFound, match=r"wb\.serve_features"):
        feature_server("nothing")
    with pytest.raises(NotFound):
        serve_features("nothing")


def test_a_new_version_answers_at_the_same_address(home: Path) -> None:
    wb.connect(home=home)
    wb.feature_service("moved", ["plane:seats"])
    first = serve_features("moved")
    wb.feature_service("moved", ["plane:seats"], description="another version")
    second = serve_features("moved")
    with FeatureClient(second.url, timeout=10) as client:
        client.get("moved", {"tailnum": "N1"})
    second.stop()
    assert first.url == second.url
    assert wb.feature_log("moved").read()["service"].to_pylist() == ["moved@2"]


def test_a_service_that_ends_writes_its_log_and_one_that_is_killed_loses_a_second_at_most(
    home: Path,
) -> None:
    wb.connect(home=home)
    wb.feature_service("short", "plane")
    asked = 0
    for end in (signal.SIGTERM, signal.SIGKILL):
        server = serve_features("short")
        daemon = wb.connect(home=home).daemons.get("features-short")
        assert daemon is not None
        with FeatureClient(server.url, timeout=10) as client:
            for i in range(20):
                client.get("short", {"tailnum": f"N{i}"})
            asked += 20
            if end == signal.SIGKILL:
                time.sleep(1)
            os.kill(daemon.pid, end)
            until = time.monotonic() + 20
            while server.running and time.monotonic() < until:
                time.sleep(0.05)
        table = wb.feature_log("short").read()
        assert table.num_rows == asked
        assert table["seats"].to_pylist()[-20:] == list(range(20))
        server.stop()
    times = table["time"].to_pylist()
    assert times == sorted(times)
    assert times[-1] <= datetime.now(UTC)


def test_a_store_that_goes_and_comes_back_is_said_and_survived(tmp_path: Path) -> None:
    port = free_port()
    command = [
        program("redis-server"),
        *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)),
    ]

    def redis(name: str) -> AbstractContextManager[None]:
        return running(command, lambda: accepts(port), tmp_path / name, stop=signal.SIGKILL)

    wb.connect(home=tmp_path / "home", online_url=f"redis://127.0.0.1:{port}/0")
    with redis("first"):
        source = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [150]}), name="planes")
        view = wb.feature_view(
            name="plane", entities=[wb.Entity("plane", keys=["tailnum"])], source=source
        )
        wb.feature_service("planes", [view])
        wb.materialize("plane")
        server = serve_features("planes")
        client = FeatureClient(server.url, timeout=20, retries=0)
        assert client.get("planes", {"tailnum": "N1"})[0].values == {"seats": 150}
    try:
        with pytest.raises(Unavailable, match=r"503: the online store redis://.* does not answer"):
            client.get("planes", {"tailnum": "N1"})
        with redis("second"):
            with pytest.raises(Unavailable, match=r"run wb\.materialize\(\['plane'\]\)"):
                client.get("planes", {"tailnum": "N1"})
            wb.materialize("plane")
            (found,) = client.get("planes", {"tailnum": "N1"})
            assert (found.values, found.statuses) == ({"seats": 150}, {"seats": "present"})
            metrics = httpx.get(f"{server.url}/metrics").text
            assert 'status="503"} 2.0' in metrics
    finally:
        client.close()
        server.stop()
    # Only what was answered is in the log.
    assert wb.feature_log("planes").read().num_rows == 2
