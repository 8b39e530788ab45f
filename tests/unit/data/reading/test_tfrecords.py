import gzip
import struct
from pathlib import Path

import google_crc32c
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.columns import columns_of
from workbench.data.reading import open_rows, tfrecords
from workbench.data.reading.examples import example_class

WRITTEN_BY_TENSORFLOW = Path(__file__).parent / "examples.tfrecord"
LISTS = {int: "int64_list", float: "float_list", bytes: "bytes_list"}


def example(**features):
    made = example_class()()
    for name, values in features.items():
        feature = made.features.feature[name]
        if values:
            getattr(feature, LISTS[type(values[0])]).value.extend(values)
    return made.SerializeToString()


def framed(record):
    def checksum(content):
        crc = google_crc32c.value(content)
        return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)

    length = struct.pack("<Q", len(record))
    return length + checksum(length) + record + checksum(record)


def test_a_file_that_tensorflow_wrote_is_read(read, tmp_path):
    table, _ = read(WRITTEN_BY_TENSORFLOW)
    assert {each.name: each.type for each in columns_of(table.schema)} == {
        "big": "int64",
        "id": "int64",
        "name": "string",
        "raw": "binary",
        "score": "float32",
        "tags": "list<string>",
    }
    assert table.to_pylist()[1] == {
        "big": -(2**62) + 1,
        "id": 1,
        "name": "café 1",
        "raw": b"\xff\x01",
        "score": 0.5,
        "tags": ["a", "b"],
    }
    assert table.column("score").to_pylist() == [0.0, 0.5, None, None, 2.0]
    assert table.column("tags").null_count == 3
    packed = tmp_path / "f.tfrecords.gz"
    packed.write_bytes(gzip.compress(WRITTEN_BY_TENSORFLOW.read_bytes()))
    assert read(packed)[0].equals(table)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {"n": st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=3)},
            optional={
                "f": st.lists(st.floats(width=32, allow_nan=False), max_size=1),
                "b": st.lists(st.binary(max_size=9), min_size=1, max_size=1),
            },
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_written_is_read(tmp_path, rows):
    path = tmp_path / "f.tfrecord"
    path.write_bytes(b"".join(framed(example(**row)) for row in rows))
    table = pa.concat_tables(
        open_rows(path, {"b": "binary"} if "b" in str(rows) else None).tables()
    )
    lists = any(len(row["n"]) > 1 for row in rows)
    assert table.column("n").to_pylist() == [row["n"] if lists else row["n"][0] for row in rows]
    for name in table.column_names[:-1]:
        assert table.column(name).to_pylist() == [
            next(iter(row.get(name, ())), None) for row in rows
        ]


def test_damaged_records_are_errors_or_set_aside(written, read, monkeypatch):
    monkeypatch.setattr(tfrecords, "_ROWS", 8)
    records = [framed(example(x=[number])) for number in range(40)]
    records[10] = records[10][:-6] + b"\0" + records[10][-5:]
    records[20] = framed(b"\xff\xff")
    records[30] = framed(example(x=[b"word"]))
    path = written("f.tfrecord", b"".join(records)[:-3])
    with pytest.raises(InvalidInput, match=r"'f.tfrecord', row 11: the record is damaged; "):
        read(path)
    table, bad = read(path, bad_rows="set_aside")
    assert [(each["row"], each["column"], each["reason"]) for each in bad] == [
        (11, None, "the record is damaged"),
        (21, None, "is no tf.Example"),
        (31, "x", "mixes types, as most are whole numbers"),
        (40, None, "the record is damaged"),
    ]
    assert table.column("x").to_pylist() == [n for n in range(39) if n not in (10, 20, 30)]


def test_a_damaged_length_loses_what_follows_which_is_never_silent(written, read):
    content = framed(example(x=[1])) + b"\1" + framed(example(x=[2]))[1:]
    with pytest.raises(InvalidInput, match="row 2: the record's length is damaged"):
        read(written("f.tfrecord", content), bad_rows="set_aside")


def test_a_file_without_records_is_refused(written, read):
    with pytest.raises(InvalidInput, match=r"'f.tfrecord' holds no tf.Example"):
        read(written("f.tfrecord", b""))
