"""What `BlobStore` promises, in a folder and on S3 over HTTP."""

import errno
import hashlib
import os
import resource
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.errors import NotFound, StorageFull, Unavailable
from workbench.storage import BlobStore


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    url = (
        str(tmp_path / "artifacts")
        if request.param == "folder"
        else request.getfixturevalue("s3_url")
    )
    return BlobStore(url, tmp_path / "cache")


def leftovers(folder):
    return list(folder.rglob(".part-*"))


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(content=st.binary(max_size=3000))
def test_what_goes_in_comes_out_under_its_digest(store, content):
    blob = store.put_bytes(content)
    assert blob.digest == hashlib.sha256(content).hexdigest()
    assert blob.size == len(content)
    assert store.read(blob.digest) == content
    assert store.exists(blob.digest)


def test_a_file_is_stored_once_however_often_it_is_put(store, tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"x" * 3_000_000)
    first, second = store.put_file(path), store.put_file(path)
    assert first == second
    assert store.local_path(first.digest).read_bytes() == path.read_bytes()
    assert not leftovers(tmp_path)


def test_a_file_that_is_taken_is_gone_from_where_it_was(store, tmp_path):
    path = tmp_path / "x.parquet"
    for _ in range(2):
        path.write_bytes(b"x" * 1000)
        blob = store.take_file(path)
        assert not path.exists()
    assert store.read(blob.digest) == b"x" * 1000
    assert blob.size == 1000


def test_what_is_stored_can_be_listed(store):
    before = time.time() - 2
    assert list(store.stored()) == []
    blobs = {store.put_bytes(content) for content in (b"one", b"three")}
    found = list(store.stored())
    assert {(each.digest, each.size) for each in found} == {(b.digest, b.size) for b in blobs}
    assert all(before < each.modified < time.time() + 2 for each in found)


def test_a_blob_is_discarded_unless_it_was_stored_since(store):
    blob = store.put_bytes(b"old")
    assert not store.discard(blob.digest, unless_since=time.time() - 60)
    assert store.exists(blob.digest)
    assert store.discard(blob.digest, unless_since=time.time() + 60)
    assert not store.exists(blob.digest)
    store.recover()
    assert list(store.stored()) == []


def test_a_tree_comes_back_as_it_was(store, tmp_path):
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "flavor.json").write_text("{}")
    (folder / "deep" / "权重 <b>.bin").write_bytes(b"\0" * 10)
    tree = store.put_tree(folder)
    assert tree.size == 12
    back = store.local_tree(tree.digest)
    assert (back / "flavor.json").read_text() == "{}"
    assert (back / "deep" / "权重 <b>.bin").read_bytes() == b"\0" * 10
    assert store.local_tree(tree.digest) == back


def test_an_empty_folder_is_a_tree(store, tmp_path):
    (tmp_path / "empty").mkdir()
    assert list(store.local_tree(store.put_tree(tmp_path / "empty").digest).iterdir()) == []


def test_what_is_not_there_is_named(store, tmp_path):
    with pytest.raises(NotFound, match="the artifact 000000000000… is not at"):
        store.read("0" * 64)
    with pytest.raises(NotFound, match="there is no file"):
        store.put_file(tmp_path / "nothing")


def test_two_writers_of_the_same_bytes_do_not_disturb_each_other(store):
    content = os.urandom(500_000)
    digests: list[str] = []
    threads = [
        threading.Thread(target=lambda: digests.append(store.put_bytes(content).digest))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(digests)) == 1
    assert store.read(digests[0]) == content


def test_a_full_disk_is_said_and_leaves_nothing(store, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match="no room left while writing"):
        store.put_bytes(b"x" * 100)
    assert not store.exists(hashlib.sha256(b"x" * 100).hexdigest())
    assert not leftovers(tmp_path)


def test_a_real_limit_of_the_system_is_met_in_the_same_way(tmp_path):
    code = (
        "import sys; from pathlib import Path; from workbench.storage import BlobStore\n"
        "BlobStore(sys.argv[1], Path(sys.argv[2])).put_bytes(b'x' * 10_000_000)"
    )

    def limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a"), str(tmp_path / "c")],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    assert "StorageFull: no room left while writing 10000000 bytes" in out.stderr
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file()]


def test_a_damaged_remote_blob_is_refused(tmp_path, s3_url):
    store = BlobStore(s3_url, tmp_path / "cache")
    blob = store.put_bytes(b"right")
    store._filesystem.pipe_file(store.url_of(blob.digest), b"wrong")
    with pytest.raises(Unavailable, match="arrived damaged"):
        store.read(blob.digest)


def test_an_unknown_protocol_says_what_to_install(tmp_path):
    with pytest.raises(Unavailable, match="cannot be opened"):
        BlobStore("nonsense://bucket", tmp_path / "cache").put_bytes(b"x")
