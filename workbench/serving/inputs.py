"""From what a request gives and what the online store knows to the columns that a model takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.core.errors import InvalidInput, near
from workbench.features.definitions.values import read_value


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
