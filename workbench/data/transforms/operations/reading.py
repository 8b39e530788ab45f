"""Columns read from a row or a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.operations.registry import Params, op


def _reading(how: str, kind: Kind) -> None:
    @op(how, kind, reads=True, host=True)
    def _bind(lane: Any, params: Params) -> Callable[..., Any]:
        read: Callable[..., Any] = lane.read(how, params["column"])
        return read


_reading("number", Kind.NUMBER)
_reading("text", Kind.TEXT)
_reading("time", Kind.TIME)
_reading("tokens", Kind.TOKENS)
