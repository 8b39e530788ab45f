"""A reference is `name`, `name@version` or `name@alias`, everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.core.errors import InvalidInput

_SELECTOR = re.compile(r"[0-9]+|[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Reference:
    """A name, and which of its versions is meant.

    Attributes
    ----------
    name : str
    version : int or None
    alias : str or None
        At most one of `version` and `alias` is set; none means the newest version.
    """

    name: str
    version: int | None = None
    alias: str | None = None


def check_name(name: object) -> str:
    """Return `name` if records may bear it.

    Raises
    ------
    InvalidInput
        If it is not a string, is empty, is longer than 500 characters, or holds an `@` or a control
        character.
    """
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput(f"{name!r} is not a name", hint="give a string such as 'flights'")
    if "@" in name or len(name) > 500 or any(ord(letter) < 32 for letter in name):
        raise InvalidInput(
            f"{name[:80]!r} cannot be a name",
            hint="use up to 500 characters, without '@' (it sets off the version) or controls",
        )
    return name


def parse_reference(text: str) -> Reference:
    """Read a reference.

    Raises
    ------
    InvalidInput
        If `text` is no reference.

    Examples
    --------
    >>> parse_reference("delay@champion").alias
    'champion'
    >>> parse_reference("flights@3").version
    3
    """
    if not isinstance(text, str):
        raise InvalidInput(
            f"{text!r} is not a reference", hint="write 'name', 'name@3' or 'name@alias'"
        )
    name, at, selector = text.partition("@")
    check_name(name)
    if not at:
        return Reference(name)
    if not _SELECTOR.fullmatch(selector):
        raise InvalidInput(
            f"{text!r} is not a reference",
            hint="after the '@' comes a version (3) or an alias (champion)",
        )
    if selector.isdigit():
        return Reference(name, version=int(selector))
    return Reference(name, alias=selector)
