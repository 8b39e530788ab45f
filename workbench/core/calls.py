"""Calls of Python as text: what pages and pictures give to be inserted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from keyword import iskeyword


@dataclass(frozen=True)
class Name:
    """A variable among the arguments of a call, written as it is."""

    text: str


def literal(value: object) -> str:
    """Return a Python literal, with double quotes where that needs no escaping.

    Examples
    --------
    >>> print(literal('flights'), literal('a "b"'), literal({'lr': 0.1}))
    "flights" 'a "b"' {"lr": 0.1}
    """
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    if isinstance(value, Name):
        return value.text
    text = repr(value)
    if isinstance(value, str) and text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'
    return text


def call(function: str, *positional: object, **named: object) -> str:
    """Return a call with literal arguments; a named one that is empty is left out.

    Examples
    --------
    >>> print(call("wb.deploy", "delay@champion", name="delay", port=None))
    wb.deploy("delay@champion", name="delay")
    """
    arguments = [literal(value) for value in positional if value is not None]
    arguments += [
        f"{name}={literal(value)}"
        for name, value in named.items()
        if value not in (None, "", {}, [])
    ]
    one_line = f"{function}({', '.join(arguments)})"
    if len(one_line) <= 79 or len(arguments) < 2:
        return one_line
    return f"{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def assigned(name: str, code: str) -> str:
    """Return code whose last expression is given a name; its imports stay before it.

    Examples
    --------
    >>> print(assigned("model", 'wb.model("delay@1")'))
    model = wb.model("delay@1")
    """
    *imports, last = code.split("\n\n")
    return "\n\n".join([*imports, f"{name} = {last}"])


def variable(name: str, otherwise: str) -> str:
    """Return a record's name as that of a variable, where it can be one.

    Examples
    --------
    >>> variable("flights", "data"), variable("late flights", "data"), variable("class", "data")
    ('flights', 'late_flights', 'data')
    """
    wanted = re.sub(r"[ .-]+", "_", name)
    return wanted if wanted.isidentifier() and not iskeyword(wanted) else otherwise
