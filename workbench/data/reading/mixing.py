"""The error for a column of several types."""

from workbench.core.errors import InvalidInput


def mixed(name: str, row: int, value: object, rest: str) -> InvalidInput:
    """Return the error for a column that holds values of more than one kind."""
    shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "…"
    return InvalidInput(
        f"column {name!r} mixes types: row {row} holds {shown}, while {rest}",
        hint=f'mend that row, or read the column as text: types={{{name!r}: "string"}}',
    )
