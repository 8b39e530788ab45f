import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

import workbench as wb
from tests.unit.features.windows.reference import alike, values_at
from workbench.features.definitions.views import FeatureView

START = datetime(2013, 3, 1, tzinfo=UTC)
AGGREGATIONS = [
    wb.Aggregation("count", windows=["1h", "30d"]),
    wb.Aggregation("mean", "amount", windows=["1h", "1d", "30d"]),
    wb.Aggregation("top_k", "shop", windows="1d", k=2),
    wb.Aggregation("last", "shop", windows="30d"),
]
INPUTS = ["amount", "shop"]


def purchases(count: int, seed: int) -> pd.DataFrame:
    chance = random.Random(seed)
    times = [START + timedelta(seconds=chance.randrange(40 * 86_400)) for _ in range(count)]
    return pd.DataFrame(
        {
            "card": [chance.choice(["a", "b", "ä", "<i>"]) for _ in times],
            "at": times,
            "arrived": [each + timedelta(minutes=chance.choice([0, 0, 5, 3000])) for each in times],
            "amount": [chance.choice([None, 1.5, 20.0, 300.25]) for _ in times],
            "shop": [chance.choice(["x", "y", "z", None]) for _ in times],
        }
    )


def viewed(frame: pd.DataFrame) -> FeatureView:
    data = wb.ingest(frame, name="purchases", time="at", created="arrived")
    return wb.feature_view(
        name="spending", entities=wb.Entity("card"), source=data, aggregations=AGGREGATIONS
    )


def micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def expected(frame: pd.DataFrame, card: str | None, at: datetime) -> list[object]:
    events = [
        (
            micros(row["at"].to_pydatetime()),
            micros(row["arrived"].to_pydatetime()),
            tuple(None if pd.isna(row[each]) else row[each] for each in INPUTS),
        )
        for row in frame.to_dict("records")
        if row["card"] == card
    ]
    return values_at(AGGREGATIONS, INPUTS, events, micros(at))


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("part_bytes", [None, 3000], ids=["in memory", "in parts on disk"])
def test_a_training_set_has_what_windows_held_when_each_row_was_decided(
    part_bytes: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if part_bytes:
        for module in ("spilling", "known_writing", "streamed"):
            monkeypatch.setattr(
                f"workbench.features.offline.{module}.part_bytes", lambda: part_bytes
            )
    frame = purchases(300, 1)
    view = viewed(frame)
    chance = random.Random(2)
    cards = [chance.choice(["a", "b", "ä", "<i>", "never seen", None]) for _ in range(80)]
    times = [START + timedelta(seconds=chance.randrange(60 * 86_400)) for _ in cards]
    spine = pa.table({"card": cards, "at": pa.array(times, pa.timestamp("us", "UTC"))})
    made = wb.training_set(spine, view, name="train", time="at").to_arrow()
    names = [each.name for each in view.columns]
    for row in made.to_pylist():
        found = [row[each] for each in names]
        if row["card"] is None:
            assert found == [None] * len(names)
        else:
            assert alike(found, expected(frame, row["card"], row["at"]))
