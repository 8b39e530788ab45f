import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.columns import columns_of
from workbench.data.reading import open_rows
from workbench.data.reading.json_kinds import wider

pytestmark = pytest.mark.usefixtures("small_chunks")

LINES = "".join(json.dumps({"x": number, "y": [1]}) + "\n" for number in range(40))

words = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda word: f"w{word}")
records = st.fixed_dictionaries(
    {},
    optional={
        "number": st.none() | st.integers(-(2**63), 2**63 - 1),
        "part": st.floats(allow_nan=False, allow_infinity=False),
        "word": st.none() | words,
        "list": st.lists(st.integers(0, 9), max_size=3),
        "record": st.fixed_dictionaries({"a": words, "b": st.none() | st.booleans()}),
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(records, min_size=1, max_size=12), st.booleans())
def test_what_is_written_is_read_however_it_is_cut(tmp_path, rows, ascii_only):
    path = tmp_path / "f.jsonl"
    lines = [json.dumps(row, ensure_ascii=ascii_only) for row in [*rows, {"last": 1}]]
    path.write_text("\n".join(lines), encoding="utf-8")
    table = pa.concat_tables(open_rows(path).tables())
    names = dict.fromkeys(name for row in [*rows, {"last": 1}] for name in row)
    assert table.to_pylist() == [{name: row.get(name) for name in names} for row in rows] + [
        {name: 1 if name == "last" else None for name in names}
    ]


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ({"x": 0.5}, "float64"),
        ({"x": 2**64 - 1}, "uint64"),
        ({"z": {"a": [{"b": 1}]}}, "struct<a: list<struct<b: int64>>>"),
        ({"z": [None, "9999-12-31T00:00:00Z"]}, "list<timestamp>"),
        ({"z": []}, "list<string>"),
        ({"z": None}, "string"),
    ],
)
def test_types_hold_all_values_also_those_of_the_last_line(written, read, last, kind):
    table, _ = read(written("f.jsonl", LINES + json.dumps(last)))
    assert {each.name: each.type for each in columns_of(table.schema)}[next(iter(last))] == kind
    assert table.num_rows == 41


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (b'{"x": "a"}', "x", "mixes types, as most are numbers"),
        (b'{"x": ', None, "is not JSON: Expecting value"),
        (b"[1]", None, "is no JSON object"),
        (b'{"y": "caf\xe9"}', None, "is no UTF-8"),
        (b'{"x": 1, "x": 2}', None, "cannot be read"),
    ],
)
def test_a_bad_line_is_an_error_or_set_aside(written, read, line, column, reason):
    path = written("f.jsonl", LINES.encode() + b"\n" + line + b'\n{"x": 7}')
    where = f"column '{column}', row 41" if column else "row 41"
    with pytest.raises(InvalidInput, match=f"'f.jsonl', {where}: {reason}"):
        read(path)
    table, bad = read(path, bad_rows="set_aside")
    assert table.column("x").to_pylist() == [*range(40), 7]
    assert [(each["row"], each["column"]) for each in bad] == [(41, column)]


def test_a_mixed_column_can_be_read_as_text(written, read):
    path = written("f.jsonl", '{"x": 1}\n{"x": "a"}\n{"x": [true]}\n{"x": null}\n')
    table, _ = read(path, {"x": "string"})
    assert table.column("x").to_pylist() == ["1", "a", "[true]", None]
    with pytest.raises(InvalidInput, match="2 of 3 values are unlike the others"):
        read(path, bad_rows="set_aside")


def test_lists_that_differ_within_are_refused(written, read):
    with pytest.raises(InvalidInput, match="'x' mixes types within its values: int64 and string"):
        read(written("f.jsonl", '{"x": [1]}\n' * 20 + '{"x": ["a"]}\n'))


@pytest.mark.parametrize("content", ["", "\n\n", '[{"x": 1}, {"x": 2}]'])
def test_a_file_without_objects_says_what_to_write(written, read, content):
    with pytest.raises(InvalidInput, match=r'holds no JSON objects; write one {"column": value}'):
        read(written("f.json", content))


def test_times_are_found_and_words_among_them_make_text(written, read):
    path = written("f.jsonl", '{"at": "2013-01-01T05:00:00"}\n' * 20)
    table, _ = read(path)
    assert table.column("at")[0].as_py() == datetime(2013, 1, 1, 5, tzinfo=UTC)
    path.write_text(path.read_text() + '{"at": "soon"}')
    assert read(path)[0].column("at").type == pa.string()
    assert read(path, {"at": "timestamp"}, bad_rows=1)[1][0]["value"] == "soon"


def test_structs_that_share_no_type_have_none():
    with pytest.raises(TypeError):
        wider(pa.struct([("a", pa.int64())]), pa.struct([("a", pa.string())]))
