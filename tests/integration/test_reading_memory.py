"""Sources are read in far less memory than they take, whatever they are."""

import sqlite3
import struct
import subprocess
import sys
import textwrap
from contextlib import closing

import google_crc32c
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.data.reading.examples import example_class

FEW, MANY = 60_000, 180_000
WORDS = "words that make a row a thousand bytes long " * 25
#: More than the fewer rows took, though there are a hundred and twenty more in the file.
MEGABYTES = 40


def csv(path, rows):
    # The last row alone makes the first column fractions.
    path.write_text("a,b\n" + f"12345,{WORDS}\n" * (rows - 1) + "0.5,w\n")


def jsonl(path, rows):
    path.write_text(f'{{"a": 12345, "b": "{WORDS}"}}\n' * rows)


def txt(path, rows):
    path.write_text(f"12345 {WORDS}\n" * rows)


def tfrecord(path, rows):
    example = example_class()()
    example.features.feature["a"].int64_list.value.append(12345)
    example.features.feature["b"].bytes_list.value.append(WORDS.encode())
    record = example.SerializeToString()

    def checked(content):
        checksum = google_crc32c.value(content)
        masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
        return content + struct.pack("<I", masked)

    path.write_bytes((checked(struct.pack("<Q", len(record))) + checked(record)) * rows)


def parquet(path, rows):
    schema = pa.schema({"a": pa.int64(), "b": pa.string()})
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, 2_000):
            count = min(2_000, rows - start)
            writer.write_table(pa.table({"a": range(count), "b": [WORDS] * count}, schema))


def db(path, rows):
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE rows (a INTEGER, b TEXT)")
        database.executemany("INSERT INTO rows VALUES (?, ?)", ((n, WORDS) for n in range(rows)))
        database.commit()


READ = """
    import sys
    from pathlib import Path
    from workbench.data.reading import Query, chunks, open_rows, opening, parquet_files, tfrecords

    chunks.SIZE = opening._SIZE = parquet_files._SIZE = tfrecords._SIZE = 1 << 20

    def read(path):
        is_query = path.endswith(".db")
        source = Query("SELECT a, b FROM rows", f"sqlite:///{path}") if is_query else path
        return sum(table.num_rows for table in open_rows(source).tables())

    def most():
        # Not getrusage: its maximum is that of the process that started this one.
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))

    few, many = sys.argv[1:]
    read(few)  # all is loaded now, and what blocks need is there
    Path("/proc/self/clear_refs").write_text("5")
    before = most()
    print(read(many), most() - before)
"""


@pytest.mark.parametrize("write", [csv, jsonl, txt, tfrecord, parquet, db])
def test_a_source_is_read_in_little_memory(write, tmp_path):
    few, many = (tmp_path / f"{name}.{write.__name__}" for name in ("few", "many"))
    write(few, FEW)
    write(many, MANY)
    assert many.stat().st_size > MANY * 1000
    command = [sys.executable, "-c", textwrap.dedent(READ), str(few), str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, grown = done.stdout.split()
    assert int(rows) == MANY
    assert float(grown) < MEGABYTES
