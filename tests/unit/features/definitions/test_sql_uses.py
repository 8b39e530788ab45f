"""A query uses the columns of its values and those that it filters, joins and orders by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from tests.unit.features.definitions.test_sql_lineage import ALL, PLANES, WIDE
from workbench.features.definitions.sql_uses import used_columns


@pytest.mark.parametrize(
    ("sql", "outputs", "expected"),
    [
        ("SELECT * FROM flights", ["carrier"], {"carrier"}),
        (
            "SELECT carrier FROM flights WHERE x > 0 ORDER BY landed_at",
            ["carrier"],
            {"carrier", "x", "Landed_At"},
        ),
        (
            "SELECT carrier, count(*) AS n FROM flights GROUP BY 1 HAVING max(x) > 1",
            ["n"],
            {"carrier", "x"},
        ),
        ("WITH a AS (SELECT * FROM flights WHERE x > 0) SELECT l FROM a", ["l"], {"l", "x"}),
        ("SELECT carrier, dest FROM flights", ["carrier"], {"carrier", "dest"}),
        ("SELECT * EXCLUDE (x) FROM flights", ["carrier"], {"carrier", "x"}),
        (
            f"SELECT l FROM flights WHERE EXISTS (SELECT 1 FROM {PLANES} WHERE tailnum = dest)",
            ["l"],
            {"l", "dest", "tailnum"},
        ),
        ("SELECT l FROM flights QUALIFY rank() OVER (ORDER BY dest) = 1", ["l"], {"l", "dest"}),
        ("SELECT carrier AS y FROM flights WHERE y = 'UA'", ["y"], {"carrier"}),
        ("SELECT to_json(flights) AS j FROM flights", ["j"], {column for _, column in ALL}),
    ],
)
def test_a_query_uses_what_it_filters_joins_and_orders_by_too(
    sql: str, outputs: list[str], expected: set[str]
) -> None:
    found = used_columns(sql, WIDE, outputs)
    assert {column for columns in found.values() for column in columns} == expected


QUERIES = [
    "SELECT carrier FROM flights",
    "SELECT * FROM flights",
    "FROM flights SELECT carrier, arr_delay + x AS s WHERE s > 3",
    "SELECT carrier, avg(x) OVER (PARTITION BY dest ORDER BY landed_at) AS m FROM flights",
    "SELECT l FROM flights QUALIFY rank() OVER (PARTITION BY carrier ORDER BY landed_at, x) = 1",
    "SELECT carrier, count(*) AS n FROM flights GROUP BY ALL HAVING max(arr_delay) > 1",
    f"SELECT f.carrier, p.year FROM flights f JOIN {PLANES} p ON p.tailnum = f.dest",
    f"SELECT carrier, year FROM flights LEFT JOIN {PLANES} ON tailnum = dest AND year > x",
    f"SELECT carrier FROM flights UNION ALL SELECT tailnum FROM {PLANES}",
    f"SELECT carrier FROM flights EXCEPT SELECT tailnum FROM {PLANES} WHERE year > 3",
    f"SELECT x FROM flights WHERE dest IN (SELECT tailnum FROM {PLANES} WHERE year > 2)",
    f"SELECT x, (SELECT max(year) FROM {PLANES} WHERE tailnum = dest) AS y FROM flights",
    f"SELECT a.x, b.m FROM flights a, LATERAL (SELECT max(year) AS m FROM {PLANES}) b",
    f"SELECT x, p.year FROM flights a ASOF JOIN {PLANES} p ON p.tailnum = dest AND x >= p.year",
    "WITH a AS (SELECT * FROM flights WHERE x > 2), b AS (FROM a) SELECT carrier, l FROM b",
    "WITH flights2 AS MATERIALIZED (FROM flights) SELECT DISTINCT ON (dest) x FROM flights2",
    "SELECT * EXCLUDE (x, l) FROM flights",
    "SELECT * REPLACE (x * 2 AS x) FROM flights",
    "SELECT COLUMNS('arr.*') FROM flights",
    "SELECT to_json(flights) AS j FROM flights",
    "SELECT carrier, u FROM flights, UNNEST(l) AS t(u)",
    "SELECT list_transform(l, lambda e: e + x) AS ll FROM flights",
    "SELECT carrier, max(x) FILTER (WHERE dest = 'A') AS g FROM flights GROUP BY carrier",
    "SELECT first(x ORDER BY landed_at DESC) AS newest FROM flights",
    "SELECT * FROM (PIVOT flights ON dest USING sum(x) GROUP BY carrier)",
    "WITH a AS (FROM flights), b AS (SELECT carrier, l FROM a) SELECT carrier FROM b",
    "SELECT * FROM (FROM flights UNION ALL BY NAME FROM flights)",
    "WITH RECURSIVE r AS (SELECT x FROM flights UNION SELECT x + 1 FROM r WHERE x < 9) FROM r",
    "SELECT * FROM (UNPIVOT (SELECT carrier, x, arr_delay FROM flights) ON x, arr_delay)",
    'SELECT "a.b" AS q, "we ""ird" AS r FROM flights ORDER BY x LIMIT 2',
    'SELECT "Ziel", zeit FROM "Flüge" WHERE zeit > 1',
    "SELECT a.carrier FROM flights a SEMI JOIN flights b ON a.x < b.arr_delay",
    "SELECT carrier, sum(x) AS s FROM flights GROUP BY ROLLUP (carrier, dest)",
    f"SELECT x FROM flights NATURAL JOIN (SELECT year AS x FROM {PLANES})",
    "SELECT carrier, dest FROM (SELECT DISTINCT * FROM flights)",
    "SELECT carrier FROM (SELECT * FROM flights UNION SELECT * FROM flights)",
    "SELECT carrier FROM (SELECT * FROM flights ORDER BY ALL LIMIT 1)",
    "SELECT carrier FROM (SELECT *, count(*) FROM flights GROUP BY ALL)",
    "SELECT x + 1 AS y, y * 2 AS z FROM flights WHERE z > 4",
    "SELECT CASE WHEN x > 2 THEN arr_delay ELSE l[1] END AS c FROM flights",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_what_a_query_does_not_use_can_be_dropped(sql: str) -> None:
    """Run by DuckDB without the columns that are said to be of no use, it gives the same."""
    import duckdb

    connection = duckdb.connect()

    def run(columns: Mapping[str, Sequence[str]], wanted: str) -> list[tuple[object, ...]]:
        for table, names in columns.items():
            frame = pa.table({name: TABLES[table][name] for name in names} or {"none": [0]})
            connection.register("frame", frame)
            connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS FROM frame')
        return connection.execute(f"SELECT {wanted} FROM ({sql}) ORDER BY ALL").fetchall()

    run(WIDE, "count(*)")
    outputs = [str(each[0]) for each in connection.execute(f"DESCRIBE {sql}").fetchall()]
    if "*" in sql:  # a view of a star may offer some of it
        outputs = outputs[:1]
    wanted = ", ".join('"' + name.replace('"', '""') + '"' for name in outputs)
    assert run(used_columns(sql, WIDE, outputs), wanted) == run(WIDE, wanted)


TABLES: dict[str, dict[str, list[object]]] = {
    "flights": {
        "carrier": ["A", "B", "A", "C"],
        "arr_delay": [4, 1, 3, 2],
        "Landed_At": [2, 1, 4, 3],
        "x": [1, 2, 3, 4],
        "dest": ["A", "B", "A", "C"],
        "a.b": [1, 2, 3, 4],
        'we "ird': [4, 3, 2, 1],
        "l": [[1], [2, 3], [], [4]],
    },
    "planes@3": {"tailnum": ["A", "B", "C"], "year": [1, 2, 3]},
    "Flüge": {"Ziel": ["A", "B"], "zeit": [1, 2]},
}
