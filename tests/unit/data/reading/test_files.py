import gzip
import json
import re
import zipfile

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.data.reading import open_rows, opening, parquet_files, read_source

ROWS = "carrier,delay,at\nUA,3,2013-01-01T05:00:00Z\nAA,,2013-01-01T06:00:00Z\n"


def read(source, **options):
    return read_source(source, **options).table


def test_a_folder_is_read_with_the_folders_in_it_but_not_what_is_hidden(written, tmp_path):
    written("b/1.csv", "x\n1\n")
    written("a/2.csv", "x\n2\n")
    written("_tmp/3.csv", "x\n3\n")
    written("notes.txt", "of no rows")
    assert read(tmp_path).column("x").to_pylist() == [2, 1]
    assert read(f"{tmp_path}/*/1.csv").column("x").to_pylist() == [1]
    with pytest.raises(NotFound, match=r"no file is like '.*/z\*.csv'"):
        read(f"{tmp_path}/z*.csv")


def test_a_folder_of_several_kinds_asks_which(written, tmp_path):
    written("1.csv", "x\n1\n")
    written("1.jsonl", '{"x": 1}\n')
    with pytest.raises(InvalidInput, match=r"several kinds: csv, jsonl; .*/\*.csv"):
        read(tmp_path)
    with pytest.raises(InvalidInput, match="are of different kinds"):
        read([tmp_path / "1.csv", tmp_path / "1.jsonl"])


def test_folders_that_name_a_value_are_columns_if_asked(written, tmp_path):
    written("year=2013/carrier=UA/1.csv", "x\n1\n")
    written("year=2014/carrier=AA/1.csv", "x\n2\n")
    assert read(tmp_path).column_names == ["x"]
    rows = open_rows(tmp_path, partitions=True)
    assert next(rows.tables()).to_pylist() == [
        {"x": 1, "year": 2013, "carrier": "UA"},
        {"x": 2, "year": 2014, "carrier": "AA"},
    ]
    written("2.csv", "x\n3\n")
    with pytest.raises(InvalidInput, match="not every file lies in folders such as year=2013"):
        open_rows(tmp_path, partitions=True)


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.parquet", "f.txt"])
def test_a_file_that_changes_while_it_is_read_is_an_error(written, name, tmp_path):
    contents = {"f.csv": "x\n1\n", "f.jsonl": '{"x": 1}\n', "f.txt": "one\n"}
    if name in contents:
        path = written(name, contents[name] * 2)
    else:
        path = tmp_path / name
        pq.write_table(pa.table({"x": [1]}), path)
    rows = open_rows(path)
    tables = rows.tables()
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Conflict, match=f"'{name}' changed while it was read; let whatever writes"):
        list(tables)


def test_anything_that_fsspec_opens_is_a_source():
    with fsspec.open("memory://air/f.csv.gz", "wb") as file:
        file.write(gzip.compress(ROWS.encode()))
    result = read_source("memory://air/f.csv.gz")
    assert result.table.num_rows == 2
    assert result.source == {"type": "csv", "paths": ["memory:///air/f.csv.gz"]}
    assert read("memory://air").num_rows == 2
    with pytest.raises(NotFound, match=r"no file 'memory:///air/g.csv'"):
        read("memory://air/g.csv")
    with pytest.raises(InvalidInput, match=r"'what://f.csv' cannot be opened: Protocol not known"):
        read("what://f.csv")


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("s3://", InvalidInput, "'s3://' names no bucket; write s3://bucket/folder"),
        ("s3:///f.csv", InvalidInput, "names no bucket"),
        ("ftp://127.0.0.1:1/f.csv", Unavailable, "refused; check the address and the network"),
        ("sftp://127.0.0.1/f.csv", Unavailable, 'requires "paramiko".*install the package'),
    ],
)
def test_an_address_that_leads_nowhere_says_why(address, error, says):
    with pytest.raises(error, match=says):
        read(address)


def test_a_parquet_file_with_damaged_rows_says_after_which(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_files, "_SIZE", 8000)  # so in several pieces
    path = tmp_path / "f.parquet"
    with pq.ParquetWriter(path, pa.schema({"x": pa.int64()}), compression="gzip") as writer:
        for start in (0, 1000):
            writer.write_table(pa.table({"x": range(start, start + 1000)}))
    second = pq.ParquetFile(path).metadata.row_group(1).column(0)
    content = bytearray(path.read_bytes())
    middle = second.dictionary_page_offset + second.total_compressed_size // 2
    content[middle : middle + 100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"'f.parquet' cannot be read after row .*damaged") as e:
        read(path)
    (sound,) = re.findall(r"after row ([\d,]+)", str(e.value))
    assert 0 < int(sound.replace(",", "")) <= 1000


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_parquet_file_that_was_cut_short_is_refused(tmp_path, share):
    path = tmp_path / "f.parquet"
    pq.write_table(pa.table({"x": range(1000)}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InvalidInput, match=r"'f.parquet' cannot be read as Parquet.*cut short"):
        read(path)


def test_large_parquet_files_come_in_pieces_and_say_their_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_files, "_SIZE", 8000)
    monkeypatch.setattr(opening, "_SIZE", 1)
    for name, kind in (("1.parquet", pa.int64()), ("2.parquet", pa.float64())):
        pq.write_table(pa.table({"x": pa.array(range(5000), kind)}), tmp_path / name)
    rows = open_rows(tmp_path)
    assert rows.rows == 10_000
    tables = list(rows.tables())
    assert len(tables) > 5
    assert pa.concat_tables(tables).column("x").to_pylist() == [*range(5000)] * 2


def test_a_csv_is_read_whether_plain_gzipped_or_zipped(written, tmp_path):
    plain = read(written("f.csv", ROWS))
    assert plain.column("carrier").to_pylist() == ["UA", "AA"]
    assert plain.column("delay").to_pylist() == [3, None]
    assert str(plain.schema.field("at").type) == "timestamp[us, tz=UTC]"
    assert read(written("f.csv.gz", gzip.compress(ROWS.encode()))).equals(plain)
    with zipfile.ZipFile(tmp_path / "f.csv.zip", "w") as archive:
        archive.writestr("f.csv", ROWS)
    assert read(str(tmp_path / "f.csv.zip")).equals(plain)


def test_parquet_and_json_lines_are_read(written, tmp_path):
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "f.parquet")
    assert read(tmp_path / "f.parquet").column("x").to_pylist() == [1, 2]
    lines = '{"x": 1, "y": "a"}\n{"x": 2.5}\n'
    assert read(written("f.jsonl", lines)).to_pylist() == [
        {"x": 1.0, "y": "a"},
        {"x": 2.5, "y": None},
    ]


def test_several_files_and_a_folder_are_read_in_order(written, tmp_path):
    paths = [written("2.csv", "x\n2\n"), written("1.csv", "x\n1\n")]
    assert read(paths).column("x").to_pylist() == [2, 1]
    result = read_source(tmp_path)
    assert result.table.column("x").to_pylist() == [1, 2]
    assert result.source == {
        "type": "csv",
        "paths": [str(tmp_path / "1.csv"), str(tmp_path / "2.csv")],
    }


def test_whole_numbers_in_one_file_and_fractions_in_the_next_are_numbers(written):
    paths = [written("1.csv", "x\n1\n"), written("2.csv", "x\n2.5\n")]
    assert read(paths).column("x").to_pylist() == [1.0, 2.5]


def test_files_with_other_columns_are_refused(written):
    with pytest.raises(InvalidInput, match=r"'1.csv' and '2.csv' differ in columns.*'y'"):
        read([written("1.csv", "x\n1\n"), written("2.csv", "x,y\n1,2\n")])


def test_a_missing_file_is_named_with_what_is_nearest(written, tmp_path):
    written("flights.csv", ROWS)
    with pytest.raises(NotFound, match=r"no file .*flihgts.csv'; did you mean 'flights.csv'"):
        read(tmp_path / "flihgts.csv")


def test_an_unknown_kind_of_file_is_refused(written):
    with pytest.raises(InvalidInput, match=r"'f.xlsx' is of no kind"):
        read(written("f.xlsx", ROWS))


def test_a_stray_word_among_numbers_is_named_with_its_row(written):
    content = "x\n" + "".join(f"{n}\n" for n in range(50)) + "oops\n"
    with pytest.raises(InvalidInput, match=r"'x', row 51: mixes types.*'oops'.*types="):
        read(written("f.csv", content))
    assert read(written("f.csv", content), types={"x": "string"}).column("x")[50].as_py() == "oops"


def test_codes_that_are_often_digits_stay_text(written):
    values = ["737", "A320", "747", "E190"]
    content = "model\n" + "\n".join(values) + "\n"
    assert read(written("f.csv", content)).column("model").to_pylist() == values


def test_leading_zeros_are_kept_when_a_column_is_declared_text(written):
    table = read(written("f.csv", "zip\n00501\n10001\n"), types={"zip": "string"})
    assert table.column("zip").to_pylist() == ["00501", "10001"]


def test_a_line_break_within_quotes_belongs_to_the_value(written):
    assert read(written("f.csv", 'x,y\n"a\nb",1\n')).to_pylist() == [{"x": "a\nb", "y": 1}]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.csv", "", "'f.csv' is empty"),
        ("f.csv", "a,b\n1,2\n3\n", "row 2: has 1 values for 2 columns: '3'"),
        ("f.csv", "a,a\n1,2\n", "columns 1 and 2 are both named 'a'"),
        ("f.csv", "a,\n1,2\n", "column 2 has no name"),
        (
            "f.csv",
            "a,b\n1,caf\xe9\n".encode("latin-1"),
            "'b', row 1: is no UTF-8.*encoding='latin-1'",
        ),
        ("f.parquet", b"PAR1 cut short", "cannot be read as Parquet"),
        ("f.csv.gz", gzip.compress(b"x" * 9000)[:-9], "cannot be read.*cut short"),
        ("f.csv", "a,b\n1,2\n".encode("utf-16"), "is in UTF-16"),
        ("f.csv", "a\n12:30\n", "'a' holds time32.*read it as text"),
        ("f.csv.zip", b"no zip", "is not a zip file"),
        ("f.jsonl", '{"x": 1}\n{"x": ', "row 2: is not JSON"),
        ("f.jsonl", '{"x": 1}\n{"x": "a"}\n', "'x', row 2: mixes types.*a"),
    ],
)
def test_a_damaged_file_says_what_is_wrong_with_it(written, name, content, says):
    with pytest.raises(InvalidInput, match=says):
        read(written(name, content))


def test_names_with_markup_and_any_script_are_kept_verbatim(written):
    names = ['<script>alert("x")</script>', "延误", "✈", 'say "hi"']
    lines = json.dumps(dict.fromkeys(names, 1))
    assert read(written("f.jsonl", lines)).column_names == names
