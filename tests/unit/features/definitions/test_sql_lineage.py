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
