"""What every magic shares: its arguments, its help, its errors, its completion."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.core.errors import InvalidInput, WorkbenchError

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

_SHOWN_AS_A_LINE = "_workbench_magic"


class Parser(argparse.ArgumentParser):
    """Reads a magic's line; a mistake is an `InvalidInput` with the usage as its hint."""

    def __init__(self, name: str, description: str, example: str) -> None:
        super().__init__(
            prog=name,
            description=description,
            epilog=f"Example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            exit_on_error=False,
        )
        self.example = example

    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the process, which would be the kernel."""
        usage = " ".join(self.format_usage().split())
        raise InvalidInput(f"{self.prog}: {message}", hint=usage)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the magic after `--help`."""
        raise _HelpShown


class _HelpShown(Exception):
    """Raised by `--help`, which has printed what there is to say."""


@dataclass(frozen=True)
class Call:
    """One use of a magic: its arguments, the shell, and the cell under a cell magic."""

    arguments: argparse.Namespace
    shell: InteractiveShell
    cell: str = ""

    def value(self, text: str) -> Any:
        """Return the notebook's variable of that name; else the text, which is a reference."""
        return self.shell.user_ns.get(text, text) if text.isidentifier() else text


@dataclass(frozen=True)
class Magic:
    """A magic.

    Attributes
    ----------
    name : str
        With its signs: ``%stats``, ``%%train``.
    parser : Parser
    run : callable
        From a `Call` to what the cell shows and an assignment gets.
    completes : tuple of str
        The kinds of record whose names complete a word.
    """

    name: str
    parser: Parser
    run: Callable[[Call], Any]
    completes: tuple[str, ...] = ()
    options: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the options, for completion."""
        found = [option for action in self.parser._actions for option in action.option_strings]
        object.__setattr__(self, "options", tuple(each for each in found if each.startswith("--")))

    @property
    def is_cell(self) -> bool:
        """Whether it is put above a cell."""
        return self.name.startswith("%%")

    def __call__(self, shell: InteractiveShell, line: str, cell: str = "") -> Any:
        """Parse, call, and let an error through to be shown as a line."""
        try:
            arguments = self.parser.parse_args(_split(line))
            return self.run(Call(arguments, shell, cell))
        except _HelpShown:
            return None
        except argparse.ArgumentError as error:
            mistake = InvalidInput(f"{self.name}: {error}", hint=self.parser.epilog)
            setattr(mistake, _SHOWN_AS_A_LINE, True)
            raise mistake from error
        except WorkbenchError as error:
            setattr(error, _SHOWN_AS_A_LINE, True)
            raise


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=False)
    except ValueError as error:
        raise InvalidInput(f"{line!r} cannot be read: {error}", hint="close the quotes") from error


def install(shell: InteractiveShell, magics: Iterable[Magic]) -> None:
    """Register magics with their help, their completion, and errors as one line."""
    for magic in magics:
        _register(shell, magic)
    shell.set_custom_exc((WorkbenchError,), _show_error)  # type: ignore[no-untyped-call]


def _register(shell: InteractiveShell, magic: Magic) -> None:

    def function(line: str, cell: str = "") -> Any:
        return magic(shell, line, cell)

    name = magic.name.lstrip("%")
    function.__doc__ = magic.parser.format_help()
    function.__name__ = name
    registry: Any = shell
    registry.register_magic_function(function, "cell" if magic.is_cell else "line", name)

    def complete(_: object, event: Any) -> list[str]:
        return candidates(magic, event.line, event.symbol)

    shell.set_hook("complete_command", complete, str_key=magic.name)  # type: ignore[no-untyped-call]


def candidates(magic: Magic, line: str, word: str) -> list[str]:
    """Return what may complete the word at the cursor: options after a dash, else names."""
    if word.startswith("-") or line.rstrip().endswith("-"):
        return [option for option in magic.options if option.startswith(word or "--")]
    names: list[str] = []
    if magic.completes:
        from workbench.workspace import current

        for artifact in current().metadata.artifacts(magic.completes, latest_only=True):
            names += [artifact.name, *(f"{artifact.name}@{alias}" for alias in artifact.aliases)]
    return sorted({name for name in names if name.startswith(word)})


def _show_error(
    shell: InteractiveShell,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> Sequence[str]:
    """Show an error that a magic raised as a line and its hint; any other with its traceback."""
    if getattr(error, _SHOWN_AS_A_LINE, False) and isinstance(error, WorkbenchError):
        lines = [f"\x1b[31m{kind.__name__}\x1b[0m: {error.message}"]
        lines += [f"  {error.hint}"] if error.hint else []
    else:
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    # IPython leaves it to this function to show the lines.
    shell._showtraceback(kind, error, lines)
    return lines


def assignments(pairs: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE words; a value that is JSON becomes what it says, others stay text."""
    import json

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise InvalidInput(f"{pair!r} is not NAME=VALUE", hint="write for example epochs=3")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
