"""What was changed between two schemas, one expectation a line."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from workbench.data.schemas.constraints import Constraint, read_constraints
from workbench.data.schemas.features import walk

if TYPE_CHECKING:
    import pandas as pd

_WORDS = {
    "presence.min_fraction": "least share present",
    "presence.min_count": "least count present",
    "string_domain.value": "values",
    "int_domain.min": "minimum",
    "int_domain.max": "maximum",
    "float_domain.min": "minimum",
    "float_domain.max": "maximum",
    "distribution_constraints.min_domain_mass": "least share in the domain",
    "unique_constraints.min": "fewest distinct values",
    "unique_constraints.max": "most distinct values",
    "lifecycle_stage": "stage",
    "default_environment": "environments",
    "in_environment": "in environments",
    "not_in_environment": "not in environments",
    "value_count.min": "fewest values a row",
    "value_count.max": "most values a row",
    "dataset_constraints.min_examples_count": "fewest rows",
    "dataset_constraints.max_examples_count": "most rows",
}

# Of a constraint, what its title does not say.
_OPTIONS = ("tolerate", "severity", "deviations", "ratio", "last")


@dataclass(frozen=True)
class Change:
    """One expectation that differs.

    Attributes
    ----------
    column : str
        Empty when it is the schema as a whole.
    what : str
        The expectation, such as minimum.
    before, after : str or None
        None where it is not said.
    """

    column: str
    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        where = f"{self.column}: " if self.column else ""
        if self.what == "column":
            return f"{where}{'added' if self.before is None else 'removed'}"
        if self.what.endswith((" added", " removed")):
            return f"{where}{self.what}: {self.after or self.before}"
        if self.what.startswith("constraint ") and self.before is None:
            return f"{self.what} {self.after}"
        if self.before is None:
            return f"{where}{self.what} set to {self.after}"
        if self.after is None:
            return f"{where}{self.what} no longer {self.before}"
        return f"{where}{self.what} {self.before} → {self.after}"


@dataclass(frozen=True)
class SchemaDiff:
    """The changes that make one schema the other; true if there are any.

    Attributes
    ----------
    changes : tuple of Change
        Those of the schema as a whole, then by column in the order of the first schema.
    """

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have any, in order."""
        return tuple(dict.fromkeys(each.column for each in self.changes if each.column))

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a change."""
        import pandas as pd

        names = ("column", "what", "before", "after")
        rows = [{name: getattr(each, name) for name in names} for each in self.changes]
        return pd.DataFrame(rows, columns=list(names))

    def __repr__(self) -> str:
        if not self.changes:
            return "<SchemaDiff: none>"
        lines = [f"  {each}" for each in self.changes]
        return "\n".join([f"<SchemaDiff: {len(self.changes)}>", *lines])

    def _repr_html_(self) -> str:
        if not self.changes:
            return "<div>The two schemas say the same.</div>"
        heads = "".join(
            f"<th style='text-align:left'>{head}</th>"
            for head in ("Column", "Expectation", "Before", "After")
        )
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:left'>{html.escape(cell)}</td>"
                for cell in (
                    each.column or "schema",
                    each.what,
                    each.before or "",
                    each.after or "",
                )
            )
            + "</tr>"
            for each in self.changes
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def difference(before: Any, after: Any) -> SchemaDiff:
    """Return the changes that make the message `before` the message `after`."""
    changes = [
        *_changes("", _of_schema(before), _of_schema(after)),
        *_columns(_by_column(before), _by_column(after)),
    ]
    return SchemaDiff(tuple(changes))


def _columns(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for column in dict.fromkeys([*before, *after]):
        if column not in before:
            yield Change(column, "column", None, _type(after[column]))
        elif column not in after:
            yield Change(column, "column", _type(before[column]), None)
        else:
            yield from _changes(column, before[column], after[column])


def _type(said: dict[str, Any]) -> str:
    return str(said.get("type", "of any type"))


def _changes(column: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        what = _WORDS.get(name, name)
        gone, come = (
            [each for each in one if each not in other]
            for one, other in ((_several(old), _several(new)), (_several(new), _several(old)))
        )
        if come:
            yield Change(column, f"{what} added", None, _listed(come))
        if gone:
            yield Change(column, f"{what} removed", _listed(gone), None)
        if not gone and not come:
            yield Change(column, what, _text(old), _text(new))


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _listed(values: Sequence[Any]) -> str:
    shown = ", ".join(repr(each) for each in values[:20])
    return shown + (f" and {len(values) - 20:,} more" if len(values) > 20 else "")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return _listed(value) if isinstance(value, tuple) else str(value)


def _by_column(proto: Any) -> dict[str, dict[str, Any]]:
    return {
        ".".join(path): dict(_leaves(feature, skip=("name", "struct_domain")))
        for path, feature in walk(proto)
    }


def _of_schema(proto: Any) -> dict[str, Any]:
    said = dict(_leaves(proto, skip=("feature", "string_domain", "annotation")))
    for domain in proto.string_domain:
        said[f"domain {domain.name!r}"] = tuple(domain.value)
    said |= {f"constraint {each.title!r}": _demand(each) for each in read_constraints(proto)}
    return said


def _demand(constraint: Constraint) -> str:
    """Return how a constraint is demanded, beside what its title says."""
    options = [
        f"{each.name} {getattr(constraint, each.name)}"
        for each in fields(constraint)
        if each.name in _OPTIONS and getattr(constraint, each.name) != each.default
    ]
    return ", ".join(["demanded", *options])


def _leaves(
    message: Any, prefix: str = "", skip: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield what a message sets, down to single values, each by the path of its fields."""
    for field, value in message.ListFields():
        if not prefix and field.name in skip:
            continue
        name = f"{prefix}{field.name}"
        if isinstance(value, (MutableSequence, Mapping)):
            yield name, tuple(str(each).strip() for each in value)
        elif field.message_type is not None:
            inner = list(_leaves(value, f"{name}."))
            # A message that is there and says nothing still says that it is there.
            yield from inner or [(name, "any")]
        elif field.enum_type is not None:
            yield name, field.enum_type.values_by_number[value].name
        else:
            yield name, value
