"""A cell becomes the view that it stands for, or says which of its steps no view can follow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import workbench as wb
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.engine import open_engine
from workbench.features.definitions.relations import relation_of
from workbench.features.discovery import proving
from workbench.features.discovery.frames import frames_in
from workbench.features.discovery.from_cell import feature_from_cell
from workbench.features.discovery.readings import Undecided
from workbench.features.offline.cache import known_rows
from workbench.features.offline.training_sets import training_set
from workbench.features.windows import packed
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = 400
CHANCE = np.random.default_rng(11)


@pytest.fixture
def flights(place: Workspace) -> Dataset:
    delay = CHANCE.normal(10, 20, ROWS).round(2)
    table = pa.table(
        {
            "carrier": CHANCE.choice(["UA", "AA", "DL"], ROWS),
            "origin": CHANCE.choice(["JFK", "EWR"], ROWS),
            "tailnum": CHANCE.choice(["N1", "N2"], ROWS),
            "time": [START + timedelta(minutes=37 * place) for place in range(ROWS)],
            "made": [START + timedelta(minutes=37 * p + int(p % 7) * 60) for p in range(ROWS)],
            "delay": pa.array(np.where(CHANCE.random(ROWS) < 0.2, np.nan, delay), from_pandas=True),
            "distance": CHANCE.integers(100, 3000, ROWS),
            "cancelled": CHANCE.integers(0, 2, ROWS),
        }
    )
    return ingest(table, name="flights", time="time", created="made")


def features(cell: str, **more: Any) -> list[str]:
    return list(feature_from_cell(cell, **more).to_json()["features"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (
            'flights.groupby("carrier")["delay"].mean()',
            ["delay_mean_7d", "delay_mean_30d"],
        ),
        (
            'flights.groupby("carrier").rolling("36h", on="time")["delay"].max()',
            ["delay_max_36h"],
        ),
        (
            (
                'x = flights.sort_values("time").set_index("time")\n'
                'y = x.groupby("carrier")[["delay", "distance"]].rolling("7D").agg(["mean", "std"])'
            ),
            ["delay_mean_7d", "delay_std_7d", "distance_mean_7d", "distance_std_7d"],
        ),
        (
            'flights.groupby("carrier").agg(n=("delay", "size"), o=("origin", "nunique"))',
            ["count_7d", "count_30d", "origin_distinct_7d", "origin_distinct_30d"],
        ),
        (
            'flights.groupby("carrier").agg({"delay": ["min", "last"], "distance": "sum"})',
            [
                *["delay_min_7d", "delay_min_30d", "delay_last_7d", "delay_last_30d"],
                *["distance_sum_7d", "distance_sum_30d"],
            ],
        ),
        (
            'flights.groupby(["carrier", pd.Grouper(key="time", freq="1D")]).size()',
            ["count_1d"],
        ),
        (
            (
                "import workbench as wb\n%matplotlib inline\n"
                'df = wb.dataset("flights").to_pandas()\n'
                'a = df.groupby("carrier")["delay"].rolling("1D").mean()\n'
                'b = df.groupby("carrier")["delay"].rolling("2D").mean()'
            ),
            ["delay_mean_1d", "delay_mean_2d"],
        ),
        (
            (
                "SELECT carrier, avg(delay), count(*) FROM flights "
                "WHERE time > now() - INTERVAL 3 DAY GROUP BY 1"
            ),
            ["delay_mean_3d", "count_3d"],
        ),
        (
            (
                "SELECT carrier, stddev(delay), count(DISTINCT origin), arg_max(delay, time) "
                "FROM flights GROUP BY ALL"
            ),
            [
                *["delay_std_7d", "delay_std_30d", "origin_distinct_7d", "origin_distinct_30d"],
                *["delay_last_7d", "delay_last_30d"],
            ],
        ),
        (
            (
                "%%sql\nSELECT *, sum(distance) OVER (PARTITION BY carrier ORDER BY time "
                "RANGE BETWEEN INTERVAL '2' HOUR PRECEDING AND CURRENT ROW) AS d FROM flights"
            ),
            ["distance_sum_2h"],
        ),
        (
            (
                'import duckdb\nx = duckdb.sql("""SELECT carrier, max(delay) FROM flights\n'
                'GROUP BY carrier""").df()'
            ),
            ["delay_max_7d", "delay_max_30d"],
        ),
    ],
)
def test_what_a_cell_aggregates_are_features(
    flights: Dataset, cell: str, expected: list[str]
) -> None:
    found = feature_from_cell(cell)
    assert found.definition.keys == ("carrier",)
    assert found.to_json()["features"] == expected
    proof = found.prove(60)
    assert proof.equal, proof.examples
    view = found.accept()
    assert [each.name for each in view.columns] == expected
    assert (view.time, view.created) == ("time", "made")
    space: dict[str, Any] = {}
    exec(found.code, space)  # what a person would run
    assert view in space.values()


@pytest.mark.parametrize(
    "steps",
    [
        "x = df[df.delay > 15]",
        "x = df[~(df.delay > 15)]",
        'x = df[(df["cancelled"] == 0) & (df.delay != 10.5) | (df["origin"] == "JFK")]',
        'x = df.query("10 < delay <= 30 and not cancelled == 1")',
        'x = df[df.origin.isin(["JFK"]) & df.delay.notna()]',
        'x = df.dropna(subset=["delay"])',
        'x = df[df["delay"].between(0, 20)]',
        'x = df.copy()\nx["made_of"] = x["distance"] / (x["cancelled"] + 1) - x.delay.fillna(0)',
        "x = df.assign(made_of=lambda d: (d.delay > 15).astype(int))",
        "x = df.assign(made_of=lambda d: ~(d.delay > 15))",
        "x = df.assign(made_of=np.log1p(df.distance) + df.time.dt.hour + df.time.dt.month)",
        "x = df.assign(made_of=-df.distance % 7 + (-df.distance // 1000))",
    ],
)
def test_rows_and_columns_are_those_that_pandas_makes(flights: Dataset, steps: str) -> None:
    frame = flights.to_pandas()
    space: dict[str, Any] = {"df": frame, "np": np}
    exec(steps, space)  # the cell itself
    expected = space["x"]
    column = "made_of" if "made_of" in expected else "distance"
    cell = f'import numpy as np\n{steps}\nx.groupby("carrier")["{column}"].last()'
    view = proving.proposed(feature_from_cell(cell, frames={"df": "flights"}).definition)
    with open_engine() as connection:
        rows = connection.sql(
            f"SELECT * FROM {relation_of(connection, view.source)}"
        ).to_arrow_table()
    found = rows.to_pandas().sort_values("time")
    assert found["time"].tolist() == expected["time"].tolist()
    given = found[column].astype(float).to_numpy()
    np.testing.assert_allclose(given, expected[column].astype(float).to_numpy())


def test_a_value_over_a_window_is_the_cell_s(flights: Dataset) -> None:
    frame = flights.to_pandas().assign(time=lambda d: d["made"])
    cell = 'df.groupby("carrier").rolling("1D", on="time")["delay"].sum()'
    view = feature_from_cell(cell, frames={"df": flights}).accept()
    at = frame["time"].max() + timedelta(seconds=1)
    spine = pd.DataFrame({"carrier": ["UA", "AA", "DL"], "at": [at] * 3})
    made = training_set(spine, view, name="set", time="at").to_pandas()
    events = flights.to_pandas()
    # The tail of a day's window moves by a quarter of an hour.
    since = (at - timedelta(days=1)).floor("15min")
    for carrier, total in zip(made["carrier"], made["delay_sum_1d"], strict=True):
        own = events[(events["carrier"] == carrier) & (events["time"] >= since)]
        assert total == pytest.approx(own["delay"].sum())


def test_what_is_worked_out_for_the_proof_is_there_when_it_is_registered(
    flights: Dataset,
) -> None:
    found = feature_from_cell('flights.groupby("carrier")["delay"].mean()')
    proof = found.prove()
    assert (proof.rows, proof.keys) == (ROWS, 3)
    assert proof.values == 2 * 198
    assert proof.disk > 0
    assert proof.online > 0
    assert not wb.search_features("flights_by_carrier")
    path = known_rows(proving.proposed(found.definition))
    assert known_rows(found.accept()) == path
    assert "equal online and offline on 396 values; 400 rows of 3 keys" in str(proof)
    json.dumps(proof.to_json(), allow_nan=False)


def test_a_proof_can_fail(flights: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    found = feature_from_cell('flights.groupby("carrier")["delay"].mean()')
    monkeypatch.setattr(packed, "read", lambda *_: [0.0, 0.0])
    proof = found.prove()
    assert not proof.equal
    assert "values differ online and offline" in str(proof)
    assert proof.examples[0].online == 0.0
    json.dumps(proof.to_json(), allow_nan=False)


def test_rows_as_they_are_have_the_keys_that_are_named(flights: Dataset) -> None:
    cell = "SELECT carrier, time, made, delay * 2 AS twice, origin FROM flights WHERE delay > 0"
    with pytest.raises(InvalidInput, match="groups by nothing"):
        feature_from_cell(cell)
    found = feature_from_cell(cell, keys="carrier", ttl=timedelta(hours=3), name="recent")
    assert found.definition.features == ("twice", "origin")
    assert found.prove().equal
    view = found.accept()
    assert (view.ttl, view.name) == (timedelta(hours=3), "recent")
    space: dict[str, Any] = {}
    exec(found.code, space)  # what a person would run
    assert view in space.values()


def test_a_joined_table_without_a_time_gives_columns(flights: Dataset) -> None:
    ingest(pa.table({"tailnum": ["N1", "N2"], "seats": [100, 200]}), name="planes")
    found = feature_from_cell(
        "SELECT carrier, avg(seats) FROM flights JOIN planes USING (tailnum) GROUP BY carrier"
    )
    assert found.prove().equal
    assert found.accept().columns[0].name == "seats_mean_7d"


def test_of_several_groupings_one_is_chosen(flights: Dataset) -> None:
    cell = 'flights.groupby("carrier").size()\nflights.groupby("origin").size()'
    with pytest.raises(InvalidInput, match="makes 2 views: of flights by carrier; of flights by o"):
        feature_from_cell(cell)
    assert feature_from_cell(cell, keys=["origin"]).definition.name == "flights_by_origin"


def test_how_the_view_differs_is_noted(flights: Dataset) -> None:
    found = feature_from_cell('flights.groupby("carrier")["delay"].mean()')
    assert "those to come included" in found.notes[0]
    assert str(found).startswith("# the cell aggregates all rows of each carrier")
    assert "&quot;carrier&quot;" in found._repr_html_()
    calendar = feature_from_cell(
        'flights.groupby(["carrier", pd.Grouper(key="time", freq="1D")]).size()'
    )
    assert "by the calendar" in calendar.notes[0]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("", "the cell is empty"),
        ("flights", "aggregates nothing"),
        ("for x in y: pass", "line 1: .*a loop, a condition"),
        ('flights.merge(flights).groupby("carrier").size()', r"line 1: flights.merge\(flights\)"),
        ('x = flights\nx.groupby("carrier")["delay"].median()', r"line 2: .*median\(\)"),
        ('flights.groupby("carrier")["delay"].rolling(7).mean()', "a window of 7 is no stretch"),
        (
            'flights.groupby("carrier").rolling("7D", center=True)["delay"].mean()',
            "a window that ends elsewhere",
        ),
        ('flights.groupby("carrier").mean()', "aggregates every column"),
        ('flights.groupby("carier").size()', "no column 'carier'.*'carrier'"),
        ('flights.groupby("carrier")["dely"].sum()', "no column 'dely'.*'delay'"),
        ('flghts.groupby("carrier").size()', "line 1: 'flghts' is no dataset.*frames="),
        ('flights[flights.delay.map(str) == "1"].groupby("carrier").size()', "delay.map"),
        ("SELECT carrier, median(delay) FROM flights GROUP BY carrier", "MEDIAN"),
        ("SELECT carrier, max(delay) FROM flights GROUP BY carrier HAVING 1 = 1", "HAVING"),
        ("SELECT a.b FROM (SELECT 1 AS b) a", "reads no dataset"),
        ("SELECT avg(delay) FROM flights GROUP BY lower(carrier)", "is no column of flights@1"),
        (
            (
                "SELECT avg(delay) OVER (PARTITION BY carrier ORDER BY time ROWS 6 PRECEDING) "
                "FROM flights"
            ),
            "counts rows",
        ),
        ("SELECT max(f.delay) FROM flights f JOIN flights g USING (carrier)", "over time"),
        ("%%bash\nls", "a cell of %%bash is neither"),
        ("SELEC carrier", "neither Python nor SQL"),
    ],
)
def test_what_no_view_can_follow_is_named(flights: Dataset, cell: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        feature_from_cell(cell)


def test_a_dataset_that_is_missing_is_named(flights: Dataset) -> None:
    with pytest.raises(NotFound, match="'flghts'"):
        feature_from_cell("SELECT carrier, max(delay) FROM flghts GROUP BY carrier")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("delay > (SELECT avg(delay) FROM flights)", "a query within the query"),
        ("delay IN (VALUES (1), (2))", "a query within the query"),
        ("EXISTS (FROM read_csv('/etc/passwd'))", "a query within the query"),
        ("delay > random()", "another at each moment"),
        ("time > now() - INTERVAL 7 DAY OR delay > 3", "another at each moment"),
        ("made < current_date", "another at each moment"),
    ],
)
def test_a_row_is_taken_by_what_it_says_itself(flights: Dataset, cell: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        feature_from_cell(f"SELECT carrier, max(delay) FROM flights WHERE {cell} GROUP BY carrier")


@pytest.mark.parametrize("rows", ["read_csv('x.csv')", "flights USING SAMPLE 10%", "range(3)"])
def test_rows_are_those_of_a_dataset(flights: Dataset, rows: str) -> None:
    with pytest.raises(InvalidInput):
        feature_from_cell(f"SELECT carrier, max(delay) FROM {rows} GROUP BY carrier")


def test_what_a_cell_leaves_open_is_said_as_a_question(flights: Dataset) -> None:
    with pytest.raises(Undecided) as several:
        feature_from_cell('flights.groupby("carrier").size()\nflights.groupby("origin").size()')
    assert several.value.keys == (("carrier",), ("origin",))
    with pytest.raises(Undecided) as unknown:
        feature_from_cell('df.groupby("carrier").size()')
    assert unknown.value.frame == "df"


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        (["df = wb.dataset('flights')"], {"df": "flights"}),
        (
            ["a = b = wb.dataset('flights').to_pandas().sort_values('x')"],
            {"a": "flights", "b": "flights"},
        ),
        (["df = wb.ingest(frame, name='flights', time='t')"], {"df": "flights"}),
        (["df = wb.dataset('flights').to_pandas().head()"], {}),
        (["df = wb.dataset('flights')", "for df in rows:\n    pass"], {}),
        (["df = wb.dataset('flights')", "del df"], {}),
        (["df = wb.dataset('flights')", "df = f(df)"], {}),
        (["df = wb.dataset('flights')", "def df(: oops", "!ls"], {"df": "flights"}),
        (["df = wb.dataset(name)"], {}),
    ],
)
def test_variables_hold_what_the_cells_say(cells: list[str], held: dict[str, str]) -> None:
    assert frames_in(cells).items() >= held.items()
    assert bool(frames_in(cells)) == bool(held)


def test_a_proof_says_how_far_it_is_and_stops_when_told(flights: Dataset) -> None:
    told = []
    found = feature_from_cell('flights.groupby("carrier")["delay"].mean()')
    found.prove(60, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, 60)
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found.prove(60, progress=stop)
