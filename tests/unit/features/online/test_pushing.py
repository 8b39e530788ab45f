"""What is pushed: written whole or refused with its row and column, whatever is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.workspace import Workspace

NOW = datetime(2013, 12, 31, 12, tzinfo=UTC)
KEY = {"host": "h", "port": 1}


@pytest.fixture
def view(place: Workspace) -> FeatureView:
    rows = pa.table(
        {
            "host": ["h"],
            "port": [1],
            "at": [NOW - timedelta(days=1)],
            "known": [NOW - timedelta(days=1)],
            "load": [1.0],
            "name": ["a"],
        }
    )
    source = ingest(rows, name="hosts", time="at", created="known")
    return feature_view(entities=Entity("service", keys=["host", "port"]), source=source)


def row(**given: Any) -> dict[str, Any]:
    return {**KEY, "load": 2.0, "name": "b", **given}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"load": "high"}, "row 2 of the column 'load' pushed to 'hosts' .*: 'high'"),
        ({"name": 5}, "row 2 of the column 'name' pushed to 'hosts' .*: 5"),
        ({"port": None}, r"row 2 pushed to 'hosts' has no key \('host', 'port'\)"),
        ({"port": 1.5}, "row 2 of the column 'port' pushed to 'hosts' is not of type int64: 1.5"),
        ({"at": None}, "row 2 pushed to 'hosts' has no time in 'at'"),
        ({"at": "soon"}, "'soon'"),
        ({"at": NOW + timedelta(minutes=6)}, "row 2 .* more than 5 minutes ahead of this machine"),
        ({"known": NOW + timedelta(days=9)}, "row 2 .* has 'known' = 2014-01-09T12:00:00"),
        (7, "row 2 pushed to 'hosts' is no dict but 7"),
    ],
)
def test_a_poisonous_row_is_named_and_nothing_is_written(
    view: FeatureView, bad: Any, message: str
) -> None:
    times = {"at": NOW, "known": NOW} if bad == 7 or {"at", "known"} & set(bad) else {}
    rows = [row(**times) for _ in range(4)]
    rows[2] = {**rows[2], **bad} if isinstance(bad, dict) else bad
    with pytest.raises(InvalidInput, match=message):
        push(view, rows)
    with pytest.raises(NotFound):
        online(view, KEY)


@pytest.mark.parametrize("kind", ["arrow", "pandas"])
def test_a_poisonous_row_of_a_frame_is_named_too(view: FeatureView, kind: str) -> None:
    table = pa.Table.from_pylist([row(port=port) for port in (1.0, 2.0, 2.5, 3.5)])
    with pytest.raises(InvalidInput, match=r"row 2 of the column 'port' .* int64: 2\.5"):
        push(view, table if kind == "arrow" else table.to_pandas())


def test_a_clock_that_is_a_little_ahead_is_right_enough(view: FeatureView) -> None:
    push(view, [row(at=NOW + timedelta(minutes=5))])
    assert online(view, KEY) == [{"load": 2.0, "name": "b"}]


def test_pushing_again_changes_nothing(view: FeatureView) -> None:
    first = row(at=NOW - timedelta(hours=2), known=NOW - timedelta(hours=2))
    push(view, [first])
    push(view, [{**first, "load": 3.0, "known": NOW - timedelta(hours=1)}])  # a correction
    push(view, [first])
    assert online(view, KEY)[0]["load"] == 3.0


def test_of_one_key_pushed_twice_at_once_the_later_row_stays(view: FeatureView) -> None:
    ages = (3, 1, 2)
    push(view, [row(at=NOW - timedelta(hours=age), known=NOW, load=float(age)) for age in ages])
    assert online(view, KEY)[0]["load"] == 1.0


def test_keys_of_several_columns_are_told_apart(view: FeatureView) -> None:
    pairs = [("h", 11), ("h1", 1), ("é", 1), ("<b>", 1), ("", 1)]
    push(view, [row(host=host, port=port, load=float(i)) for i, (host, port) in enumerate(pairs)])
    found = online(view, [{"host": host, "port": port} for host, port in pairs])
    assert [each["load"] for each in found] == [0, 1, 2, 3, 4]


def test_naive_times_are_utc_and_nulls_are_kept(view: FeatureView) -> None:
    frame = pd.DataFrame(
        {
            "host": ["h"],
            "port": [1],
            "at": [pd.Timestamp("2013-12-31 11:00")],
            "load": [None],
            "name": [None],
        }
    )
    push(view, frame)
    (known,) = online(view, KEY, statuses=True)
    assert known["load"] == (None, "present", NOW - timedelta(hours=1))


@pytest.mark.parametrize("rows", [[], pa.table({"host": pa.array([], pa.string())})])
def test_no_rows_are_no_push(view: FeatureView, rows: Any) -> None:
    with pytest.raises(InvalidInput, match=r"no rows were pushed|no column"):
        push(view, rows)
