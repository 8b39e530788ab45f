"""The feature log: what was served comes back as it was, whichever process wrote it."""

from __future__ import annotations

import math
import warnings
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import Column
from workbench.features.log.rolling import roll
from workbench.features.log.served import FeatureLog, feature_log, log_folder
from workbench.features.log.served_records import Feature, Row, Shape, batches

START = datetime(2026, 1, 1, tzinfo=UTC)
SHAPE = Shape(
    "flights@1",
    (Column("carrier", "string"), Column("day", "timestamp")),
    (Column("distance", "float64"),),
    (
        Feature("delay", "float64", "weather@2", 0),
        Feature("top", "list<string>", "weather@2", 4),
        Feature("time", "date", "planes@1", 1),
    ),
    ("weather@2", "planes@1"),
)


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def row(carrier: str = "UA", delay: Any = 1.5) -> Row:
    return Row(
        [carrier, "2013-11-01T08:00:00Z"],
        [12],
        [delay, ["a", "b"], date(2013, 1, 1)],
        bytes([0, 2]),
        [micros(START), None],
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return wb.connect(home=tmp_path).home


def test_a_request_comes_back_row_for_row_with_values_statuses_and_times(home: Path) -> None:
    log = FeatureLog(log_folder(home, "flights"), SHAPE)
    at, stood = START - timedelta(days=1), START - timedelta(days=9)
    log.append("one", micros(START), [row()])
    log.append(
        "two",
        micros(START + timedelta(seconds=1)),
        [row("航空"), row("<b>", None)],
        at=micros(at),
        as_of=[None, micros(stood)],
    )
    log.close()
    table = feature_log("flights").read()
    assert table["request_id"].to_pylist() == ["one", "two/0", "two/1"]
    assert table["time"].to_pylist() == [START, *[START + timedelta(seconds=1)] * 2]
    assert table["at"].to_pylist() == [START, at, at]
    assert table["service"].to_pylist() == ["flights@1"] * 3
    assert table["carrier"].to_pylist() == ["UA", "航空", "<b>"]
    assert table["day"].to_pylist() == [datetime(2013, 11, 1, 8, tzinfo=UTC)] * 3
    assert table["distance"].to_pylist() == [12.0] * 3
    assert table["delay"].to_pylist() == [1.5, 1.5, None]
    assert table["weather__status"].to_pylist() == ["present"] * 3
    assert table["weather__event"].to_pylist() == [START] * 3
    assert table["top"].to_pylist() == [["a", "b"]] * 3
    assert table["served_time"].to_pylist() == [date(2013, 1, 1)] * 3
    assert table["planes__status"].to_pylist() == ["expired"] * 3
    assert table["planes__event"].to_pylist() == [None] * 3
    assert table["weather__at"].to_pylist() == [START, at, at]
    assert table["planes__at"].to_pylist() == [START, stood, stood]


def test_rolling_changes_nothing_that_is_read(home: Path) -> None:
    folder = log_folder(home, "flights")
    for part in range(3):
        log = FeatureLog(folder, SHAPE)
        for i in range(50):
            moment = micros(START + timedelta(seconds=part * 50 + i))
            log.append(f"{part}-{i}", moment, [row(delay=math.nan if i == 7 else float(i))])
        log.close()
    live = FeatureLog(folder, SHAPE, flush=0.01)
    live.append("live", micros(START + timedelta(days=1)), [row()])
    while live.waiting:
        pass
    before = feature_log("flights").read()
    assert before.num_rows == 151
    assert roll(folder, batches) == 3
    assert len(list(folder.glob("*.parquet"))) == 3
    assert len(list(folder.glob("*.journal"))) == 1
    after = feature_log("flights").read()
    assert after.schema == before.schema
    assert str(after.to_pylist()) == str(before.to_pylist())
    since, until = START + timedelta(seconds=49), START + timedelta(seconds=51)
    some = feature_log("flights", since=since, until=until).read()
    assert some["request_id"].to_pylist() == ["0-49", "1-0"]
    live.close()
    assert feature_log("flights", since=until + timedelta(hours=1)).read().num_rows == 1


def test_a_roller_that_was_killed_before_it_had_tidied_up_costs_and_doubles_nothing(
    home: Path,
) -> None:
    folder = log_folder(home, "flights")
    log = FeatureLog(folder, SHAPE)
    log.append("one", micros(START), [row()])
    log.close()
    (journal,) = folder.glob("*.journal")
    content = journal.read_bytes()
    roll(folder, batches)
    journal.write_bytes(content)
    (folder / f".part-{journal.stem}").write_bytes(b"PAR1 half a file")
    assert feature_log("flights").read().num_rows == 1
    assert roll(folder, batches) == 1
    assert sorted(path.suffix for path in folder.glob("[0-9]*")) == [".parquet"]
    assert feature_log("flights").read()["request_id"].to_pylist() == ["one"]


def test_a_torn_record_is_counted_and_a_damaged_one_is_said(home: Path) -> None:
    folder = log_folder(home, "flights")
    for name in ("one", "two"):
        log = FeatureLog(folder, SHAPE)
        log.append(name, micros(START), [row()])
        log.close()
    torn, damaged = sorted(folder.glob("*.journal"), key=lambda path: b"two" in path.read_bytes())
    with torn.open("ab") as file:
        file.write(b"\x40\x00\x00\x00\x01")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert feature_log("flights").read().num_rows == 2
    assert feature_log("flights").state()["torn"] == 1
    content = bytearray(damaged.read_bytes())
    content[content.index(b"two")] ^= 1
    damaged.write_bytes(content + content[-3:])
    with pytest.warns(UserWarning, match="1 parts of the log of 'flights' cannot be read"):
        assert feature_log("flights").read()["request_id"].to_pylist() == ["one"]
    roll(folder, batches)
    assert [path.name for path in folder.glob("*.damaged")] == [f"{damaged.stem}.damaged"]
    with pytest.warns(UserWarning, match="1 parts"):
        assert feature_log("flights").read().num_rows == 1
    next(folder.glob("*.parquet")).write_bytes(b"PAR1")
    with pytest.warns(UserWarning, match="2 parts"):
        assert feature_log("flights").read().num_rows == 0


def test_versions_of_a_service_are_read_together_where_their_types_agree(home: Path) -> None:
    folder = log_folder(home, "flights")
    wider = Shape(
        "flights@2",
        (Column("carrier", "string"),),
        (),
        (
            Feature("delay", "int64", "weather@3", 0),
            Feature("gust", "int64", "weather@3", 1),
        ),
        ("weather@3",),
    )
    for shape, served in ((SHAPE, row()), (wider, Row(["DL"], [], [7, 8], bytes(1), [None]))):
        log = FeatureLog(folder, shape)
        log.append(shape.service, micros(START) + (shape is wider), [served])
        log.close()
    table, shapes = feature_log("flights").read_whole()
    assert table["delay"].to_pylist() == [1.5, 7.0]
    assert table["gust"].to_pylist() == [None, 8]
    assert {each.service: each for each in shapes} == {"flights@1": SHAPE, "flights@2": wider}
    other = Shape("flights@3", (), (), (Feature("delay", "string", "w@4", 0),), ("w@4",))
    log = FeatureLog(folder, other)
    log.append("three", micros(START), [Row([], [], ["late"], bytes(1), [None])])
    log.close()
    with pytest.raises(InvalidInput, match="do not agree in their types"):
        feature_log("flights").read()


def test_an_unknown_service_is_named_with_what_is_near(home: Path) -> None:
    FeatureLog(log_folder(home, "flights"), SHAPE).close()
    with pytest.raises(NotFound, match="'fligths' has no log; did you mean"):
        feature_log("fligths")
    with pytest.raises(NotFound, match="workbench features serve"):
        feature_log("trains-and-ships")


def test_a_log_with_nothing_in_it_is_an_empty_table(home: Path) -> None:
    log_folder(home, "flights").mkdir(parents=True)
    assert feature_log("flights").read().num_rows == 0
    assert "flights" in feature_log("flights")._repr_html_()
