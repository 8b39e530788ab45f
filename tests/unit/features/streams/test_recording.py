"""The events that count become a dataset, each once, also when the process died in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.features.conftest import NOW
from tests.unit.features.streams.conftest import CARD, START, _past, at, pay
from workbench.core.errors import InvalidInput
from workbench.data.datasets import dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.registration import feature_view
from workbench.features.offline.training_sets import training_set
from workbench.features.streams import recording
from workbench.features.streams.stream import stream


def rows(name="streamed"):
    return sorted(dataset(name).to_arrow().to_pylist(), key=lambda row: row["at"])


def test_what_counts_is_recorded_with_when_it_became_known(latest, events):
    events.write(pay(2, 2), pay(1, None), pay(2, 2), "poison", pay(3, 3, card="ü"))
    stream(latest, events.path, dataset="streamed").run(caught_up=True)
    made = dataset("streamed")
    assert (made.time, made.created) == ("at", "created")
    assert [each.type for each in made.columns if each.name in ("card", "amount")] == [
        "string",
        "float64",
    ]
    assert [(row["card"], row["amount"]) for row in rows()] == [
        ("c1", None),
        ("c1", 2.0),
        ("ü", 3.0),
    ]
    assert rows()[0]["at"] == START + timedelta(seconds=1)


def test_a_training_set_over_it_sees_what_the_stream_saw(place, latest, events):
    events.write(*[pay(second, second) for second in (10, 20, 30)])
    stream(latest, events.path, dataset="streamed").run(caught_up=True)
    view = feature_view(name="again", entities=CARD, source="streamed")
    spine = [{"card": "c1", "when": at(second), "label": second} for second in (15, 30, 9)]
    import pandas as pd

    made = training_set(
        ingest(pd.DataFrame(spine), name="spine", time="when"), [view], name="t", label="label"
    )
    found = {row["label"]: row["amount"] for row in made.to_arrow().to_pylist()}
    assert found == {15: 10.0, 30: 30.0, 9: None}


def test_a_run_adds_a_span_and_one_that_was_killed_replaces_its_own(latest, events, monkeypatch):
    one = stream(latest, events.path, dataset="streamed")
    events.write(pay(1, 1), pay(2, 2))
    one.run(caught_up=True)
    events.write(pay(3, 3))
    # It dies after the dataset was written and before the checkpoint knows that.
    with monkeypatch.context() as patch:
        patch.setattr(one._checkpoint, "drop_kept", lambda last: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            one.run(caught_up=True)
    assert [row["amount"] for row in rows()] == [1.0, 2.0, 3.0]
    events.write(pay(4, 4))
    stream(latest, events.path, dataset="streamed").run(caught_up=True)
    assert [row["amount"] for row in rows()] == [1.0, 2.0, 3.0, 4.0]
    spans = list(dataset("streamed").spans)
    assert [each.rpartition("-")[2] for each in spans] == ["000000000001", "000000000003"]


def test_two_streams_record_into_one_dataset_and_none_records_twice(latest, totals, events):
    events.write(pay(1, 1), pay(2, 2))
    stream(latest, events.path, dataset="streamed").run(caught_up=True)
    stream(totals, events.path, dataset="streamed").run(caught_up=True)
    assert [row["amount"] for row in rows()] == [1.0, 1.0, 2.0, 2.0]
    with pytest.raises(InvalidInput, match="would be there twice"):
        stream(latest, events.path, dataset="streamed", restart=True).run(caught_up=True)
    stream(latest, events.path, dataset="anew", restart=True).run(caught_up=True)
    assert len(rows("anew")) == 2


def test_many_events_are_many_spans_while_it_runs(latest, events, monkeypatch):
    monkeypatch.setattr(recording, "MOST_EVENTS", 4)
    events.write(*[pay(second, second) for second in range(10)])
    stream(latest, events.path, dataset="streamed", batch=3).run(caught_up=True)
    assert len(rows()) == 10
    assert len(dataset("streamed").spans) == 3


def test_it_may_add_to_a_dataset_of_spans_and_to_no_other(place, latest, events):
    ingest(_past(created=[NOW]), name="spanned", time="at", created="created", span="old")
    events.write(pay(1, 1))
    stream(latest, events.path, dataset="spanned").run(caught_up=True)
    assert [row["card"] for row in rows("spanned")] == ["old", "c1"]
    with pytest.raises(InvalidInput, match="has no spans"):
        stream(latest, events.path, dataset="paid")


def test_a_static_view_has_no_events_to_record(place, events):
    import pyarrow as pa

    source = ingest(pa.table({"card": ["old"], "limit": [1]}), name="limits")
    view = feature_view(entities=CARD, source=source)
    with pytest.raises(InvalidInput, match="is static"):
        stream(view, events.path, dataset="streamed")
