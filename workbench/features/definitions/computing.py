"""Computing on-demand features, row by row: the same code for a training set and for a request.

Nothing here knows metadata, Arrow or pandas, so that a serving process has it for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.core.errors import InvalidInput, near
from workbench.features.definitions.programs import load
from workbench.features.definitions.values import read_value

_LONGEST = 300
#: The types whose values are taken as they are; what is of another one is looked at more closely.
_EXACT: dict[str, type] = {"float64": float, "int64": int, "string": str, "bool": bool}


def compute(
    steps: Sequence[Mapping[str, Any]],
    rows: Sequence[dict[str, Any]],
    given: Sequence[Mapping[str, Any]],
    where: Callable[[int], str] = "entity {}".format,
) -> None:
    """Add on-demand features to rows of other features.

    Parameters
    ----------
    steps : sequence of mappings
        As `computed.OnDemandView.step` makes them, each after those that it reads.
    rows : sequence of dict
        Features by name; changed.
    given : sequence of mappings
        What each row's request says.
    where : callable
        From a row's position to what it is called in an error.

    Raises
    ------
    InvalidInput
        If a request lacks an input or gives it in another type, the function fails, or it returns
        something else than it said; the error names the row's values.
    """
    for step in steps:
        function = load(step["code"], step["function"])
        taken = [
            (each["name"], each["from"], each["type"], _EXACT.get(each["type"]))
            for each in step["arguments"]
        ]
        made = [
            (each["column"], each["name"], each["type"], _EXACT.get(each["type"]))
            for each in step["outputs"]
        ]
        for position, (row, request) in enumerate(zip(rows, given, strict=True)):
            arguments: dict[str, Any] = {}
            for name, source, kind, exact in taken:
                try:
                    value = request[name] if source is None else row[source]
                except KeyError:
                    raise _absent(step, name, request, where(position)) from None
                # Nearly all values are of their type already; a missing one may be NaN.
                if type(value) is not exact or value != value:  # noqa: PLR0124
                    value = read_value(value, kind, name, where(position))
                arguments[name] = value
            try:
                result = function(**arguments)
            except Exception as error:  # whatever a user's function raises
                raise _failed(step, where(position), arguments, error) from error
            if len(made) == 1 and not isinstance(result, Mapping):
                values: Mapping[str, Any] = {made[0][0]: result}
            else:
                values = _values(step, result, where(position), arguments)
            for column, name, kind, exact in made:
                value = values[column]
                if name is not None:
                    if type(value) is not exact or value != value:  # noqa: PLR0124
                        said = f"what {step['function']}() returned for {where(position)}"
                        value = read_value(value, kind, column, said)
                    row[name] = value


def _absent(
    step: Mapping[str, Any], name: str, request: Mapping[str, Any], where: str
) -> InvalidInput:
    return InvalidInput(
        f"{where} has no {name!r}, which the on-demand view {step['view']!r} takes",
        hint=near(name, request, otherwise=f"give {name!r} with the keys"),
    )


def _values(
    step: Mapping[str, Any], result: object, where: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any]:
    wanted = [each["column"] for each in step["outputs"]]
    if isinstance(result, Mapping):
        if set(result) == set(wanted):
            return result
        said = f"a dict of {', '.join(map(repr, result)) or 'nothing'}"
    else:
        said = f"a {type(result).__name__}"
    raise InvalidInput(
        f"{step['function']}() returned {said} for {where} ({_shown(arguments)})",
        hint=f"return a dict of {', '.join(map(repr, wanted))}",
    )


def _failed(
    step: Mapping[str, Any], where: str, arguments: Mapping[str, Any], error: Exception
) -> InvalidInput:
    missing = [name for name, value in arguments.items() if value is None]
    hint = "mend the function, and define the view again"
    if missing:
        hint = f"a value that is missing is None, as {missing[0]!r} is here: let it return None"
    return InvalidInput(
        f"{step['function']}() of the view {step['ref']} failed for {where} "
        f"({_shown(arguments)}): {type(error).__name__}: {error}",
        hint=hint,
    )


def _shown(arguments: Mapping[str, Any]) -> str:
    text = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
