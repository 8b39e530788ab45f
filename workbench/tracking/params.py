"""Params as text that reads well and comes back as what it was."""

from __future__ import annotations

import json
from collections.abc import Mapping

_LONGEST = 100_000


def encode(value: object) -> str:
    """Return a param's text: JSON, or a plain string as it is when nobody could mistake it.

    What JSON cannot say is kept as its `repr`, cut at 100,000 characters.

    Examples
    --------
    >>> encode(0.1), encode("adam"), encode("0.1")
    ('0.1', 'adam', '"0.1"')
    """
    if isinstance(value, str):
        text = value if decode(value) == value else json.dumps(value)
    else:
        try:
            text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        except (TypeError, ValueError):
            text = repr(value)
    return text[:_LONGEST]


def decode(text: str) -> object:
    """Return the value that `encode` was given, or the text itself.

    Examples
    --------
    >>> decode("0.1"), decode("adam"), decode('"0.1"')
    (0.1, 'adam', '0.1')
    """
    try:
        return json.loads(text)
    except ValueError:
        return text


def flatten(params: Mapping[str, object]) -> dict[str, object]:
    """Return nested mappings as one, keys joined by dots.

    Examples
    --------
    >>> flatten({"optimizer": {"lr": 0.1}, "epochs": 3})
    {'optimizer.lr': 0.1, 'epochs': 3}
    """
    flat: dict[str, object] = {}
    for key, value in params.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{key}.{inner}": each for inner, each in flatten(value).items()}
        else:
            flat[key] = value
    return flat
