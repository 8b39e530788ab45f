"""What a column is: its name, its type in one word, and the family that its statistics follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

Family = Literal["INT", "FLOAT", "STRING", "BOOL", "TIME", "BYTES", "LIST", "STRUCT"]


@dataclass(frozen=True)
class Column:
    """A column of a dataset.

    Attributes
    ----------
    name : str
    type : str
        int8 … uint64, float32, float64, string, bool, date, timestamp (always UTC, in
        microseconds) or binary; ``list<…>`` or ``struct<name: …>`` of them.
    """

    name: str
    type: str

    @property
    def family(self) -> Family:
        """The kind of statistics that the column has."""
        return family_of_name(self.type)


def type_name(kind: pa.DataType) -> str:
    """Return an Arrow type in one word.

    Examples
    --------
    >>> import pyarrow as pa
    >>> type_name(pa.timestamp("us", "UTC")), type_name(pa.list_(pa.float64()))
    ('timestamp', 'list<float64>')
    """
    from pyarrow import types

    if is_list(kind):
        return f"list<{type_name(kind.value_type)}>"
    if types.is_struct(kind):
        return f"struct<{', '.join(f'{each.name}: {type_name(each.type)}' for each in kind)}>"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return "binary"
    if types.is_dictionary(kind):
        return type_name(kind.value_type)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "string"
    if types.is_timestamp(kind):
        return "timestamp"
    if types.is_date(kind):
        return "date"
    renamed = {"double": "float64", "float": "float32", "halffloat": "float16", "null": "string"}
    return renamed.get(str(kind), str(kind))


def arrow_type(name: str) -> pa.DataType:
    """Return the Arrow type that `type_name` names.

    Raises
    ------
    InvalidInput
        If there is no such type.

    Examples
    --------
    >>> str(arrow_type("struct<at: timestamp, tags: list<string>>"))
    'struct<at: timestamp[us, tz=UTC], tags: list<element: string>>'
    """
    import pyarrow as pa

    kind, _, inner = name.removesuffix(">").partition("<")
    if kind == "list" and inner:
        return pa.list_(pa.field("element", arrow_type(inner)))
    if kind == "struct":
        parts = [part.partition(": ") for part in _fields(inner)]
        return pa.struct([(field, arrow_type(said)) for field, _, said in parts])
    if found := re.fullmatch(r"decimal(128|256)\((\d+), (-?\d+)\)", name):
        make = pa.decimal128 if found[1] == "128" else pa.decimal256
        return make(int(found[2]), int(found[3]))
    known = {"timestamp": pa.timestamp("us", tz="UTC"), "date": pa.date32(), "bool": pa.bool_()}
    try:
        return known.get(name) or pa.type_for_alias(name)
    except ValueError as error:
        raise InvalidInput(f"{name!r} is no type of a column") from error


def _fields(text: str) -> list[str]:
    """Return what stands between the commas that are in no brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and not depth:
            parts.append(text[start:place])
            start = place + 2
    return [*parts, text[start:]] if text else []


def family_of_name(name: str) -> Family:
    """Return the family of a type named as by `type_name`."""
    nested: dict[str, Family] = {"list": "LIST", "struct": "STRUCT", "binary": "BYTES"}
    if (family := nested.get(name.partition("<")[0])) is not None:
        return family
    if name in ("timestamp", "date"):
        return "TIME"
    if name == "bool":
        return "BOOL"
    if name.startswith(("int", "uint")):
        return "INT"
    if name.startswith(("float", "decimal")):
        return "FLOAT"
    return "STRING"


def is_list(kind: pa.DataType) -> bool:
    """Return whether an Arrow type is a list of any of Arrow's forms."""
    from pyarrow import types

    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_described(name: str) -> bool:
    """Return whether statistics know a type: numbers, text, truth values, times; no lists yet."""
    known = ("string", "bool", "date", "timestamp")
    return name in known or name.startswith(("int", "uint", "float", "decimal"))


def family_of(kind: pa.DataType) -> Family:
    """Return the family of an Arrow type."""
    return family_of_name(type_name(kind))


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Return an Arrow schema's columns."""
    return tuple(Column(field.name, type_name(field.type)) for field in schema)


def check_column(name: str, known: Iterable[str], what: str) -> str:
    """Return `name` if it is one of `known`.

    Raises
    ------
    InvalidInput
        Naming `what` the column was asked for as, and the nearest names.
    """
    names = list(known)
    if name not in names:
        raise InvalidInput(f"there is no {what} column {name!r}", hint=near(str(name), names))
    return name


def check_single(name: str, kind: pa.DataType, what: str) -> None:
    """Refuse a column of lists or structs where each row is to have one value.

    Raises
    ------
    InvalidInput
        Naming `what` the column was asked for as, its type, and what to take of it instead.
    """
    from pyarrow import types

    if is_list(kind):
        part = "one value of each list, or its length,"
    elif types.is_struct(kind):
        part = f"a field, such as {kind.field(0).name!r}," if kind.num_fields else "something else"
    else:
        return
    raise InvalidInput(
        f"the {what} column {name!r} holds {type_name(kind)}, not single values",
        hint=f"take {part} as a column of its own",
    )


def check_names(names: Sequence[str]) -> None:
    """Refuse column names that could not be told apart or asked for.

    Raises
    ------
    InvalidInput
        If a name is empty, not text, or occurs twice.
    """
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not isinstance(name, str):
            raise InvalidInput(
                f"column {position} is named {name!r}, which is not text",
                hint="name it by a string: frame.columns = frame.columns.astype(str)",
            )
        if not name.strip():
            raise InvalidInput(
                f"column {position} has no name", hint="name it in the source, or drop it"
            )
        if name in seen:
            raise InvalidInput(
                f"columns {seen[name]} and {position} are both named {name!r}",
                hint="rename one of them in the source",
            )
        seen[name] = position
