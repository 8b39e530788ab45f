"""One error root. A message names the value that was wrong; the hint says how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WorkbenchError(Exception):
    """The root of every error that this library raises on purpose.

    Parameters
    ----------
    message : str
        What went wrong, with the value that caused it.
    hint : str, optional
        What to do about it, as a sentence.

    Examples
    --------
    >>> print(WorkbenchError("no dataset 'flihgts'", hint="did you mean 'flights'?"))
    no dataset 'flihgts'; did you mean 'flights'?
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments are lost by the default reduction, and errors cross processes.
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(kind: type[WorkbenchError], message: str, hint: str | None) -> WorkbenchError:
    return kind(message, hint=hint)


class NotFound(WorkbenchError):
    """A name, version, alias or file that does not exist."""


class InvalidInput(WorkbenchError):
    """A value from outside that cannot be used as it is."""


class Conflict(WorkbenchError):
    """Somebody else holds or has changed what was asked for."""


class Unavailable(WorkbenchError):
    """A service, port or optional package that cannot be reached."""


class StorageFull(WorkbenchError):
    """No room left where bytes were to be written; nothing of them was kept."""


class GateFailed(WorkbenchError):
    """A model did not pass a gate that guards the step asked for."""


def near(name: str, known: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Return a hint that offers the known names nearest to `name`.

    Examples
    --------
    >>> near("carier", ["carrier", "origin"])
    "did you mean 'carrier'?"
    """
    names = sorted(set(known))
    matches = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if matches:
        return f"did you mean {' or '.join(repr(match) for match in matches)}?"
    if names and otherwise is None:
        shown = ", ".join(repr(each) for each in names[:8])
        return f"there {'is' if len(names) == 1 else 'are'} {shown}{' and more' * (len(names) > 8)}"
    return otherwise
