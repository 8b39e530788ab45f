"""What the variables of a notebook hold, as far as its cells say it themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from workbench.features.discovery.pandas_values import IDLE

#: Steps after which a frame still holds all rows of its dataset.
_SAME = IDLE - {"head", "rename", "round", "add_suffix", "add_prefix"}


def frames_in(cells: Iterable[str]) -> dict[str, str]:
    """Return which datasets variables hold after some cells, read and not run.

    A name counts while what it was last set to is a dataset, or a frame of all of its rows.

    Examples
    --------
    >>> frames_in(["df = wb.dataset('flights').to_pandas()", "other = df", "df = clean(df)"])
    {'other': 'flights'}
    """
    known: dict[str, str] = {}
    for cell in cells:
        lines = cell.splitlines()
        text = "\n".join("" if each.lstrip().startswith(("%", "!")) else each for each in lines)
        try:
            tree = ast.parse(text)
            for statement in tree.body:
                _follow(statement, known)
        except (SyntaxError, ValueError, RecursionError):
            continue  # another language, or half written
    return known


def _follow(statement: ast.stmt, known: dict[str, str]) -> None:
    held = _held(statement.value, known) if isinstance(statement, ast.Assign) else None
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            known.pop(node.id, None)
    if isinstance(statement, ast.Assign) and held is not None:
        known.update({each.id: held for each in statement.targets if isinstance(each, ast.Name)})


def _held(node: ast.expr, known: dict[str, str]) -> str | None:
    """Return the dataset whose rows an expression holds."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    owner, name = node.func.value, node.func.attr
    if isinstance(owner, ast.Name) and owner.id in ("wb", "workbench"):
        named = [each.value for each in node.keywords if each.arg == "name"]
        given = named if name == "ingest" else node.args[:1] if name == "dataset" else []
        told = [each.value for each in given if isinstance(each, ast.Constant)]
        return told[0] if told and isinstance(told[0], str) else None
    return _held(owner, known) if name in _SAME else None
