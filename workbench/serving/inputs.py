"""From what a request gives and what the online store knows to the columns that a model takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from workbench.core.errors import InvalidInput, near


class Inputs:
    """Checks rows against a model's signature.

    Parameters
    ----------
    columns : mapping of str to str
        The type of each column that the model takes, in one word, such as "float64".
    fetched : mapping of str to tuple of str
        For each column that the online store can give, the keys that it is found by.
    """

    def __init__(
        self, columns: Mapping[str, str], fetched: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._columns = dict(columns)
        self._fetched = dict(fetched or {})

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the model takes."""
        return tuple(self._columns)

    def complete(
        self, given: Mapping[str, Any], found: Mapping[str, Any], where: str = "the request"
    ) -> dict[str, Any]:
        """Return exactly the model's columns, each of its type or None.

        Parameters
        ----------
        given : mapping
            What the request says; it wins over what was found.
        found : mapping
            What the online store says.
        where : str
            For the error, such as "instance 2".

        Raises
        ------
        InvalidInput
            If a column is neither given nor found, or has a value that is not of its type.
        """
        if not self._columns:  # a model that does not say what it takes gets all there is
            return {**found, **given}
        row = {}
        for name, kind in self._columns.items():
            if name in given:
                row[name] = read_value(given[name], kind, name, where)
            elif name in found:
                row[name] = found[name]
            else:
                raise self._absent(name, given, where)
        return row

    def _absent(self, name: str, given: Iterable[str], where: str) -> InvalidInput:
        keys = [key for key in self._fetched.get(name, ()) if key not in given]
        if keys:
            wanted = " and ".join(repr(key) for key in keys)
            return InvalidInput(
                f"{where} has no {wanted}, by which the feature {name!r} is looked up",
                hint=f"give {wanted}, or {name!r} itself",
            )
        return InvalidInput(
            f"{where} has no column {name!r}, which the model takes",
            hint=near(name, given, otherwise=f"add {name!r}"),
        )


def read_value(value: Any, kind: str, name: str, where: str) -> Any:
    """Return a JSON value as the type of its column.

    Raises
    ------
    InvalidInput
        If it is not of that type.

    Examples
    --------
    >>> read_value(3, "float64", "temp", "the request")
    3.0
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):  # as pandas says it
        return None
    if kind.startswith(("float", "decimal")):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise _wrong(value, name, where, "a number")
    if kind.startswith(("int", "uint")):
        whole = value.is_integer() if isinstance(value, float) else isinstance(value, int)
        if whole and not isinstance(value, bool):
            return int(value)
        raise _wrong(value, name, where, "a whole number")
    if kind == "bool":
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        raise _wrong(value, name, where, "true or false")
    if kind in ("timestamp", "date"):
        return _time(value, kind, name, where)
    if isinstance(value, str):
        return value
    raise _wrong(value, name, where, "text")


def _time(value: Any, kind: str, name: str, where: str) -> datetime | date:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise _wrong(value, name, where, "a time such as 2013-11-01T08:00:00Z") from None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.date() if kind == "date" else aware.astimezone(UTC)
    raise _wrong(value, name, where, "a time such as 2013-11-01T08:00:00Z")


def _wrong(value: Any, name: str, where: str, wanted: str) -> InvalidInput:
    shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
    return InvalidInput(f"{where} has {name!r} = {shown}", hint=f"it must be {wanted}")
