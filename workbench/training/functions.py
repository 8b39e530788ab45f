"""The function that trains: whether its params fit, what its source is, how it is shipped."""

from __future__ import annotations

import inspect
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from workbench.core.errors import InvalidInput, near

_packing = threading.Lock()


def bind_params(function: Callable[..., Any], params: Mapping[str, object]) -> dict[str, object]:
    """Return the params that the function will get, its defaults included.

    Raises
    ------
    InvalidInput
        If it is no function of a context, gets a param that it does not take, or lacks one.
    """
    name = name_of(function)
    if not callable(function):
        raise InvalidInput(f"{function!r} cannot be called", hint="give fn(ctx, **params)")
    taken = list(inspect.signature(function).parameters.values())
    if not taken or taken[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise InvalidInput(f"{name}() takes no context", hint=f"write def {name}(ctx, …)")
    open_ended = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in taken)
    named = {
        each.name: each.default
        for each in taken[1:]
        if each.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    }
    for key in params:
        if key not in named and not open_ended:
            otherwise = f"{name} takes no params" if not named else None
            raise InvalidInput(
                f"{name}() takes no param {key!r}", hint=near(key, named, otherwise=otherwise)
            )
    bound = {
        key: params.get(key, default) for key, default in named.items() if key not in params
    } | dict(params)
    for key, value in bound.items():
        if value is inspect.Parameter.empty:
            raise InvalidInput(
                f"{name}() needs the param {key!r}", hint=f"give params={{{key!r}: …}}"
            )
    return bound


def name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called."""
    return str(getattr(function, "__name__", type(function).__name__))


def source_of(function: Callable[..., Any]) -> str | None:
    """Return a function's source, or None where it cannot be known."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return None


def pack(
    function: Callable[..., Any], *arguments: object, written: Callable[..., Any] | None = None
) -> bytes:
    """Return a function and its arguments as bytes that workers elsewhere can read.

    What a person has written in a module that is no installed package (a file beside the notebook)
    travels with that module, because workers do not have it: `written`, or the function itself.
    """
    module = _module_of_ones_own(function if written is None else written)
    # The list of modules that travel is one for the process.
    with _packing:
        if module is None:
            packed: bytes = cloudpickle.dumps((function, arguments))
            return packed
        cloudpickle.register_pickle_by_value(module)
        try:
            packed = cloudpickle.dumps((function, arguments))
        finally:
            cloudpickle.unregister_pickle_by_value(module)
    return packed


def unpack(path: Path) -> Callable[..., Any]:
    """Return a function from a file of what `pack` returned; opening it runs its maker's code."""
    function, _ = cloudpickle.loads(path.read_bytes())
    opened: Callable[..., Any] = function
    return opened


def _module_of_ones_own(function: Callable[..., Any]) -> ModuleType | None:
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    place = getattr(module, "__file__", None)
    if module is None or place is None or module.__name__ == "__main__":
        return None
    if module.__name__.partition(".")[0] == __name__.partition(".")[0]:
        return None
    installed = {Path(sysconfig.get_path(each)) for each in ("purelib", "platlib", "stdlib")}
    return None if installed & set(Path(place).resolve().parents) else module
