"""What a person says of a dataset when its rows are taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column

if TYPE_CHECKING:
    import pyarrow as pa

Split = Mapping[str, Any] | str | None


@dataclass(frozen=True)
class Declaration:
    """What a dataset's columns are for, and how its rows are parted.

    Attributes
    ----------
    time, created, label : str or None
        Columns: of the event's time, of when the row became known, to be predicted.
    key : tuple of str
        Columns that name a row; empty where nothing does.
    group, stratify : tuple of str
        Columns whose equal values stay in one split, and columns of whose values each split gets
        the same shares.
    split : mapping, str or None
        Bounds in time or shares by name, or the column that says it.
    span : str or None
        A period, or a label.
    description : str
    """

    time: str | None = None
    created: str | None = None
    label: str | None = None
    key: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    stratify: tuple[str, ...] = ()
    split: Split = None
    span: str | None = None
    description: str = ""

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that are declared by name, in order; a column's are not known beforehand."""
        return tuple(self.split) if isinstance(self.split, Mapping) else ()

    def facts(self) -> dict[str, Any]:
        """Return it as JSON."""
        split = self.split
        if isinstance(split, Mapping):
            split = {str(name): _plain(bound) for name, bound in split.items()}
        lists = {name: list(getattr(self, name)) for name in ("key", "group", "stratify")}
        return {**asdict(replace(self, split=None)), **lists, "split": split}

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Declaration:
        """Return the declaration that `facts` wrote."""
        known = {each.name: facts[each.name] for each in fields(cls) if each.name in facts}
        lists = {name: tuple(known.get(name) or ()) for name in ("key", "group", "stratify")}
        return cls(**{**known, **lists})

    def over(self, given: Declaration) -> Declaration:
        """Return this with what `given` says put over it, for rows added to a dataset.

        Raises
        ------
        InvalidInput
            If `given` says otherwise of a column than this does.
        """
        for role in ("time", "created", "label", "key", "group", "stratify", "split"):
            here, there = getattr(self, role), getattr(given, role)
            if there and self.facts()[role] != given.facts()[role]:
                raise InvalidInput(
                    f"{role}={there!r} is given for rows to add, and the dataset has {here!r}",
                    hint=f"leave {role}= out, or ingest all rows anew",
                )
        span = given.span or self.span
        return replace(self, span=span, description=given.description or self.description)

    def check(self, schema: pa.Schema) -> None:
        """Hold the declared columns against those that there are.

        Raises
        ------
        InvalidInput
            Naming the column that is missing, and the nearest.
        """
        for role in ("time", "created", "label"):
            if (column := getattr(self, role)) is not None:
                check_column(column, schema.names, role)
        for role in ("key", "group", "stratify"):
            for column in getattr(self, role):
                check_column(column, schema.names, role)
        if self.group and self.stratify:
            raise InvalidInput(
                "group= and stratify= are given at once",
                hint="rows of a group stay together, so their shares cannot be chosen; give one",
            )
        if (self.group or self.stratify) and not is_shares(self.split):
            one = "group" if self.group else "stratify"
            raise InvalidInput(
                f"{one}= is given, and split={self.split!r} is not by shares",
                hint='write split={"train": 0.8, "test": 0.2}',
            )


def is_shares(split: Split) -> bool:
    """Return whether a split is by shares of the rows."""
    return (
        isinstance(split, Mapping)
        and bool(split)
        and all(isinstance(each, int | float) for each in split.values())
    )


def names_of(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one column's name, or several, as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def _plain(bound: object) -> object:
    return bound if bound is None or isinstance(bound, int | float) else str(bound)
