import csv
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.reading import open_rows
from workbench.data.reading.csv_files import MISSING
from workbench.data.reading.csv_kinds import _KINDS, Seen, wider

pytestmark = pytest.mark.usefixtures("small_chunks")

ROWS = "x,y\n" + "".join(f"{number},a{number}\n" for number in range(100))

words = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8).filter(
    lambda word: word not in MISSING
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
            st.one_of(st.none(), words.map(lambda word: f"w{word}")),
            st.one_of(st.none(), st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))),  # noqa: DTZ001
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_is_written_is_read_however_it_is_cut(tmp_path, rows):
    path = tmp_path / "f.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["number", "word", "time"])
        writer.writerows(rows)
    table = pa.concat_tables(open_rows(path, {"word": "string", "time": "timestamp"}).tables())
    aware = [(*row[:2], row[2] and row[2].replace(tzinfo=UTC)) for row in rows]
    assert [tuple(row.values()) for row in table.to_pylist()] == aware


@pytest.mark.parametrize(
    ("values", "kind", "first"),
    [
        (["1"] * 50 + ["2.5"], "double", 1.0),
        (["1"] * 50 + ["-9223372036854775808"], "int64", 1),
        (["1"] * 50 + ["18446744073709551615"], "uint64", 1),
        (["-1"] * 50 + ["18446744073709551615"], "string", "-1"),
        (["7"] * 50 + ["123456789012345678901234567890"], "string", "7"),
        (["007"] * 5 + ["A1"] * 5, "string", "007"),
        (["true"] * 50 + ["FALSE"], "bool", True),
        (["1"] * 5 + ["true"] * 5, "string", "1"),
        (["2013-01-01"] * 50, "date32[day]", date(2013, 1, 1)),
        (["9999-12-31"] * 50 + ["2013-01-01 10:00"], "timestamp[us, tz=UTC]", None),
        (["9999-12-31T00:00:00.5Z"] * 50, "timestamp[us, tz=UTC]", None),
        (["2013-01-01T00:00:00.123456789"] * 50, "timestamp[us, tz=UTC]", None),
        ([""] * 3, "string", None),
    ],
)
def test_types_hold_all_values_also_those_of_the_last_chunk(written, read, values, kind, first):
    table, _ = read(written("f.csv", "x,y\n" + "".join(f"{value},1\n" for value in values)))
    assert str(table.schema.field("x").type) == kind
    assert table.num_rows == len(values)
    if first is not None:
        assert table.column("x")[0].as_py() == first


def test_whole_numbers_beyond_doubles_are_exact(written, read):
    table, _ = read(written("f.csv", f"x\n{2**53 + 1}\n{2**64 - 1}\n"))
    assert table.column("x").to_pylist() == [2**53 + 1, 2**64 - 1]


@pytest.mark.parametrize(
    ("more", "row", "column", "value", "reason"),
    [
        ("oops,b\n", 101, "x", "oops", "mixes types, as most are numbers"),
        ("1,2,3\n", 101, None, "1,2,3", "has 3 values for 2 columns"),
        ("\n\n1\n", 101, None, "1", "has 1 values for 2 columns"),
        ('1,"b\n2,c\n', 101, None, '1,"b\n2,c\n', "a quote is opened here and never closed"),
        (b"1,caf\xe9\n", 101, "y", "caf\\xe9", "is no UTF-8"),
    ],
)
def test_a_bad_row_in_the_last_chunk_is_an_error_or_set_aside(
    written, read, more, row, column, value, reason
):
    path = written("f.csv", ROWS.encode() + (more if isinstance(more, bytes) else more.encode()))
    where = f"column '{column}', row {row}" if column else f"row {row}"
    with pytest.raises(InvalidInput, match=f"'f.csv', {where}: {reason}.*bad_rows=\"set_aside\""):
        read(path)
    table, bad = read(path, bad_rows="set_aside")
    assert table.num_rows == 100
    assert table.column("x").type == pa.int64()
    assert bad == [
        {"source": "f.csv", "row": row, "column": column, "value": value, "reason": reason}
    ]


def test_so_many_bad_rows_are_set_aside_and_no_more(written, read):
    path = written("f.csv", ROWS + "oops,b\n1\n2,c\n")
    table, bad = read(path, bad_rows=2)
    assert [each["row"] for each in bad] == [101, 102]
    assert table.column("y").to_pylist()[-1] == "c"
    with pytest.raises(InvalidInput, match="row 102: has 1 values"):
        read(path, bad_rows=1)


def test_each_reading_sets_aside_anew(written):
    rows = open_rows(written("f.csv", ROWS + "oops,b\n"), bad_rows="set_aside")
    for _ in range(2):
        list(rows.tables())
        assert len(rows.bad) == 1


def test_rows_are_numbered_in_their_own_file(written, read):
    paths = [written("1.csv", ROWS), written("2.csv", ROWS + "oops,b\n")]
    assert read(paths, bad_rows="set_aside")[1][0]["source"] == "2.csv"
    assert read(paths, bad_rows="set_aside")[1][0]["row"] == 101


def test_times_with_a_stray_word_are_times(written, read):
    path = written("f.csv", "at\n" + "2013-01-01T05:00:00Z\n" * 30 + "soon\n")
    with pytest.raises(InvalidInput, match="'at', row 31: mixes types, as most are times: 'soon'"):
        read(path)
    table, bad = read(path, bad_rows="set_aside")
    assert table.column("at")[0].as_py() == datetime(2013, 1, 1, 5, tzinfo=UTC)
    assert bad[0]["value"] == "soon"


def test_what_is_no_value_of_the_type_asked_for_is_a_bad_row(written, read):
    path = written("f.csv", "n,at\n517.0,2013-01-01\n1.5,2013-01-01\n2,soon\n")
    table, bad = read(path, {"n": "int64", "at": "timestamp"}, bad_rows="set_aside")
    assert table.column("n").to_pylist() == [517]
    assert [(each["row"], each["column"], each["value"]) for each in bad] == [
        (2, "n", "1.5"),
        (3, "at", "soon"),
    ]


def test_columns_may_stand_in_another_order_in_the_next_file(written, read):
    table, _ = read([written("1.csv", "x,y\n1,a\n"), written("2.csv", "y,x\nb,2\n")])
    assert table.to_pylist() == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]


@pytest.mark.parametrize("content", ["x,y\n", "x,y", "\ufeffx,y\r\n", '"x","y"\n\n\n'])
def test_a_heading_alone_is_no_rows(written, read, content):
    table, _ = read(written("f.csv", content))
    assert table.column_names == ["x", "y"]
    assert table.num_rows == 0


def test_a_value_of_spaces_alone_is_a_value(written, read):
    assert read(written("f.csv", "x\n" + "  \n" * 60))[0].column("x").to_pylist() == ["  "] * 60


def test_old_line_breaks_and_tabs_are_read(written, read):
    assert read(written("f.csv", "x\r1\r2\r"))[0].column("x").to_pylist() == [1, 2]
    assert read(written("f.tsv", "x\ty\n1,5\t2\n"))[0].to_pylist() == [{"x": "1,5", "y": 2}]


kinds = st.sampled_from(sorted(_KINDS))


@given(kinds, kinds, kinds)
def test_widening_does_not_depend_on_the_order(one, two, three):
    assert wider(one, two) == wider(two, one)
    assert wider(wider(one, two), three) == wider(one, wider(two, three))
    assert (Seen(one) + Seen(two)).kind == wider(one, two)
