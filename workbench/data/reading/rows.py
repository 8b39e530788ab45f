"""A source's rows, as tables that are read one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from workbench.data.reading.bad_rows import BadRows


@dataclass(frozen=True)
class Rows:
    """What a source holds, of whatever size.

    Attributes
    ----------
    schema : pyarrow.Schema
        Types that datasets keep; every table has it.
    tables : callable
        Yields the rows, in order, as tables of about a million rows at most. Calling it again reads
        the source again; `bad` starts anew with each reading.
    source : dict
        Where they come from, as JSON: its type, and its paths, query or address if it has any.
        Passwords are left out.
    rows : int or None
        How many there are, those that are set aside counted in, where that is known before they
        are read.
    assumed_utc : set of str
        Columns whose times had no zone and were taken as UTC; complete once all was read.
    bad : BadRows
        The rows set aside; complete once all was read.
    """

    schema: pa.Schema
    tables: Callable[[], Iterator[pa.Table]]
    source: dict[str, Any]
    rows: int | None = None
    assumed_utc: set[str] = field(default_factory=set)
    bad: BadRows = field(default_factory=BadRows)
