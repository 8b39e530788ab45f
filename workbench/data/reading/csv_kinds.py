"""What a CSV column holds, found out over the whole file: kinds that only widen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from workbench.data.reading.bad_rows import MOSTLY
from workbench.data.reading.values import cast_values
from workbench.data.times import UTC_TIME

#: Each kind, the type it is read as, and the kinds that hold all its values, narrow ones first.
_KINDS: dict[str, tuple[pa.DataType, tuple[str, ...]]] = {
    "null": (pa.string(), ()),
    "natural": (pa.int64(), ("int", "uint", "whole", "float", "text")),
    "int": (pa.int64(), ("whole", "float", "text")),
    "uint": (pa.uint64(), ("whole", "float", "text")),
    "whole": (pa.string(), ("float", "text")),  # beyond 64 bits: as text no digit is lost
    "float": (pa.float64(), ("text",)),
    "bool": (pa.bool_(), ("text",)),
    "date": (pa.date32(), ("time", "fine", "text")),
    "time": (pa.timestamp("us"), ("fine", "text")),
    "fine": (pa.timestamp("ns"), ("text",)),
    "zoned": (UTC_TIME, ("zoned fine", "text")),
    "zoned fine": (pa.timestamp("ns", "UTC"), ("text",)),
    "clock": (pa.time32("s"), ("text",)),
    "text": (pa.string(), ()),
}
_NUMBERS = ("natural", "int", "uint", "whole", "float")
_TIMES = ("date", "time", "fine", "zoned", "zoned fine")

_NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
_WHOLE = r"^\s*[-+]?\d+\s*$"
_TIME = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}(:?\d{2})?)?)?$"
_ZONED = r":.*(Z|[-+]\d{2}(:?\d{2})?)$"
_EXACT = float(2**63)


def read_type(kind: str) -> pa.DataType:
    """Return the type as which a kind is read."""
    return _KINDS[kind][0]


def wider(one: str, other: str) -> str:
    """Return the narrowest kind that holds the values of both.

    Examples
    --------
    >>> wider("int", "float"), wider("date", "time"), wider("int", "bool")
    ('float', 'time', 'text')
    """
    if other in (one, "null"):
        return one
    if one == "null":
        return other
    ups = {one, *_KINDS[one][1]} & {other, *_KINDS[other][1]}
    return next(kind for kind in _KINDS if kind in ups)


@dataclass(frozen=True)
class Seen:
    """What was seen of a column; pieces add up in any order.

    Attributes
    ----------
    kind : str
        Holds all values.
    numbers, times : str
        Hold those that are numbers, and those that are times.
    present, numeric, timely : int
        How many values there are, how many are numbers, and how many are times.
    """

    kind: str = "null"
    numbers: str = "null"
    times: str = "null"
    present: int = 0
    numeric: int = 0
    timely: int = 0

    def __add__(self, other: Seen) -> Seen:
        return Seen(
            wider(self.kind, other.kind),
            wider(self.numbers, other.numbers),
            wider(self.times, other.times),
            self.present + other.present,
            self.numeric + other.numeric,
            self.timely + other.timely,
        )

    def settled(self) -> tuple[str, int, str]:
        """Return the column's kind, how many values do not fit it, and what nearly all are."""
        if self.kind != "text":
            return self.kind, 0, ""
        for fitting, kind, word in (
            (self.numeric, self.numbers, "numbers"),
            (self.timely, self.times, "times"),
        ):
            strays = self.present - fitting
            if kind not in ("null", "text", "whole") and strays <= (1 - MOSTLY) * self.present:
                return kind, strays, word
        return "text", 0, ""


def look(column: pa.ChunkedArray, as_text: Callable[[], pa.ChunkedArray]) -> Seen:
    """Return what a piece of a column holds.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        As Arrow's CSV reader understands it by itself.
    as_text : callable
        Reads the same piece as text.
    """
    present = len(column) - column.null_count
    kind = _kind(column, as_text)
    if kind in _NUMBERS:
        return Seen(kind, numbers=kind, present=present, numeric=present)
    if kind in _TIMES:
        return Seen(kind, times=kind, present=present, timely=present)
    if kind == "text":
        return _look_at_text(column, present)
    return Seen(kind, present=present)


def _kind(column: pa.ChunkedArray, as_text: Callable[[], pa.ChunkedArray]) -> str:
    kind = column.type
    if column.null_count == len(column):
        return "null"
    if types.is_int64(kind):
        return "natural" if pc.min(column).as_py() >= 0 else "int"
    if types.is_float64(kind):
        low, high = pc.min_max(column).as_py().values()
        return _of_large(as_text()) if max(-low, high) >= _EXACT else "float"
    if types.is_timestamp(kind):
        return (
            ("zoned" if kind.tz else "time")
            if kind.unit == "s"
            else ("zoned fine" if kind.tz else "fine")
        )
    simple = ((types.is_boolean, "bool"), (types.is_date, "date"), (types.is_time, "clock"))
    return next((word for test, word in simple if test(kind)), "text")


def _of_large(text: pa.ChunkedArray) -> str:
    """Tell whole numbers of over 63 bits, which a double would round, from true doubles."""
    values = text.drop_null()
    if not pc.all(pc.match_substring_regex(values, _WHOLE)).as_py():
        return "float"
    try:
        pc.utf8_trim_whitespace(values).cast(pa.uint64())
    except pa.ArrowInvalid:
        return "whole"
    return "uint"


def _look_at_text(column: pa.ChunkedArray, present: int) -> Seen:
    values = column.combine_chunks()
    if types.is_binary(values.type):  # not all is UTF-8; what is not, the reading will say
        values, _ = cast_values(values, lambda each: each.cast(pa.string()))
    words = pc.value_counts(values.drop_null()).flatten()
    texts, counts = words
    number = pc.match_substring_regex(texts, _NUMBER)
    time = pc.match_substring_regex(texts, _TIME)
    return Seen(
        "text",
        _of_numbers(texts.filter(number)),
        _of_times(texts.filter(time)),
        present,
        pc.sum(counts.filter(number)).as_py() or 0,
        pc.sum(counts.filter(time)).as_py() or 0,
    )


def _of_numbers(texts: pa.Array) -> str:
    if not len(texts):
        return "null"
    for kind in ("int", "uint"):
        try:
            pc.utf8_trim_whitespace(texts).cast(read_type(kind))
        except pa.ArrowInvalid:
            continue
        return kind
    return "whole" if pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py() else "float"


def _of_times(texts: pa.Array) -> str:
    if not len(texts):
        return "null"
    zoned = pc.match_substring_regex(texts, _ZONED)
    if pc.all(zoned).as_py():
        return "zoned"
    return "text" if pc.any(zoned).as_py() else "time"
