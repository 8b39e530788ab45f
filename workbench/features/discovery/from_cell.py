"""From a cell to a feature: the definition it stands for, proved and priced, then registered."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset, dataset
from workbench.features.discovery.pandas_cells import read_pandas
from workbench.features.discovery.proving import Progress, Proof, proved
from workbench.features.discovery.readings import Reading, Undecided, definition_of
from workbench.features.discovery.sql_cells import read_sql
from workbench.features.discovery.writing import Definition, with_existing

if TYPE_CHECKING:
    from workbench.features.definitions.views import FeatureView

_QUERY = re.compile(r"\s*(select|from|with)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Proposal:
    """The view that a cell stands for; `feature_from_cell` returns it.

    Attributes
    ----------
    definition : Definition
    notes : tuple of str
        How the view differs from the cell.
    """

    definition: Definition
    notes: tuple[str, ...]

    @property
    def code(self) -> str:
        """The cell that defines the view, with what the view has already."""
        return with_existing(self.definition).code

    def prove(self, rows: int = 200, progress: Progress | None = None) -> Proof:
        """Work the view's rows out, compare it online and offline on some, and price it.

        `progress`, if there is one, is called with the rows compared and all rows to compare.
        """
        return proved(self.definition, rows, progress)

    def accept(self) -> FeatureView:
        """Register the view, as `code` does.

        Raises
        ------
        InvalidInput
            If there is a view of its name of other rows.
        """
        return with_existing(self.definition).register()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        wanted = self.definition
        return {
            "view": wanted.name,
            "keys": list(wanted.keys),
            "features": list(wanted.features)
            or [name for each in wanted.aggregations for name in each.features],
            "dataset": wanted.dataset,
            "sql": wanted.sql,
            "notes": list(self.notes),
            "code": self.code,
        }

    def __str__(self) -> str:
        return "\n".join([*(f"# {each}" for each in self.notes), self.code])

    def _repr_html_(self) -> str:
        notes = "".join(f"<div>{html.escape(each)}</div>" for each in self.notes)
        return f"{notes}<pre>{html.escape(self.code)}</pre>"


def feature_from_cell(
    source: str,
    *,
    name: str | None = None,
    keys: Sequence[str] | str | None = None,
    frames: Mapping[str, Dataset | str] | None = None,
    ttl: timedelta | None = None,
) -> Proposal:
    """Read a feature view out of a cell of pandas or SQL, without running it.

    Understood are frames and tables of datasets, filters, computed columns, `groupby` and
    ``GROUP BY``, rolling windows of time, and the usual aggregates. The key is what the cell groups
    by, the time is its dataset's, and the window that of the cell. A step that no view can follow
    is named; nothing is guessed.

    Parameters
    ----------
    source : str
        The cell's text.
    name : str, optional
        Of the view; by default made of the dataset and the key.
    keys : sequence of str, optional
        Which of several groupings is meant, or whose the rows are where the cell groups by nothing.
    frames : mapping of str to Dataset or str, optional
        What variables that other cells made hold; by default a dataset of the variable's name.
    ttl : timedelta, optional
        How old a row may be, where the cell aggregates nothing.

    Returns
    -------
    Proposal
        With `code`, `prove()` and `accept()`.

    Raises
    ------
    NotFound
        If a dataset does not exist.
    InvalidInput
        Naming the line or the expression that cannot be read.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from datetime import datetime
    >>> from workbench.data.datasets.ingest import ingest
    >>> rows = {"plane": ["N1"], "day": [datetime(2013, 1, 1)], "delay": [4.0]}
    >>> _ = ingest(pa.table(rows), name="flights", time="day")
    >>> cell = 'flights.groupby("plane").rolling("7D", on="day")["delay"].mean()'
    >>> found = feature_from_cell(cell)
    >>> found.to_json()["features"]
    ['delay_mean_7d']
    >>> found.prove().equal
    True
    """
    known = {name: dataset(each) for name, each in (frames or {}).items()}
    readings = _joined(_read(source, known))
    asked = (keys,) if isinstance(keys, str) else tuple(keys or ())
    if len(readings) > 1 and asked:
        readings = [each for each in readings if each.keys == asked] or readings
    if len(readings) > 1:
        told = "; ".join(f"of {each.dataset.name} by {', '.join(each.keys)}" for each in readings)
        raise Undecided(
            f"the cell makes {len(readings)} views: {told}",
            hint=f"select one of them, or say which: keys={list(readings[0].keys)}",
            keys=tuple(dict.fromkeys(each.keys for each in readings)),
        )
    (reading,) = readings
    if asked and not reading.keys:
        taken = tuple(each for each in reading.taken if each not in asked)
        reading = replace(reading, keys=asked, taken=taken)
    elif asked and asked != reading.keys:
        raise InvalidInput(
            f"the cell groups by {list(reading.keys)}, not by {list(asked)}", hint="leave out keys="
        )
    return Proposal(definition_of(reading, name, ttl), reading.notes)


def _read(source: str, frames: Mapping[str, Dataset]) -> list[Reading]:
    first, _, rest = source.strip().partition("\n")
    if first.startswith("%%"):
        if "sql" not in first:
            raise InvalidInput(f"a cell of {first.split()[0]} is neither pandas nor SQL")
        return read_sql(rest, frames)
    text = "\n".join(
        "" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()
    )
    if not text.strip():
        raise InvalidInput("the cell is empty", hint="select one that makes features")
    try:
        return _of_text(text, frames)
    except RecursionError:
        raise InvalidInput(
            "the cell nests too deeply to be read", hint="give its parts names, one a line"
        ) from None


def _of_text(text: str, frames: Mapping[str, Dataset]) -> list[Reading]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        if _QUERY.match(text):
            return read_sql(text, frames)
        raise InvalidInput(
            f"line {error.lineno or 1}: the cell is neither Python nor SQL: {error.msg}"
        ) from None
    queries = [
        each.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for each in call.args
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and _QUERY.match(each.value)
        and " " in each.value.strip()
    ]
    if queries:
        return [reading for each in queries for reading in read_sql(each, frames)]
    return read_pandas(text, frames)


def _joined(readings: Sequence[Reading]) -> list[Reading]:
    """Return readings with those of the same rows put together."""
    found: dict[tuple[object, ...], Reading] = {}
    for each in readings:
        time = each.time or each.dataset.time
        same = (each.dataset.ref, each.keys, time, each.where, each.joins)
        known = found.get(same)
        clash = known is not None and any(
            known.columns.get(name, told) != told for name, told in each.columns.items()
        )
        if known is None or clash:
            found[(*same, len(found)) if clash else same] = each
            continue
        found[same] = replace(
            known,
            aggregations=known.aggregations + each.aggregations,
            columns={**known.columns, **each.columns},
            notes=tuple(dict.fromkeys(known.notes + each.notes)),
        )
    return list(found.values())
