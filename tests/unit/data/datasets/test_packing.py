"""Rows are packed into few files, and what waits does not hold on to what was written."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.datasets import packing
from workbench.data.datasets.packing import Packer
from workbench.storage import BlobStore


@pytest.fixture
def store(tmp_path):
    return BlobStore(str(tmp_path / "artifacts"), tmp_path / "cache")


def numbers(start, rows):
    return pa.table({"x": np.arange(start, start + rows)})


def rows_of(store, files):
    tables = [pq.read_table(store.local_path(each.digest)) for each in files]
    return pa.concat_tables(tables).column("x").to_pylist()


def test_equal_rows_make_equal_files_however_they_arrive(store, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "GROUP_ROWS", 64)
    made = []
    for pieces in ([500], [1, 499], [100] * 5):
        packer = Packer(tmp_path, numbers(0, 1).schema, store.take_file)
        start = 0
        for rows in pieces:
            packer.add("train", "", numbers(start, rows))
            start += rows
        made.append(packer.close())
    assert made[0] == made[1] == made[2]
    assert rows_of(store, made[0]) == list(range(500))


def test_a_file_ends_after_so_many_row_groups(store, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "GROUP_ROWS", 16)
    monkeypatch.setattr(packing, "FILE_GROUPS", 2)
    packer = Packer(tmp_path, numbers(0, 1).schema, store.take_file)
    packer.add("train", "", numbers(0, 100))
    files = packer.close()
    assert [each.rows for each in files] == [32, 32, 32, 4]
    assert rows_of(store, files) == list(range(100))


def test_few_files_are_open_at_once(store, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "GROUP_ROWS", 4)
    monkeypatch.setattr(packing, "OPEN_FILES", 2)
    packer = Packer(tmp_path, numbers(0, 1).schema, store.take_file)
    for start in range(0, 80, 8):
        packer.add("train", str(start % 5), numbers(start, 8))
        assert len(list(tmp_path.glob("*.parquet"))) <= 2
    files = packer.close()
    assert sorted(rows_of(store, files)) == list(range(80))


def test_rows_that_wait_do_not_keep_those_that_were_written(store, tmp_path):
    before = pa.total_allocated_bytes()
    packer = Packer(tmp_path, numbers(0, 1).schema, store.take_file)
    for series in range(10):
        rows = numbers(0, packing.GROUP_ROWS + 1)
        # In memory of Arrow's, which is what is asked about.
        packer.add("train", str(series), rows.take(rows.column("x")))
    # Each series wrote a megabyte and holds one row, beside what an open file takes: less.
    assert pa.total_allocated_bytes() - before < 10 * packing.GROUP_ROWS * 8
    assert len(packer.close()) == 10


def test_an_open_file_takes_little_memory_however_many_distinct_values_it_has(store, tmp_path):
    distinct = 60_000  # which fit a dictionary of Parquet's usual size
    rows = pa.table({"x": np.arange(packing.GROUP_ROWS) % distinct})
    before = pa.total_allocated_bytes()
    packer = Packer(tmp_path, rows.schema, store.take_file)
    for series in range(10):
        packer.add("train", str(series), rows)
    assert pa.total_allocated_bytes() - before < 10 * (1 << 20)
    assert len(packer.close()) == 10
