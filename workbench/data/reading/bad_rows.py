"""Rows that cannot be read as what they should be: an error, or set aside to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from workbench.core.errors import InvalidInput

#: What `bad_rows=` may be: the first is an error, all are set aside, or at most so many are.
Policy = Literal["error", "set_aside"] | int

MOST = 1_000_000

#: The share of a column's values that says what it holds; the others are strays.
MOSTLY = 0.9

#: Letters of a value that a record keeps.
LONGEST = 1000

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class BadRow:
    """A row that could not be read.

    Attributes
    ----------
    source : str
        The file it stands in, by its name; empty for a frame or a query.
    row : int
        Its number there, from 1, the heading not counted.
    column : str or None
        The column that is wrong, if it is one.
    value : str
        What stands there: the column's value, or the whole row's text.
    reason : str
        What is wrong with it, in a few words.
    hint : str
        How to mend it.
    """

    source: str
    row: int
    column: str | None
    value: str
    reason: str
    hint: str = ""

    def error(self) -> InvalidInput:
        """Return the error that names it."""
        where = f"column {self.column!r}, row {self.row:,}" if self.column else f"row {self.row:,}"
        place = f"{self.source!r}, {where}" if self.source else where
        shown = self.value if len(self.value) <= 80 else f"{self.value[:77]}…"
        mend = self.hint or "mend that row"
        return InvalidInput(
            f"{place}: {self.reason}" + (f": {shown!r}" if shown else ""),
            hint=f'{mend}, or keep such rows apart: bad_rows="set_aside"',
        )


def mixed_row(source: str, row: int, column: str, value: object, prevailing: str) -> BadRow:
    """Return the record of a value of another kind than most of its column's."""
    hint = f'mend that row, or read the column as text: types={{{column!r}: "string"}}'
    return BadRow(source, row, column, shown(value), f"mixes types, as most are {prevailing}", hint)


def shown(value: object) -> str:
    """Return a value as the text that a bad row's record keeps."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def check_few(strays: int, rows: int, column: str, bad: BadRows) -> None:
    """Refuse to set aside a column's values of another kind if they are many.

    Raises
    ------
    InvalidInput
        If over a tenth are strays and the policy would set them aside.
    """
    if bad.policy != "error" and strays > (1 - MOSTLY) * rows:
        raise InvalidInput(
            f"column {column!r} mixes types: {strays:,} of {rows:,} values are unlike the others",
            hint=f'too many to set aside: read it as text, types={{{column!r}: "string"}}',
        )


class BadRows:
    """Collects the bad rows of one reading, under a policy.

    Parameters
    ----------
    policy : "error", "set_aside" or int
        An int sets at most so many aside; one more is an error.

    Raises
    ------
    InvalidInput
        If the policy is none of these.
    """

    def __init__(self, policy: Policy = "error") -> None:
        whole = isinstance(policy, int) and not isinstance(policy, bool) and policy >= 0
        if not whole and policy not in ("error", "set_aside"):
            raise InvalidInput(
                f"bad_rows={policy!r} is no policy",
                hint='write "error", "set_aside", or the most rows to set aside, such as 100',
            )
        self.policy = policy
        self._limit = 0 if policy == "error" else MOST if policy == "set_aside" else int(policy)
        self._rows: list[BadRow] = []

    def add(self, bad: BadRow) -> None:
        """Set a row aside.

        Raises
        ------
        InvalidInput
            Naming the row, if the policy allows no more.
        """
        if len(self._rows) >= self._limit:
            raise bad.error()
        self._rows.append(bad)

    def clear(self) -> None:
        """Forget all; the source is read anew."""
        self._rows.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def to_arrow(self) -> pa.Table:
        """Return a row a bad row: source, row, column, value, reason."""
        columns = {name: [getattr(each, name) for each in self._rows] for name in SCHEMA.names}
        return pa.table(columns, schema=SCHEMA)
