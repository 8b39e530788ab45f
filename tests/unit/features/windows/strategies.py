"""Aggregations, and events that try them: late, at tiles' ends, before 1970, equal, null."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from workbench.data.columns import Column
from workbench.features.definitions.aggregations import Aggregation, Function

SECOND = 1_000_000
WINDOWS = ("1s", "1m", "7m", "1h", "2d", "365d")
INPUTS = (
    Column("n", "int64"),
    Column("x", "float64"),
    Column("t", "string"),
    Column("b", "bool"),
    Column("d", "timestamp"),
)
NUMBERS: tuple[Function, ...] = ("sum", "mean", "std")
TOP: Function = "top_k"
ANY: tuple[Function, ...] = ("count", "min", "max", "last", "distinct")
AGGREGATIONS = (
    Aggregation("count", windows=WINDOWS),
    *(Aggregation(each, column, windows=WINDOWS) for each in NUMBERS for column in ("n", "x")),
    *(
        Aggregation(each, column, windows=("1m", "365d"))
        for each in ANY
        for column in ("n", "x", "t", "b", "d")
    ),
    *(Aggregation("top_k", column, windows=("1m", "2d"), k=2) for column in ("n", "t", "d")),
    Aggregation("top_k", "x", windows="1h"),
    Aggregation("decayed", "n", half_life="1m"),
    Aggregation("decayed", "x", half_life="1h"),
    Aggregation("decayed", "x", half_life="1d"),
)

# Few seconds, some hours and a year apart, around 1970 and on the ends of tiles.
TIMES = st.one_of(
    st.integers(-90, 90).map(lambda each: each * SECOND),
    st.integers(-50, 50).map(lambda each: each * 60 * SECOND + each % 3 - 1),
    st.integers(-400, 400).map(lambda each: each * 86_400 * SECOND),
    st.integers(-400 * 86_400 * SECOND, 400 * 86_400 * SECOND),
)
LATE = st.one_of(
    st.just(0),
    st.integers(-5 * SECOND, 60 * SECOND),
    st.integers(0, 3 * 86_400 * SECOND),
    st.integers(0, 300 * 86_400 * SECOND),
)
VALUES = st.tuples(
    st.one_of(st.none(), st.integers(-3, 3), st.integers(-(2**40), 2**40)),
    st.one_of(
        st.none(),
        st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf"), 1e6]),
        st.floats(-1e3, 1e3, allow_nan=False),
    ),
    st.one_of(st.none(), st.sampled_from(["", "a", "ä", "🛫", "<b>"])),
    st.one_of(st.none(), st.booleans()),
    st.one_of(
        st.none(),
        st.integers(-(2**31), 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    ),
)
EVENTS = st.lists(
    st.builds(lambda event, late, values: (event, event + late, values), TIMES, LATE, VALUES),
    max_size=12,
)
