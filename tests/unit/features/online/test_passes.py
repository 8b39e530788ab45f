"""Which rows a materialization writes next, from what a table says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.features.online.passes import after, next_pass
from workbench.features.online.stores.state import Pass, TableState, pack_state, read_state

DONE = TableState(None, 100, 90, until=100, rows="a")
HALF = replace(DONE, unfinished=Pass(150, "a", 100, None, 7))
SHOWN = TableState(as_of=50, written_at=100, newest=40)


@pytest.mark.parametrize(
    ("state", "rows", "since", "expected"),
    [
        (None, "a", None, Pass(200, "a")),
        (None, "a", 150, Pass(200, "a", 150)),
        (SHOWN, "a", None, Pass(200, "a")),
        (TableState(None, 100, 90), "a", None, Pass(200, "a")),  # of an older library
        (DONE, "a", None, Pass(200, "a", 100)),
        (DONE, "a", 20, Pass(200, "a", 20)),
        (DONE, "b", None, Pass(200, "b", 100, "a")),
        (replace(DONE, until=200), "a", None, None),
        (replace(DONE, until=300), "a", None, None),  # the clock went back
        (HALF, "a", None, HALF.unfinished),
        (HALF, "a", 120, HALF.unfinished),
        (HALF, "b", None, Pass(200, "b", 100, "a")),
    ],
)
def test_what_is_written_next(
    state: TableState | None, rows: str, since: int | None, expected: Pass | None
) -> None:
    assert next_pass(state, rows, 200, since) == expected


def test_a_static_view_is_written_when_its_rows_change() -> None:
    written = after(None, Pass(None, "a"), 100, None)
    assert next_pass(written, "a", None) is None
    assert next_pass(written, "b", None) == Pass(None, "b", None, "a")


@pytest.mark.parametrize(
    ("former", "step", "until", "rows"),
    [
        (None, Pass(200, "a"), 200, "a"),
        (None, Pass(200, "a", 150), 200, "a"),  # a backfill that begins there
        (SHOWN, Pass(200, "a"), 200, "a"),
        (DONE, Pass(200, "a", 100), 200, "a"),
        (DONE, Pass(200, "a", 20), 200, "a"),
        (DONE, Pass(60, "a", 20), 100, "a"),  # nothing new
        (DONE, Pass(200, "a", 150), 100, "a"),  # what lies between is not there
        (DONE, Pass(200, "b", 100, "a"), 200, "b"),
        (DONE, Pass(200, "b", 20), 100, "a"),  # of new data only a part
        (replace(DONE, rows=None, until=None), Pass(200, "a", 20), 200, "a"),
        (
            TableState(None, 1, None, unfinished=Pass(150, "b", done=7)),
            Pass(200, "a", 150),
            None,
            None,
        ),  # the first pass never came to its end
    ],
)
def test_what_a_table_says_after_a_pass(
    former: TableState | None, step: Pass, until: int | None, rows: str | None
) -> None:
    state = after(former, step, 999, 95)
    assert (state.until, state.rows, state.unfinished, state.as_of) == (until, rows, None, None)
    assert (state.written_at, state.newest) == (999, 95)


times = st.none() | st.integers(0, 2**50)
passes = st.builds(Pass, times, st.text(max_size=3), times, st.none() | st.text(max_size=3))


@given(st.builds(TableState, times, st.integers(), times, times, st.none(), st.none() | passes))
def test_a_state_comes_back_as_it_was(state: TableState) -> None:
    assert read_state(pack_state(state)) == state
