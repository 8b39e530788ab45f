"""What was read out of a cell, and the definition of a view that says the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset
from workbench.data.engine import quoted
from workbench.features.definitions.aggregations import Aggregation, short
from workbench.features.discovery.writing import Definition, merged, named


class Undecided(InvalidInput):
    """Raised where a cell leaves open what a person can say.

    Attributes
    ----------
    frame : str or None
        The variable of which it is not known what it holds.
    keys : tuple of tuple of str
        The keys to choose from.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        frame: str | None = None,
        keys: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.frame = frame
        self.keys = keys


#: Windows of an aggregation over all rows, which knows no time.
DEFAULT = (timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True)
class Reading:
    """What a cell does, as far as a view can.

    Attributes
    ----------
    dataset : Dataset
        Whose rows it reads.
    keys : tuple of str
    aggregations : tuple of Aggregation
        Empty where the columns in `taken` are the features.
    taken : tuple of str
    time : str or None
        Where the cell names it; else it is the dataset's.
    columns : mapping of str to str
        Columns that the cell computes, as SQL.
    where : tuple of str
        Which rows it takes, as SQL; all of these hold.
    joins : tuple of str
        What it joins to the dataset, as SQL.
    notes : tuple of str
        How a view differs from the cell.
    """

    dataset: Dataset
    keys: tuple[str, ...]
    aggregations: tuple[Aggregation, ...] = ()
    taken: tuple[str, ...] = ()
    time: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def definition_of(reading: Reading, name: str | None, ttl: timedelta | None) -> Definition:
    """Return the view that a cell stands for.

    Raises
    ------
    InvalidInput
        If it has no key, or aggregates rows that have no time.
    """
    origin = reading.dataset
    if not reading.keys:
        raise Undecided(
            "the cell groups by nothing, so it does not say whose the features are",
            hint='say it: keys=["carrier"]',
            keys=tuple((each.name,) for each in origin.columns if each.family in ("INT", "STRING")),
        )
    time = reading.time or origin.time
    if time is None and reading.aggregations:
        raise InvalidInput(
            f"the cell aggregates rows of {origin.ref}, which have no time",
            hint="ingest it with time=, so that windows can end at the moment of asking",
        )
    name = name or named(origin.name, "by", *reading.keys)
    aggregations = merged(reading.aggregations)
    used = [each.column for each in aggregations if each.column] or list(reading.taken)
    own = time == origin.time
    if own and not (set(used) & set(reading.columns)) and not reading.where + reading.joins:
        return Definition(
            name,
            reading.keys,
            dataset=origin.name,
            features=() if aggregations else reading.taken,
            aggregations=aggregations,
            ttl=ttl,
        )
    created = origin.created
    wanted = [*reading.keys, *(each for each in (time, created) if each), *used]
    listed = [
        f"{reading.columns[each]} AS {quoted(each)}"
        if each in reading.columns
        else (f"{quoted(origin.name)}.{quoted(each)}" if reading.joins else quoted(each))
        for each in dict.fromkeys(wanted)
    ]
    lines = [f"SELECT {', '.join(listed)}", f"FROM {quoted(origin.name)}", *reading.joins]
    if reading.where:
        lines.append(f"WHERE {' AND '.join(reading.where)}")
    return Definition(
        name,
        reading.keys,
        sql="\n".join(lines),
        features=() if aggregations else reading.taken,
        aggregations=aggregations,
        time=time,
        created=created,
        static=time is None,
        ttl=ttl,
    )


def window_of(text: str) -> timedelta | None:
    """Return how long a stretch of time is, as pandas or SQL write it; None if it is none.

    Examples
    --------
    >>> [short(window_of(each)) for each in ("7D", "90min", "1W", "2 hours", "INTERVAL '1' DAY")]
    ['7d', '90m', '7d', '2h', '1d']
    """
    found = re.fullmatch(r"(?:interval\s*)?'?(\d*)'?\s*([a-z]+)'?", text.strip().lower())
    if found is None:
        return None
    units = {"s": 1, "sec": 1, "min": 60, "t": 60, "m": 60, "h": 3600, "hr": 3600, "d": 86400}
    units |= {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "w": 604800}
    seconds = units.get(found[2]) or units.get(found[2].removesuffix("s"))
    return None if seconds is None else timedelta(seconds=seconds * int(found[1] or 1))


def everything(keys: tuple[str, ...]) -> str:
    """Return what is said of an aggregation over all rows."""
    told = " and ".join(short(each) for each in DEFAULT)
    return (
        f"the cell aggregates all rows of each {', '.join(keys)}, those to come included; the view "
        f"takes windows of {told} that end at the moment of asking"
    )
