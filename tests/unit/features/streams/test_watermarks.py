"""What is late, and what holds the watermark back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.features.streams.watermarks import Timing, Watermark


def made(lateness: int = 10, allowed: int = 20, ahead: int = 5) -> Watermark:
    return Watermark(lateness, allowed, ahead)


def test_nothing_is_late_before_the_first_event():
    watermark = made()
    assert watermark.judge(-(10**15), -(10**15), now=0) is Timing.ON_TIME
    assert watermark.horizon is None


def test_the_bounds_are_inclusive():
    watermark = made()
    watermark.advance({"": 100})
    assert watermark.at == 90
    timings = [watermark.judge(event, event, now=100).value for event in (90, 89, 70, 69, 105, 106)]
    assert timings == ["on time", "late", "late", "too late", "on time", "ahead"]
    assert watermark.judge(90, 106, now=100) is Timing.AHEAD  # known only in the future
    assert watermark.horizon == 70


def test_a_partition_that_has_events_waiting_holds_the_watermark_back():
    watermark, reached = made(lateness=0), []
    for newest, waiting in (
        ({"0": 100}, {"0", "1"}),  # of the other one nothing is known
        ({"1": 40}, {"0", "1"}),
        ({}, {"0"}),  # the other one is read to its end
        ({"1": 60}, {"1"}),
    ):
        watermark.advance(newest, waiting)
        reached.append(watermark.at)
    assert reached == [None, 40, 100, 100]


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abc"), st.integers(-100, 100)),
            st.sets(st.sampled_from("abc")),
        )
    )
)
def test_the_watermark_never_goes_back_nor_beyond_the_newest_event(steps):
    watermark, newest, before = made(), [], None
    for given_newest, waiting in steps:
        watermark.advance(given_newest, waiting)
        newest += given_newest.values()
        if watermark.at is not None:
            assert watermark.at <= max(newest) - watermark.lateness
            assert before is None or watermark.at >= before
        before = watermark.at
