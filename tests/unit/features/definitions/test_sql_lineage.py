"""Columns are followed through SQL to the datasets that they come from."""

from __future__ import annotations

import pytest

from workbench.core.errors import InvalidInput
from workbench.features.definitions.sql_lineage import Origin, origins, tables_in

SCHEMA = {"flights": ["carrier", "arr_delay", "Landed_At"], "planes@3": ["tailnum", "year"]}


def test_tables_are_those_that_the_query_does_not_define_itself() -> None:
    sql = """
    WITH late AS (SELECT * FROM flights WHERE arr_delay > 15)
    SELECT * FROM late JOIN "planes@3" p ON p.tailnum = late.carrier
    WHERE carrier IN (SELECT carrier FROM airlines)
    """
    assert tables_in(sql) == ["flights", "planes@3", "airlines"]


@pytest.mark.parametrize(
    ("sql", "column", "expected"),
    [
        ("SELECT carrier FROM flights", "carrier", [Origin("flights", "carrier")]),
        ("SELECT carrier AS c FROM flights", "c", [Origin("flights", "carrier")]),
        ("SELECT landed_at FROM flights", "landed_at", [Origin("flights", "Landed_At")]),
        (
            'SELECT 2013 - p.year AS age FROM "planes@3" p',
            "age",
            [Origin("planes@3", "year", "2013 - year")],
        ),
        ("SELECT count(*) AS n FROM flights", "n", []),
        (
            "WITH a AS (SELECT -arr_delay AS d FROM flights) SELECT avg(d) AS m FROM a",
            "m",
            [Origin("flights", "arr_delay", "AVG(d) of -arr_delay")],
        ),
        (
            'SELECT carrier || tailnum AS both FROM flights, "planes@3"',
            "both",
            [
                Origin("flights", "carrier", "carrier || tailnum"),
                Origin("planes@3", "tailnum", "carrier || tailnum"),
            ],
        ),
        (
            'SELECT arr_delay AS d FROM flights UNION ALL SELECT year FROM "planes@3"',
            "d",
            [Origin("flights", "arr_delay"), Origin("planes@3", "year")],
        ),
        ("FROM flights", "arr_delay", [Origin("flights", "arr_delay")]),
    ],
)
def test_a_column_is_followed_to_its_origins(sql: str, column: str, expected: list[Origin]) -> None:
    found = origins(sql, SCHEMA)[column]
    assert sorted(found, key=lambda each: each.table) == expected


@pytest.mark.parametrize(
    "sql", ["SELEC carrier FROM flights", "SELECT 1; SELECT 2", "DROP TABLE flights", ""]
)
def test_what_is_not_one_query_is_refused(sql: str) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be read|is not one query"):
        tables_in(sql)


WIDE = {
    "flights": ["carrier", "arr_delay", "Landed_At", "x", "dest", "a.b", 'we "ird', "l"],
    "planes@3": ["tailnum", "year"],
    "Flüge": ["Ziel", "zeit"],
}
ALL = {(table, column) for table, columns in WIDE.items() for column in columns}
PLANES = '"planes@3"'


@pytest.mark.parametrize(
    ("sql", "column", "expected"),
    [
        # Names: quoted, not of ASCII, in another case, with dots and quotes inside.
        ('SELECT "Ziel" FROM "Flüge"', "ziel", {("Flüge", "Ziel")}),
        ('SELECT CAST("Ziel" AS INT) AS z FROM FLÜGE', "z", {("Flüge", "Ziel")}),
        ('SELECT zeit::DATE AS tag FROM "Flüge" f', "tag", {("Flüge", "zeit")}),
        ('SELECT "a.b" FROM flights', "a.b", {("flights", "a.b")}),
        ('SELECT f."we ""ird" AS r FROM flights f', "r", {("flights", 'we "ird')}),
        # Stars.
        ("SELECT f.* EXCLUDE (x) FROM flights f", "dest", {("flights", "dest")}),
        ("SELECT * REPLACE (x + 1 AS x) FROM flights", "x", {("flights", "x")}),
        (
            f"SELECT * FROM flights JOIN {PLANES} p ON p.tailnum = dest",
            "year",
            {("planes@3", "year")},
        ),
        ("SELECT COLUMNS('arr.*') FROM flights", "*", ALL),
        # Windows and aggregates.
        (
            "SELECT avg(x) OVER (PARTITION BY dest ORDER BY landed_at) AS m FROM flights",
            "m",
            {("flights", "x"), ("flights", "dest"), ("flights", "Landed_At")},
        ),
        (
            "SELECT max(x) FILTER (WHERE dest = 'A') AS g FROM flights",
            "g",
            {("flights", "x"), ("flights", "dest")},
        ),
        # Joins, unions, subqueries, recursion, an alias that another column uses.
        (
            "SELECT b.carrier AS other FROM flights a JOIN flights b USING (dest)",
            "other",
            {("flights", "carrier")},
        ),
        (
            f"SELECT x, (SELECT max(year) FROM {PLANES} WHERE tailnum = dest) AS y FROM flights",
            "y",
            {("planes@3", "year")},
        ),
        (
            f"SELECT x FROM flights a ASOF JOIN {PLANES} p ON p.tailnum = dest AND x >= year",
            "x",
            {("flights", "x")},
        ),
        (
            "WITH RECURSIVE r AS (SELECT x FROM flights UNION ALL SELECT x + 1 FROM r) FROM r",
            "x",
            {("flights", "x")},
        ),
        ("SELECT carrier AS c, c || 'x' AS d FROM flights", "d", {("flights", "carrier")}),
        ("SELECT carrier, u FROM flights, UNNEST(l) AS t(u)", "u", {("flights", "l")}),
        (
            "SELECT list_transform(l, e -> e + x) AS ll FROM flights",
            "ll",
            {("flights", "l"), ("flights", "x")},
        ),
        # What cannot be followed comes from everything, never from nothing.
        ("SELECT flights AS r FROM flights", "*", ALL),
        ("SELECT f.x, to_json(f) AS j FROM flights f", "*", ALL),
        (
            f"SELECT b.m FROM flights a, LATERAL (SELECT max(year) AS m FROM {PLANES}) b",
            "*",
            ALL,
        ),
    ],
)
def test_values_are_followed_through_all_that_a_query_can_do(
    sql: str, column: str, expected: set[tuple[str, str]]
) -> None:
    found = origins(sql, WIDE)
    assert {(each.table, each.column) for each in found.get(column, found["*"])} == expected
