"""Which span a row belongs to: the period of its time, or the label that all rows were given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import InvalidInput
from workbench.core.references import check_name

#: Periods, and how a span of one is called; in text their order is that of time.
PERIODS = {
    "hour": "%Y-%m-%dT%H",
    "day": "%Y-%m-%d",
    "week": "%G-W%V",
    "month": "%Y-%m",
    "quarter": "%Y-Q",
    "year": "%Y",
}


def check_span(span: str | None, time: str | None) -> None:
    """Refuse a span that cannot be one.

    Raises
    ------
    InvalidInput
        If it is a period and there is no time, or is no label.
    """
    if span is None:
        return
    if span in PERIODS and time is None:
        raise InvalidInput(
            f"span={span!r} parts rows by time, and no time= says which column that is",
            hint='name it: time="…"; or give these rows a label of their own: span="first"',
        )
    if "/" in check_name(span):
        raise InvalidInput(f"span={span!r} holds a '/'", hint="use letters, digits and '-'")


def span_parts(
    table: pa.Table, span: str | None, time: str | None
) -> Iterator[tuple[str, pa.Table]]:
    """Yield each span's label and rows; rows keep their order within it.

    Parameters
    ----------
    table : pyarrow.Table
    span : str or None
        One of `PERIODS`, or a label for all rows; None keeps them in one without a name.
    time : str or None
        The column of UTC times.
    """
    if span is None or span not in PERIODS:
        yield span or "", table
        return
    starts = pc.floor_temporal(table.column(time), unit=span).cast(pa.int64()).to_numpy()
    found, places = np.unique(starts, return_inverse=True)
    moments = pa.array(found).cast(pa.timestamp("us")).to_pylist()
    for place, moment in enumerate(moments):
        chosen = places == place
        yield label(moment, span), table if chosen.all() else table.filter(pa.array(chosen))


def label(moment: datetime, period: str) -> str:
    """Return what the span that begins at `moment` is called.

    Examples
    --------
    >>> from datetime import datetime
    >>> label(datetime(2013, 2, 1), "month"), label(datetime(2013, 4, 1), "quarter")
    ('2013-02', '2013-Q2')
    """
    # strftime writes the year 13 without its zeros.
    year = f"{moment.isocalendar().year if period == 'week' else moment.year:04}"
    pattern = PERIODS[period].replace("%Y", year).replace("%G", year)
    quarter = str((moment.month + 2) // 3) if period == "quarter" else ""
    return moment.strftime(pattern) + quarter
