"""What a JSON column holds: types that only widen, and values of another kind than most."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
from pyarrow import types

_WORDS = {
    bool: "truth values",
    int: "numbers",
    float: "numbers",
    str: "text",
    list: "lists",
    dict: "objects",
}
_UNITS = ("s", "ms", "us", "ns")


@dataclass
class Seen:
    """What was seen of a column: types and counts of values, by what they are called."""

    types: dict[str, pa.DataType] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, kind: pa.DataType, count: int) -> None:
        """Count values of a type, and widen what holds them.

        Raises
        ------
        TypeError
            If they differ within their lists or objects.
        """
        word = word_of_type(kind)
        self.types[word] = wider(self.types.get(word, kind), kind)
        self.counts[word] += count

    def settled(self) -> tuple[pa.DataType, int, str]:
        """Return the type of most values, how many others there are, and what most are."""
        if not self.counts:
            return pa.string(), 0, ""
        word, count = self.counts.most_common(1)[0]
        return _filled(self.types[word]), self.counts.total() - count, word


def word_of(value: object) -> str:
    """Return what a value is called."""
    return _WORDS[type(value)]


def word_of_type(kind: pa.DataType) -> str:
    """Return what a type's values are called."""
    if types.is_integer(kind) or types.is_floating(kind):
        return "numbers"
    if types.is_boolean(kind):
        return "truth values"
    if types.is_list(kind):
        return "lists"
    return "objects" if types.is_struct(kind) else "text"


def wider(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the narrowest type that holds the values of both.

    Raises
    ------
    TypeError
        If there is none.

    Examples
    --------
    >>> wider(pa.list_(pa.int64()), pa.list_(pa.float64()))
    ListType(list<item: double>)
    """
    if one == other or types.is_null(other):
        return one
    if types.is_null(one):
        return other
    if word_of_type(one) != word_of_type(other):
        raise TypeError(f"{one} and {other}")
    if types.is_list(one):
        return pa.list_(wider(one.value_type, other.value_type))
    if types.is_struct(one):
        fields = {each.name: each.type for each in one}
        for each in other:
            fields[each.name] = wider(fields.get(each.name, each.type), each.type)
        return pa.struct(list(fields.items()))
    if types.is_timestamp(one) and types.is_timestamp(other):
        return pa.timestamp(max(one.unit, other.unit, key=_UNITS.index))
    if types.is_integer(one) and types.is_integer(other):
        return pa.uint64()
    return pa.float64() if word_of_type(one) == "numbers" else pa.string()


def _filled(kind: pa.DataType) -> pa.DataType:
    """Return a type whose parts that were always null are text."""
    if types.is_list(kind):
        return pa.list_(_filled(kind.value_type))
    if types.is_struct(kind):
        return pa.struct([(each.name, _filled(each.type)) for each in kind])
    return pa.string() if types.is_null(kind) else kind
