"""A Python function as a program that stands alone: text that people read and any process runs.

What the function takes from outside itself is written down with it: modules and what comes from
them as imports, plain values as they are, functions of one's own with theirs. So a definition
changes when, and only when, its text does, and nothing has to be unpickled to run it.
"""

from __future__ import annotations

import ast
import builtins
import dis
import importlib
import importlib.util
import inspect
import math
import re
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from workbench.core.errors import InvalidInput

_HEAD = "from __future__ import annotations"
_TIMES = "_datetime"  # such that a value of time is written down without taking a name of one's own


def program_of(function: Callable[..., object]) -> str:
    r"""Return the text of a program that defines a function, with all that it uses.

    Raises
    ------
    InvalidInput
        If its source cannot be read, or it uses something that cannot be written down.

    Examples
    --------
    >>> load("import math\ndef half(x):\n    return math.floor(x / 2)", "half")(5)
    2
    """
    written = _Program()
    written.add(function)
    parts = [_HEAD, *sorted(written.imports)]
    values = [f"{name} = {text}" for name, text in sorted(written.values.items())]
    if values:
        parts += ["", *values]
    for source in reversed(written.functions.values()):
        parts += ["", "", source]
    program = "\n".join(parts) + "\n"
    written.check(program)
    return program


@lru_cache(maxsize=512)
def load(program: str, name: str) -> Callable[..., object]:
    """Return the function that a program defines; running it is running its maker's code."""
    namespace: dict[str, object] = {"__name__": f"workbench_{name}"}
    exec(compile(program, f"<{name}>", "exec"), namespace)  # noqa: S102  # that is what it is for
    found = namespace[name]
    assert callable(found)  # noqa: S101  # `program_of` wrote a def of this name
    return found


class _Program:
    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.values: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self._seen: dict[str, FunctionType] = {}

    def add(self, function: Callable[..., object]) -> None:
        if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
            raise InvalidInput(
                f"{getattr(function, '__name__', function)!r} is no function with a name",
                hint="write it as def name(…): …",
            )
        name = function.__name__
        if self._seen.setdefault(name, function) is not function:
            raise InvalidInput(f"two functions are named {name!r}", hint="rename one of them")
        if name in self.functions:
            return
        if hasattr(function, "__wrapped__"):
            raise InvalidInput(
                f"{name}() is wrapped by a decorator, which its text does not say",
                hint="call what the decorator does inside",
            )
        source, node = _source(function)
        self.functions[name] = source
        for used in sorted({*_names(function.__code__, name), *_defaults(node)}):
            if used != name:
                value, builtin = _value(function, used)
                self._use(used, value, builtin=builtin)

    def check(self, program: str) -> None:
        """Refuse a text that is not what runs here, such as a file that was changed meanwhile."""
        for name, function in self._seen.items():
            asserts = "assert" in self.functions[name]  # test runners write those anew
            if function.__code__.co_freevars or asserts:
                continue
            read = load(program, name)
            if not isinstance(read, FunctionType) or _body(read) != _body(function):
                raise InvalidInput(
                    f"the source of {name}() is another one than what runs",
                    hint="run its definition again",
                )

    def _use(self, name: str, value: object, *, builtin: bool) -> None:
        if builtin:
            return
        if isinstance(value, ModuleType):
            self._module(name, value)
        elif isinstance(value, FunctionType) and not _installed(value.__module__):
            self.add(value)
            if value.__name__ != name:
                raise InvalidInput(
                    f"the function {value.__name__!r} is used as {name!r}",
                    hint="call it by its own name",
                )
        elif (source := _imported(value)) is not None:
            module, attribute = source
            self.imports.add(
                f"from {module} import {attribute}{'' if attribute == name else f' as {name}'}"
            )
        elif (text := _literal(value)) is not None:
            if text.startswith(f"{_TIMES}."):
                self.imports.add(f"import datetime as {_TIMES}")
            if self.values.setdefault(name, text) != text:
                raise InvalidInput(f"{name!r} has two meanings", hint="rename one of them")
        else:
            raise InvalidInput(
                f"it uses {name!r}, a {type(value).__name__}, which its text cannot carry",
                hint="use plain values, modules, and functions of your own; or make it inside",
            )

    def _module(self, name: str, module: ModuleType) -> None:
        if not _installed(module.__name__):
            raise InvalidInput(
                f"it uses the module {module.__name__!r}, which other processes do not have",
                hint=f"import what you need by name: from {module.__name__} import …",
            )
        plain = module.__name__ == name
        self.imports.add(f"import {module.__name__}{'' if plain else f' as {name}'}")


def _body(function: FunctionType) -> tuple[bytes, tuple[str, ...], list[object]]:
    """Return what a function does, but for the words that say so."""
    code = function.__code__
    plain = [each for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, code.co_names, plain[1:] if function.__doc__ is not None else plain


def _source(function: FunctionType) -> tuple[str, ast.FunctionDef]:
    """Return a function's text without its decorators, and its tree."""
    name = function.__name__
    try:
        text = inspect.getsource(function)
        flush = textwrap.dedent(text)
        nodes = ast.parse(flush).body
        # Text of several lines inside the function loses its indent with the function's.
        whole = nodes if flush == text else ast.parse(f"if 1:\n{text}").body
    except (OSError, TypeError, SyntaxError) as error:
        raise InvalidInput(
            f"the source of {name}() cannot be read: {error}",
            hint="define it in a notebook's cell or in a file",
        ) from error
    node, kept = _function_in(nodes), _function_in(whole)
    if node is None or kept is None:
        raise InvalidInput(f"{name} is no plain function", hint="write it as def name(…): …")
    if _meaning(node) != _meaning(kept):
        kept.decorator_list = []
        return ast.unparse(kept), kept
    return "\n".join(flush.splitlines()[node.lineno - 1 : node.end_lineno]), node


def _function_in(nodes: Sequence[ast.stmt]) -> ast.FunctionDef | None:
    first = nodes[0] if nodes else None
    if isinstance(first, ast.If):
        first = first.body[0]
    return first if isinstance(first, ast.FunctionDef) else None


def _meaning(node: ast.FunctionDef) -> list[str]:
    """Return a function's statements but for its docstring, such that they can be compared."""
    said = ast.get_docstring(node) is not None
    return [ast.dump(each) for each in (node.args, *node.body[said:])]


def _names(code: CodeType, function: str) -> Iterator[str]:
    """Yield the names that some code takes from around it."""
    for each in dis.get_instructions(code):
        if each.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            raise InvalidInput(
                f"{function}() changes the global {each.argval!r}",
                hint="return what it computes: one row must not depend on another",
            )
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(each.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant, function)
    yield from code.co_freevars


def _defaults(node: ast.FunctionDef) -> Iterator[str]:
    for default in [*node.args.defaults, *node.args.kw_defaults]:
        for each in ast.walk(default) if default is not None else ():
            if isinstance(each, ast.Name):
                yield each.id


def _value(function: FunctionType, name: str) -> tuple[object, bool]:
    """Return what a name means to a function, and whether Python itself defines it."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    if name in cells:
        try:
            return cells[name].cell_contents, False
        except ValueError:  # not set yet
            pass
    elif name in function.__globals__:
        return function.__globals__[name], False
    elif hasattr(builtins, name) or name in _inner(function.__code__):
        return None, True
    raise InvalidInput(
        f"{function.__name__}() uses {name!r}, which is not defined",
        hint="define it before the view",
    )


def _inner(code: CodeType) -> set[str]:
    """Return the variables that functions inside a function share with it."""
    found = set(code.co_cellvars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _inner(constant)
    return found


def _imported(value: object) -> tuple[str, str] | None:
    """Return from which installed module a class or function comes, and its name there."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or not _installed(module):
        return None
    found = getattr(importlib.import_module(module), name, None)
    return (module, name) if found is value else None


def _literal(value: object) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    text = repr(value)
    if type(value).__module__ == "datetime" and "zoneinfo" not in text:
        return re.sub(r"\bdatetime\.", f"{_TIMES}.", text)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return text if same is True else None


def _installed(module: str) -> bool:
    """Return whether every process that runs this library can import a module."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names and top != "__main__":
        return True
    if top == __name__.partition(".")[0]:
        return True
    try:
        spec = importlib.util.find_spec(top)
    except ValueError:  # of __main__, and of modules made by hand
        return False
    if spec is None or spec.origin is None:
        return False
    installed = {Path(sysconfig.get_path(each)) for each in ("purelib", "platlib", "stdlib")}
    return bool(installed & set(Path(spec.origin).resolve().parents))
