"""Each value of a training set says which row it came from, and what became of the others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_view
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.training_sets import training_set
from workbench.features.offline.why import timeline, why
from workbench.features.online.materialization import materialize
from workbench.features.online.reading import online
from workbench.workspace import Workspace

START = datetime(2013, 1, 1, tzinfo=UTC)
AT = START + timedelta(hours=10)
CARRIER = Entity("carrier", keys=["carrier"])


def hour(count: float) -> datetime:
    return START + timedelta(hours=count)


def delays(*rows: tuple[str | None, float, float, int | None], **more: object) -> FeatureView:
    """A view of rows (carrier, event, created, delay); times are hours after START."""
    table = pa.table(
        {
            "carrier": [row[0] for row in rows],
            "time": [hour(row[1]) for row in rows],
            "made": [hour(row[2]) for row in rows],
            "delay": [row[3] for row in rows],
        }
    )
    source = ingest(table, name="delays", time="time", created="made")
    arguments = {"name": "recent", "entities": CARRIER, "source": source, **more}
    return feature_view(**arguments)  # type: ignore[call-overload, no-any-return]


def one_row(view: FeatureView, at: datetime = AT, carrier: str | None = "UA") -> Dataset:
    spine = pa.table({"carrier": pa.array([carrier], pa.string()), "at": [at]})
    return training_set(spine, view, name="set", time="at")


def reasons(told: object) -> dict[object, str | None]:
    return {each.value: each.reason for each in told.rejected}  # type: ignore[attr-defined]


def test_every_row_that_was_not_taken_has_its_reason(place: Workspace) -> None:
    view = delays(
        ("UA", 8, 8, 1),
        ("UA", 9, 9.1, 2),
        ("UA", 9, 9.5, 3),
        ("UA", 9, 9.5, 4),
        ("UA", 2, 2, 5),
        ("UA", 9.5, 11, 6),
        ("UA", 12, 12, 7),
        ("AA", 9.9, 9.9, 8),
        ttl=timedelta(hours=4),
    )
    told = why(one_row(view), row=0, feature="delay")
    assert told.chosen is not None
    assert (told.value, told.chosen.value, told.chosen.event) == (4, 4, hour(9))
    assert (told.chosen.created, told.chosen.reason) == (hour(9.5), None)
    assert reasons(told) == {
        1: "older",
        2: "tie",
        3: "tie",
        5: "expired",
        6: "late",
        7: "future",
    }
    assert told.counts == {"expired": 1, "future": 1, "late": 1, "older": 1, "tie": 2}
    assert (told.keys, told.at, told.feature) == ({"carrier": "UA"}, AT, "recent:delay")
    assert (told.by_event_time, told.leaks, told.online) == (6, True, 4)
    assert str(told) == (
        "recent:delay of carrier 'UA' was 4 at 2013-01-01 10:00:00: the row of 2013-01-01 "
        "09:00:00, known from 2013-01-01 09:30:00 on, 1 hour old. Not taken: 1 too old, 1 yet to "
        "come, 1 arrived late, 1 older, 2 tied. A join by event time would have given 6, which "
        "nobody knew yet."
    )


def test_floats_are_told_to_three_digits_but_where_only_the_others_differ(
    place: Workspace,
) -> None:
    told = why(one_row(delays(("UA", 9, 9, 1))), row=0, feature="delay")
    told = replace(told, value=13.809359999999998, by_event_time=14.9, leaks=True)
    assert " was 13.8 at " in str(told)
    assert "would have given 14.9," in str(told)
    told = replace(told, by_event_time=13.8094)
    assert " was 13.809359999999998 at " in str(told)
    assert "would have given 13.8094," in str(told)
    assert told.to_json()["value"] == 13.809359999999998


@pytest.mark.parametrize(
    ("minutes", "value", "reason"), [(239, 1, None), (240, 1, None), (241, None, "expired")]
)
def test_a_row_answers_until_its_age_is_the_ttl(
    place: Workspace, minutes: int, value: int | None, reason: str | None
) -> None:
    view = delays(("UA", 1, 1, 1), ttl=timedelta(hours=4))
    told = why(one_row(view, hour(1) + timedelta(minutes=minutes)), row=0, feature="delay")
    assert (told.value, told.online, told.leaks) == (value, value, False)
    assert [each.reason for each in told.rejected] == ([] if reason is None else [reason])
    assert (told.chosen is None) == (reason is not None)


def test_the_online_value_is_what_the_store_holds_when_it_is_materialized_then(
    place: Workspace,
) -> None:
    view = delays(("UA", 1, 1, 1), ("UA", 2, 9, 2), ("UA", 4, 8, 3), ("UA", 5, 11, 4))
    for at in map(hour, (0, 1, 8, 9, 10, 11)):
        told = why(one_row(view, at), row=0, feature="delay")
        materialize(view, at=at)
        assert online(view, {"carrier": "UA"}) == [{"delay": told.online}]
        assert told.online == told.value


def test_a_null_that_answers_is_not_a_row_that_is_missing(place: Workspace) -> None:
    told = why(one_row(delays(("UA", 1, 1, None))), row=0, feature="recent:delay")
    assert told.value is None
    assert told.chosen is not None
    other = delays(("UA", 1, 1, 5), name="other")
    nobody = why(one_row(other, carrier="XX"), row=0, feature="delay")
    assert (nobody.value, nobody.chosen, nobody.rejected) == (None, None, ())
    assert "it has no rows" in str(nobody)


def test_a_key_without_a_value_is_nobody_s(place: Workspace) -> None:
    told = why(one_row(delays((None, 1, 1, 5)), carrier=None), row=0, feature="delay")
    assert (told.value, told.rejected) == (None, ())
    assert "nobody's" in str(told)


def test_only_the_nearest_are_listed_and_all_are_counted(place: Workspace) -> None:
    view = delays(*[("UA", place / 10, place / 10, place) for place in range(200)])
    told = why(one_row(view), row=0, feature="delay", limit=5)
    assert [each.value for each in told.rejected] == [99, 98, 101, 102, 103]
    assert told.counts == {"future": 99, "older": 100}
    assert told.chosen is not None
    assert told.chosen.value == 100


def test_keys_and_a_time_are_asked_like_a_row(place: Workspace) -> None:
    made = one_row(delays(("UA", 1, 1, 1), ("UA", 2, 2, 2), ("AA", 1, 1, 3)))
    for when in (hour(1), hour(1).replace(tzinfo=None), "2013-01-01T01:00:00Z"):
        told = why(made, row={"carrier": "UA", "at": when}, feature="delay")
        assert (told.value, told.row, told.at) == (1, None, hour(1))
    assert why("set", row={"carrier": "AA", "at": AT}, feature="delay").value == 3


def test_rows_are_counted_over_the_splits_as_they_are_stored(place: Workspace) -> None:
    view = delays(*[("UA", place, place, place) for place in range(10)])
    spine = pa.table({"carrier": ["UA"] * 9, "at": [hour(9 - place) for place in range(9)]})
    made = training_set(spine, view, name="set", time="at", split={"early": hour(5), "late": None})
    stored = made.to_arrow()
    for row in range(9):
        told = why(made, row=row, feature="delay")
        assert told.at == stored["at"][row].as_py()
        assert told.value == stored["delay"][row].as_py()


def test_a_query_s_ties_go_to_the_greatest_values_as_the_join_settles_them(
    place: Workspace,
) -> None:
    delays(("UA", 1, 1, 5), ("UA", 1, 1, None), ("UA", 1, 1, 7), ("UA", 1, 1, 6))
    view = feature_view(name="asked", entities=CARRIER, time="time", created="made")(
        lambda: "SELECT carrier, time, made, delay FROM delays"
    )
    told = why(one_row(view), row=0, feature="delay")
    assert told.value == 7
    assert told.chosen is not None
    assert told.chosen.value == 7
    assert reasons(told) == {5: "tie", None: "tie", 6: "tie"}


def test_a_static_view_answers_from_its_last_row(place: Workspace) -> None:
    source = ingest(pa.table({"carrier": ["UA", "UA"], "name": ["a", "b"]}), name="carriers")
    view = feature_view(name="carriers", entities=CARRIER, source=source)
    told = why(training_set(pa.table({"carrier": ["UA"]}), view, name="s"), row=0, feature="name")
    assert (told.value, told.online, told.at, reasons(told)) == ("b", "b", None, {"a": "tie"})


def test_names_that_differ_in_case_are_two_columns(place: Workspace) -> None:
    table = pa.table({"key": ["a"], "Key": ["A"], "time": [hour(1)], "value": [1], "Value": [2]})
    source = ingest(table, name="cases", time="time")
    view = feature_view(name="cases", entities=Entity("key"), source=source, features=["Value"])
    made = training_set(pa.table({"key": ["a"], "at": [AT]}), view, name="set", time="at")
    assert why(made, row=0, feature="Value").chosen.value == 2  # type: ignore[union-attr]


def test_names_and_values_are_escaped_and_json_is_json(place: Workspace) -> None:
    rows = pa.table({"carrier": ["<i>"], "time": [hour(1)], "<s>": ["<script>"]})
    view = feature_view(name="odd", entities=CARRIER, time="time")(lambda: rows)
    made = training_set(pa.table({"carrier": ["<i>"], "at": [AT]}), view, name="set", time="at")
    told = why(made, row=0, feature="<s>")
    page = told._repr_html_()
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page
    known = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert known["value"] == "<script>"
    assert known["chosen"]["event"] == hour(1).isoformat()
    assert known["at"] == AT.isoformat()


def test_numbers_that_json_has_not_are_null(place: Workspace) -> None:
    rows = pa.table({"carrier": ["UA"], "time": [hour(1)], "delay": [float("inf")]})
    view = feature_view(name="odd", entities=CARRIER, time="time")(lambda: rows)
    told = why(one_row(view), row=0, feature="delay")
    assert told.value == float("inf")
    json.dumps(told.to_json(), allow_nan=False)


def test_an_on_demand_feature_sends_to_what_it_reads(place: Workspace) -> None:
    view = delays(("UA", 1, 1, 1))

    @on_demand_view(features="recent:delay", outputs={"twice": int})
    def double(delay: int) -> dict[str, int]:
        return {"twice": 2 * delay}

    made = training_set(
        pa.table({"carrier": ["UA"], "at": [AT]}), [view, double], name="set", time="at"
    )
    assert why(made, row=0, feature="delay").value == 1
    with pytest.raises(InvalidInput, match=r"computed for each row.*recent@1:delay"):
        why(made, row=0, feature="twice")


@pytest.mark.parametrize(
    ("row", "feature", "message"),
    [
        (0, "dely", "no feature 'dely'.*'delay'"),
        (0, "carrier", "no feature 'carrier'"),
        (1, "delay", "has no row 1; its rows are 0 to 0"),
        (-1, "delay", "has no row -1"),
        (True, "delay", "row=True is no row"),
        ({"carier": "UA", "at": AT}, "delay", "has no 'carrier'"),
        ({"carrier": 7, "at": AT}, "delay", "7 cannot be the key 'carrier'.*string"),
        ({"carrier": "UA"}, "delay", "the row has no time"),
        ({"carrier": "UA", "at": "noon"}, "delay", "'noon' is not a time"),
    ],
)
def test_what_cannot_be_answered_is_said(
    place: Workspace, row: object, feature: str, message: str
) -> None:
    made = one_row(delays(("UA", 1, 1, 1)))
    with pytest.raises(InvalidInput, match=message):
        why(made, row=row, feature=feature)  # type: ignore[arg-type]


def test_only_training_sets_have_reasons(place: Workspace) -> None:
    delays(("UA", 1, 1, 1))
    with pytest.raises(InvalidInput, match="delays@1 is no training set"):
        why("delays", row=0, feature="delay")
    with pytest.raises(NotFound):
        why("nothing", row=0, feature="delay")
    made = one_row(feature_view(name="recent", entities=CARRIER, source="delays"))
    place.metadata.update_artifact(made.artifact.id, from_log={"service": "flights"})
    with pytest.raises(InvalidInput, match=r"those that were served, not joined.*wb.skew"):
        why("set", row=0, feature="delay")


def test_a_timeline_is_the_rows_around_an_instant(place: Workspace) -> None:
    view = delays(*[("UA", place, place + (place % 2) * 3, place) for place in range(20)])
    drawn = timeline(view, {"carrier": "UA"}, AT, limit=6, feature="delay")
    assert [(each.value, each.reason) for each in drawn] == [
        (8, "older"),
        (9, "late"),
        (10, None),
        (11, "future"),
        (12, "future"),
        (13, "future"),
    ]
    assert len(drawn) == 6
    assert drawn == sorted(drawn, key=lambda each: each.event or AT)
    assert timeline("recent", {"carrier": "UA"}, AT, limit=1)[0].value == {"delay": 10}
    with pytest.raises(InvalidInput, match="say at which"):
        timeline(view, {"carrier": "UA"}, None)
    with pytest.raises(InvalidInput, match="no feature 'dely'"):
        timeline(view, {"carrier": "UA"}, AT, feature="dely")


def test_the_events_of_a_window_are_told(place: Workspace) -> None:
    view = delays(
        ("UA", 1, 1, 1),
        ("UA", 9.1, 9.1, 2),
        ("UA", 9.5, 9.6, None),
        ("UA", 9.9, 10.5, 4),
        ("UA", 10.1, 10.1, 5),
        aggregations=[Aggregation("sum", "delay", windows=["1h", "30d"])],
    )
    drawn = timeline(view, {"carrier": "UA"}, AT, feature="delay_sum_1h")
    assert [(each.value, each.reason) for each in drawn] == [
        (1, "expired"),
        (2, None),
        (None, "null"),
        (4, "late"),
        (5, "future"),
    ]
    longest = timeline(view, {"carrier": "UA"}, AT)
    assert [each.reason for each in longest] == [None, None, None, "late", "future"]


def test_another_order_of_a_sum_is_no_leak(place: Workspace) -> None:
    rows = pa.table(
        {
            "carrier": ["UA"] * 3,
            "time": [hour(1), hour(2), hour(3)],
            "made": [hour(9), hour(8), hour(7)],
            "delay": [0.1, 0.2, 0.3],
        }
    )
    view = feature_view(
        name="sums",
        entities=CARRIER,
        time="time",
        created="made",
        aggregations=[Aggregation("sum", "delay", windows="1d")],
    )(lambda: rows)
    told = why(one_row(view), row=0, feature="delay_sum_1d")
    assert told.value == pytest.approx(0.6)
    assert not told.leaks
    assert len(told.counted) == 3


def test_pandas_keys_are_keys(place: Workspace) -> None:
    frame = pd.DataFrame({"plane": [1, 2], "time": [hour(1), hour(1)], "seats": [10, 20]})
    view = feature_view(name="planes", entities=Entity("plane"), time="time")(lambda: frame)
    spine = pd.DataFrame({"plane": [2], "at": [AT]})
    made = training_set(spine, view, name="set", time="at")
    assert why(made, row=0, feature="seats").chosen.value == 20  # type: ignore[union-attr]
    key = frame["plane"].iloc[1]
    assert why(made, row={"plane": key, "at": AT}, feature="seats").value == 20
