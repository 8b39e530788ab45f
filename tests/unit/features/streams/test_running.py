"""What a stream makes of events, how it goes on, and what it refuses."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pyarrow as pa
import pytest

from tests.unit.features.conftest import NOW
from tests.unit.features.streams.conftest import CARD, START, _past, at, card_key, pay
from workbench.core.clock import micros
from workbench.core.errors import Conflict, InvalidInput, NotFound, StorageFull, Unavailable
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.online.materialization import materialize
from workbench.features.online.pushing import push
from workbench.features.online.reading import online
from workbench.features.online.stores.store import open_store
from workbench.features.streams import running
from workbench.features.streams.sources.files import FileSource
from workbench.features.streams.sources.source import Batch
from workbench.features.streams.stream import stream
from workbench.features.windows import packed
from workbench.features.windows.layout import layout_of


def windows(place, view, card="c1", moment=NOW):
    """Return the features that the online store has of a card."""
    (row,) = open_store(place.settings).read([(view.table, card_key(card))])
    if row is None:
        return None
    values = packed.read(row, layout_of(view.aggregations, view.inputs), micros(moment)) or []
    return dict(zip((each.name for each in view.columns), values, strict=True))


def wait_for(what):
    until = time.monotonic() + 10
    while not what():
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.01)


def test_a_plain_view_shows_the_latest_event_of_each_key(latest, events):
    events.write(pay(5, 1), pay(9, 2), pay(7, 3), pay(6, 4, card="c2"))
    status = stream(latest, events.path).run(caught_up=True)
    assert online(latest, [{"card": "c1"}, {"card": "c2"}, {"card": "c3"}]) == [
        {"amount": 2.0},
        {"amount": 4.0},
        {"amount": None},
    ]
    assert (status.counts.read, status.counts.events, status.counts.rows) == (4, 4, 2)
    assert (status.state, status.lag, status.problem) == ("stopped", 0, "")
    assert status.newest == NOW - timedelta(hours=2) + timedelta(seconds=9)
    assert status.watermark == status.newest - timedelta(minutes=1)


def test_a_plain_views_rows_are_those_of_a_push(place, latest, events):
    rows = [pay(5, 1), pay(9, 2.5, card="ü<b>"), pay(7, None, card="")]
    events.write(*rows)
    stream(latest, events.path).run(caught_up=True)
    store = open_store(place.settings)
    keys = [card_key(each["card"]) for each in rows]
    streamed = store.read([(latest.table, key) for key in keys])
    store.drop(latest.table)
    push(latest, rows)
    assert store.read([(latest.table, key) for key in keys]) == streamed
    assert None not in streamed


def test_windows_that_a_precomputed_service_reads_are_not_begun_anew(totals, latest, events):
    service = feature_service("both", [totals, latest])
    events.write(pay(0, 1), pay(60, 2))
    stream(totals, events.path).run(caught_up=True)
    materialize(service, precompute=True)
    with pytest.raises(Conflict, match="the precomputed both@1 follow it"):
        stream(totals, events.path, restart=True).run(caught_up=True)
    events.write(pay(120, 4))
    stream(totals, events.path).run(caught_up=True)
    assert online(service, {"card": "c1"}, at=NOW)[0]["amount_sum_1d"] == 7.0
    materialize(service, precompute=False)
    stream(totals, events.path, restart=True).run(caught_up=True)
    assert online(service, {"card": "c1"}, at=NOW)[0]["amount_sum_1d"] == 7.0


def test_nothing_is_pushed_past_the_stream_into_windows(totals, latest, events):
    events.write(pay(0, 1))
    for view in (totals, latest):
        stream(view, events.path).run(caught_up=True)
    with pytest.raises(Conflict, match="a stream feeds 'totals'"):
        push(totals, [pay(60, 2)])
    assert push(latest, [pay(60, 2)]) == 1  # of whole rows the latest stays
    events.write(pay(120, 4))
    stream(totals, events.path).run(caught_up=True)
    assert online(totals, {"card": "c1"}, at=NOW)[0]["amount_sum_1d"] == 5.0
    materialize(totals)
    assert push(totals, [pay(60, 2)]) == 1


def test_an_aggregated_view_counts_every_event_once(place, totals, events):
    events.write(pay(0, 1), pay(3600, 2), pay(5400, 4), pay(5400, 8, card="c2"))
    stream(totals, events.path, allowed="2h").run(caught_up=True)
    assert windows(place, totals) == {
        "amount_sum_1h": 6.0,
        "amount_sum_1d": 7.0,
        "count_1h": 2,
    }
    assert windows(place, totals, "c2")["amount_sum_1d"] == 8.0
    assert windows(place, totals, moment=NOW + timedelta(days=2))["amount_sum_1d"] is None


def test_late_events_count_and_later_ones_are_kept_aside(place, totals, events):
    late = stream(totals, events.path, lateness="1m", allowed="10m", batch=2)
    events.write(pay(5000, 1), pay(5001, 2), pay(4800, 4), pay(4200, 8), pay(4941, 16))
    counts = late.run(caught_up=True).counts
    assert (counts.events, counts.late, counts.too_late) == (4, 1, 1)
    assert windows(place, totals)["amount_sum_1d"] == 23.0
    (letter,) = late.dead_letters()
    assert letter.reason == "it came 12 minutes 21 seconds after the watermark had passed it"
    assert json.loads(letter.value) == pay(4200, 8)
    assert letter.place.startswith("events.jsonl:")


def test_duplicates_change_nothing_within_a_batch_and_across_runs(place, totals, events):
    first = stream(totals, events.path, batch=3)
    events.write(*[pay(second, 1) for second in (1, 2, 2, 1, 3)])
    assert first.run(caught_up=True).counts.duplicates == 2
    events.write(pay(2, 1), pay(4, 1))
    counts = stream(totals, events.path).run(caught_up=True).counts
    assert (counts.read, counts.events, counts.duplicates) == (7, 4, 3)
    assert windows(place, totals)["amount_sum_1d"] == 4.0


def test_poisonous_events_are_kept_with_the_reason_and_the_stream_goes_on(totals, events, place):
    ahead = (NOW + timedelta(minutes=6)).isoformat()
    events.write(
        pay(1, 1), "not json", pay(2, "x"), {"at": at(3)}, pay(4, 2), pay(5) | {"at": ahead}
    )
    one = stream(totals, events.path)
    counts = one.run(caught_up=True).counts
    assert (counts.events, counts.poisonous, counts.read) == (2, 4, 6)
    assert [each.reason.partition(":")[0] for each in one.dead_letters()] == [
        "it lies 6 minutes in the future",
        "it has no key 'card'",
        "'x' in 'amount' is no float64",
        "no JSON",
    ]
    assert len(one.dead_letters(limit=2)) == 2
    assert windows(place, totals)["amount_sum_1d"] == 3.0


def test_an_event_that_tiles_cannot_take_in_is_poisonous_alone(place, events):
    whole = ingest(_past(points=[1]), name="whole", time="at")
    view = feature_view(
        name="points",
        entities=CARD,
        source=whole,
        aggregations=[Aggregation("sum", "points", windows=["1d"])],
    )
    big = 2**62
    events.write(*[pay(second, points=big) for second in (1, 2, 3)], pay(4, points=-5))
    one = stream(view, events.path)
    counts = one.run(caught_up=True).counts
    assert (counts.events, counts.poisonous) == (2, 2)
    assert windows(place, view) == {"points_sum_1d": big - 5}
    assert "passes 64 bits" in one.dead_letters()[0].reason
    events.write(pay(5, points=7))
    assert stream(view, events.path).run(caught_up=True).counts.events == 3
    assert windows(place, view) == {"points_sum_1d": big + 2}


def test_it_goes_on_where_it_was(place, totals, events):
    events.write_all(pay(second, 1) for second in range(100))
    one = stream(totals, events.path, batch=7)
    assert one.run(max_events=30).counts.read == 30
    assert windows(place, totals)["amount_sum_1d"] == 30.0
    assert stream(totals, events.path).status().counts.read == 30
    assert one.run(max_events=10).counts.read == 40
    other = stream(totals, events.path)
    reached = other.run(until=at(35)).watermark
    assert reached is not None
    assert reached >= NOW - timedelta(hours=2, seconds=-35)
    assert other.run(caught_up=True).counts.events == 100
    assert windows(place, totals)["amount_sum_1d"] == 100.0


def test_what_did_not_reach_the_store_is_written_when_it_goes_on(
    place, totals, events, monkeypatch
):
    class Dies(Exception):
        pass

    events.write_all(pay(second, 1) for second in range(20))
    one = stream(totals, events.path, batch=5)
    one.run(max_events=10)

    def die(_, rows, __):
        if rows:
            raise Dies

    with monkeypatch.context() as patch:
        patch.setattr(one._processor, "write", die)
        with pytest.raises(Dies):
            one.run()
    assert windows(place, totals)["amount_sum_1d"] == 10.0
    stream(totals, events.path).run(max_events=0)
    assert windows(place, totals)["amount_sum_1d"] == 15.0
    stream(totals, events.path).run(caught_up=True)
    assert windows(place, totals)["amount_sum_1d"] == 20.0


@pytest.mark.parametrize("name", ["totals", "latest"])
def test_a_store_that_does_not_answer_is_waited_for(request, name, place, events, monkeypatch):
    view = request.getfixturevalue(name)
    events.write_all(pay(second, 1) for second in range(10))
    one = stream(view, events.path, batch=5)
    method = "update" if view.aggregations else "put"
    works, failures = getattr(one._store, method), [2]

    def fails(*args, **kwargs):
        if failures[0]:
            failures[0] -= 1
            raise Unavailable("gone")
        return works(*args, **kwargs)

    monkeypatch.setattr(one._store, method, fails)
    counts = one.run(caught_up=True).counts
    assert (counts.read, counts.events) == (10, 10)
    if view.aggregations:
        assert windows(place, view)["amount_sum_1d"] == 10.0
    else:
        assert online(view, {"card": "c1"}) == [{"amount": 1.0}]
    failures[0] = 10**9
    events.write(pay(11))
    again = stream(view, events.path, patience="1s")
    monkeypatch.setattr(again._store, method, fails)
    with pytest.raises(Unavailable, match="gone"):
        again.run()
    assert again.status().state == "failed"


def test_a_full_disk_is_waited_for_and_nothing_counts_twice(place, totals, events, monkeypatch):
    events.write_all(pay(second, 1) for second in range(10))
    one = stream(totals, events.path, batch=5)
    commit, failures = one._checkpoint.commit, [3]

    def full(step):
        if step.rows and failures[0]:
            failures[0] -= 1
            raise StorageFull("no room")
        commit(step)

    monkeypatch.setattr(one._checkpoint, "commit", full)
    assert one.run(caught_up=True).counts.events == 10
    assert windows(place, totals)["amount_sum_1d"] == 10.0


def test_a_store_that_lost_its_rows_gets_them_again(place, totals, latest, events):
    events.write(pay(1, 2), pay(2, 3, card="c2"))
    stream(totals, events.path).run(caught_up=True)
    stream(latest, events.path).run(caught_up=True)
    store = open_store(place.settings)
    store.drop(totals.table)
    store.drop(latest.table)
    stream(totals, events.path).run(caught_up=True)
    assert windows(place, totals)["amount_sum_1d"] == 2.0
    assert windows(place, totals, "c2")["amount_sum_1d"] == 3.0
    with pytest.raises(Conflict, match="no longer has the rows of 'latest'"):
        stream(latest, events.path).run(caught_up=True)
    stream(latest, events.path, restart=True).run(caught_up=True)
    assert online(latest, {"card": "c2"}) == [{"amount": 3.0}]


def test_windows_that_are_there_already_are_not_counted_twice_without_a_word(place, totals, events):
    events.write(pay(1, 1), pay(7000, 2))
    stream(totals, events.path).run(caught_up=True)
    one = stream(totals, events.path)
    one._checkpoint.remove()  # as if the folder was lost
    with pytest.raises(InvalidInput, match="has windows of 'totals' already"):
        one.run(caught_up=True)
    with pytest.raises(InvalidInput, match=r"since=2013-12-31 10:01:40.* twice"):
        stream(totals, events.path, since=at(100)).run(caught_up=True)
    events.write(pay(7001, 4))
    counts = stream(totals, events.path, since=at(7000)).run(caught_up=True).counts
    assert (counts.duplicates, counts.events) == (2, 1)
    assert windows(place, totals)["amount_sum_1d"] == 7.0
    stream(totals, events.path, restart=True, allowed="1d").run(caught_up=True)
    assert windows(place, totals)["amount_sum_1d"] == 7.0


def test_rows_of_another_writer_are_put_together_by_the_fuller_tile(place, totals, events):
    one = stream(totals, events.path)
    events.write(pay(0, 1), pay(3600, 2))
    one.run(caught_up=True)
    layout = layout_of(totals.aggregations, totals.inputs)
    theirs = packed.Tiles(layout)
    long_ago = micros(NOW - timedelta(hours=20))
    packed.add_events(theirs, [(long_ago, long_ago, [100.0])], micros(NOW))
    open_store(place.settings).update(
        totals.table, [card_key("c1")], lambda _: [packed.pack(theirs)]
    )
    events.write(pay(3601, 4))
    one.run(caught_up=True)
    assert windows(place, totals)["amount_sum_1d"] == 107.0
    events.write(pay(3602, 8))
    one.run(caught_up=True)
    assert windows(place, totals)["amount_sum_1d"] == 115.0


def test_another_source_or_a_second_process_is_refused(totals, events, tmp_path):
    one = stream(totals, events.path)
    events.write(pay(1))
    one.run(caught_up=True)
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(pay(2)) + "\n")
    with pytest.raises(InvalidInput, match=r"read file://.*events\.jsonl so far, not"):
        stream(totals, other).run(caught_up=True)
    live = stream(totals, events.path).start()
    wait_for(lambda: live.status().lag is not None)
    with pytest.raises(Conflict, match="the stream into 'totals' is held by process"):
        stream(totals, events.path).run(caught_up=True)
    with pytest.raises(Conflict, match="runs already"):
        live.run()
    with pytest.raises(Conflict, match="runs already"):
        live.start()
    assert live.stop().state == "stopped"
    stream(totals, events.path).run(caught_up=True)


def test_a_table_that_stands_still_is_refused(latest, events):
    events.write(pay(1))
    stream(latest, events.path).run(caught_up=True)
    materialize(latest, at="2013-06-01")
    for restart in (False, True):
        with pytest.raises(InvalidInput, match="stands still at 2013-06-01"):
            stream(latest, events.path, restart=restart).run(caught_up=True)


def test_a_table_that_is_dropped_while_it_runs_is_written_again(place, totals, events, monkeypatch):
    monkeypatch.setattr(running, "_LOOK_EVERY", 0.0)
    events.write(pay(1, 2), pay(2, 3, card="c2"))
    one = stream(totals, events.path).start()
    store = open_store(place.settings)
    wait_for(lambda: windows(place, totals, "c2"))
    store.drop(totals.table)
    wait_for(lambda: windows(place, totals, "c2"))
    assert one.stop().counts.events == 2
    assert windows(place, totals)["amount_sum_1d"] == 2.0


def test_gaps_are_an_error_or_passed_over(latest, events):
    events.write(pay(1), pay(2))
    one = stream(latest, events.path)
    one.run(max_events=1)
    events.path.unlink()
    events.write(pay(3, 3))
    with pytest.raises(Conflict, match="gone"):
        one.run(caught_up=True)
    assert stream(latest, events.path, gaps="skip").run(caught_up=True).counts.read == 2
    assert online(latest, {"card": "c1"}) == [{"amount": 3.0}]


def test_it_may_begin_at_the_end(latest, events):
    events.write(pay(1, 1))
    one = stream(latest, events.path, start="end")
    assert one.run(caught_up=True).counts.read == 0
    events.write(pay(0, 2))
    assert one.run(caught_up=True).counts.read == 1
    assert online(latest, {"card": "c1"}) == [{"amount": 2.0}]


def test_it_runs_in_a_thread_and_says_how_it_does(totals, events, place):
    one = stream(totals, events.path).start()
    events.write(pay(1, 1), pay(2, 2))
    wait_for(lambda: one.status().events_per_second > 0)
    status = one.status()
    assert (status.state, status.counts.events) == ("running", 2)
    assert one.stop().state == "stopped"
    assert windows(place, totals)["amount_sum_1d"] == 3.0
    known = json.loads(json.dumps(one.status().to_json()))
    assert known["counts"]["events"] == 2
    assert known["watermark"] == (NOW - timedelta(hours=2, seconds=58)).isoformat()
    assert "totals@1" in one.status()._repr_html_()


def test_a_thread_may_be_stopped_at_once_and_started_again(latest, events):
    one = stream(latest, events.path)
    for number in range(5):
        events.write(pay(number, number))
        one.start()
        assert one.stop().state == "stopped"
    assert one.run(caught_up=True).counts.read == 5


def test_what_a_thread_fails_of_is_told(totals, tmp_path):
    with pytest.raises(NotFound, match="no file"):
        stream(totals, tmp_path / "none.jsonl").run()
    one = stream(totals, tmp_path / "none.jsonl").start()
    with pytest.raises(NotFound, match="no file"):
        one.stop()
    assert one.status().state == "failed"
    assert "no file" in one.status().problem


def test_any_source_of_the_protocol_will_do(latest, events):
    class Slow(FileSource):
        waited = 0

        def read(self, offset, limit, wait) -> Batch:
            Slow.waited += 1
            return super().read(offset, min(limit, 1), wait)

    events.write(pay(1, 1), pay(2, 2), pay(3, 3))
    assert stream(latest, Slow(events.path)).run(caught_up=True).counts.read == 3
    assert Slow.waited == 4


def test_what_cannot_be_streamed_is_refused(latest, totals, events):
    for wrong in ({"batch": 0}, {"lateness": "soon"}, {"allowed": timedelta(seconds=-1)}):
        with pytest.raises(InvalidInput):
            stream(latest, events.path, **wrong)
    with pytest.raises(NotFound):
        stream("nothing", events.path)
    feature_service("both", ["latest", "totals"])
    with pytest.raises(InvalidInput, match="several views"):
        stream("both", events.path)
    assert stream("latest@1", events.path).view == latest
    with pytest.raises(InvalidInput, match="no source"):
        stream(latest, "ftp://host/file")


def test_keys_are_compared_as_typed_tuples(place, events):
    past = pa.table({"a": ["x"], "n": [1], "at": [START], "amount": [1.0]})
    view = feature_view(
        name="pairs",
        entities=Entity("pair", keys=["a", "n"]),
        source=ingest(past, name="pairs", time="at"),
        aggregations=[Aggregation("count", windows=["1d"])],
    )
    for a, n in (("1", 23), ("12", 3), ("12", 3.0), ("12", "3"), ("12", 3.5), ("12", True)):
        events.write({"a": a, "n": n, "at": at(len(a)), "amount": n})
    one = stream(view, events.path, event_id=None)
    counts = one.run(caught_up=True).counts
    assert (counts.events, counts.duplicates, counts.poisonous) == (2, 1, 3)
    asked = [{"a": "1", "n": 23}, {"a": "12", "n": 3}, {"a": "x", "n": 1}]
    assert online(view, asked) == [{"count_1d": 1}, {"count_1d": 1}, {"count_1d": 0}]


def test_a_static_views_row_may_go_back_to_what_it_was(place, events):
    limits = ingest(pa.table({"card": ["old"], "limit": [1]}), name="limits")
    view = feature_view(entities=CARD, source=limits)
    for limit in (5, 7, 5):
        place.clock.advance(timedelta(seconds=1))
        events.write({"card": "c1", "limit": limit})
        assert stream(view, events.path).run(caught_up=True).counts.duplicates == 0
        assert online(view, {"card": "c1"}) == [{"limit": limit}]


def test_a_stream_goes_on_from_what_was_materialized_and_back(place, events):
    past = pa.table(
        {
            "card": ["c1", "c2"],
            "at": [NOW - timedelta(hours=2), NOW - timedelta(hours=3)],
            "created": [NOW - timedelta(hours=2), NOW - timedelta(hours=3)],
            "amount": [1.0, 16.0],
        }
    )
    source = ingest(past, name="paid", time="at", created="created", span="first")
    view = feature_view(
        name="totals",
        entities=CARD,
        source=source,
        aggregations=[Aggregation("sum", "amount", windows=["1h", "1d"])],
    )
    materialize(view)
    events.write(pay(0, 1, created=at(0)), pay(7000, 2, created=at(7000)), pay(6999, 4, card="c2"))
    with pytest.raises(InvalidInput, match='since="2013-12-31T12:00:00'):
        stream(view, events.path).run(caught_up=True)
    counts = stream(view, events.path, since=at(60), dataset="paid").run(caught_up=True).counts
    assert (counts.duplicates, counts.events) == (1, 2)
    asked = [{"card": "c1"}, {"card": "c2"}]
    expected = [
        {"amount_sum_1h": 2.0, "amount_sum_1d": 3.0},
        {"amount_sum_1h": 4.0, "amount_sum_1d": 20.0},
    ]
    assert online(view, asked) == expected
    # The same events are in the dataset now, so the view may be materialized at any time.
    newer = view.refresh()
    assert newer.table == view.table
    materialize(newer)
    assert online(newer, asked) == expected
    events.write(pay(7100, 8, created=at(7100)))
    stream(newer, events.path, since=at(60)).run(caught_up=True)
    assert online(newer, asked)[0] == {"amount_sum_1h": 10.0, "amount_sum_1d": 11.0}
