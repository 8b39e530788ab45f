import sqlite3

import pytest

from workbench.core.errors import InvalidInput
from workbench.data.reading import Query, open_rows


@pytest.fixture
def database(tmp_path):
    with sqlite3.connect(tmp_path / "air.db") as connection:
        connection.execute("CREATE TABLE flights (id INTEGER, carrier TEXT, delay REAL)")
        rows = [(number, "UA", None if number % 2 else 0.5) for number in range(40_000)]
        connection.executemany("INSERT INTO flights VALUES (?, ?, ?)", rows)
    return f"sqlite:///{tmp_path / 'air.db'}"


def test_other_databases_are_read_row_by_row(database):
    query = Query("SELECT * FROM flights ORDER BY id", database)
    rows = open_rows(query)
    assert [str(each) for each in rows.schema.types] == ["int64", "string", "double"]
    for _ in range(2):
        tables = list(rows.tables())
        assert sum(table.num_rows for table in tables) == 40_000
    assert tables[0].to_pylist()[:2] == [
        {"id": 0, "carrier": "UA", "delay": 0.5},
        {"id": 1, "carrier": "UA", "delay": None},
    ]
    assert rows.source == {"type": "query", "sql": query.sql, "url": database}


def test_a_type_is_that_of_all_rows(database):
    sql = "SELECT CASE WHEN id < 30000 THEN id ELSE id + 0.5 END AS x FROM flights"
    assert str(open_rows(Query(sql, database)).schema.field("x").type) == "double"
    mixed = sql.replace("id + 0.5", "'word'")
    with pytest.raises(InvalidInput, match="mixes types"):
        open_rows(Query(mixed, database))


def test_a_wrong_query_says_what_the_database_says(database):
    with pytest.raises(InvalidInput, match="cannot be read: no such table: flihgts"):
        open_rows(Query("SELECT * FROM flihgts", database))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://me:secret@db:5432/air?sslmode=require", "postgresql://me@db:5432/air"),
        ("postgresql://me:a@b@db/air?password=secret", "postgresql://me@db/air"),
        ("postgresql://db/air", "postgresql://db/air"),
        ("sqlite:////data/air.db", "sqlite:////data/air.db"),
    ],
)
def test_an_address_shows_no_password(url, address):
    query = Query("SELECT 1", url)
    assert query.address == address
    assert "secret" not in repr(query)


def test_an_environment_variable_may_hold_the_password(monkeypatch):
    url = "postgresql://me:${AIR_PASSWORD}@db/air"
    with pytest.raises(InvalidInput, match="variable 'AIR_PASSWORD' is not set"):
        Query("SELECT 1", url)
    monkeypatch.setenv("AIR_PASSWORD", "s:e/c?r@et")
    query = Query("SELECT 1", url)
    assert query.whole_url == "postgresql://me:s%3Ae%2Fc%3Fr%40et@db/air"
    assert query.address == "postgresql://me@db/air"


def test_an_environment_variable_may_hold_the_whole_address(monkeypatch):
    monkeypatch.setenv("AIR_URL", "postgresql://me:secret@db/air")
    query = Query("SELECT 1", "${AIR_URL}")
    assert query.whole_url == "postgresql://me:secret@db/air"
    assert query.address == "postgresql://me@db/air"


@pytest.mark.parametrize(("sql", "url"), [(" ", "sqlite://"), ("SELECT 1", "db")])
def test_what_is_no_query_is_refused(sql, url):
    with pytest.raises(InvalidInput, match=r"is empty|is no URL"):
        Query(sql, url)
