"""A notebook before it runs: read from its file, its parameters found and checked."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, NotFound, near

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: The tag of the cell whose assignments are a notebook's parameters, as papermill has it.
PARAMETERS_TAG = "parameters"


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was when it was read.

    Attributes
    ----------
    name : str
        The file's name without its suffix.
    folder : Path
        Where its cells run, so that a relative path in them means what it means in JupyterLab.
    content : bytes
        The file, byte for byte.
    """

    name: str
    folder: Path
    content: bytes

    def node(self) -> NotebookNode:
        """Return a fresh nbformat tree of the notebook, in format 4."""
        return _parse(self.content)

    def parameters(self) -> tuple[str, ...]:
        """Return the names that the notebook's `parameters` cell assigns."""
        return declared_parameters(self.node())


def read_notebook(path: str | Path) -> Notebook:
    """Read a notebook and make sure that it is one.

    Raises
    ------
    NotFound
        If there is no such file; the message names notebooks beside it.
    InvalidInput
        If the file is not a notebook.
    """
    path = Path(path).expanduser()
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        beside = [each.name for each in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
        hint = near(path.name, beside, otherwise="give the path of an .ipynb file")
        raise NotFound(f"no notebook at {str(path)!r}", hint=hint) from error
    except IsADirectoryError as error:
        raise InvalidInput(
            f"{str(path)!r} is a folder", hint="give the path of an .ipynb file"
        ) from error
    return notebook_of(content, path.stem, path.resolve().parent)


def notebook_of(content: bytes, name: str, folder: Path) -> Notebook:
    """Return the notebook held in `content`.

    Raises
    ------
    InvalidInput
        If it is not a notebook.
    """
    import nbformat

    hint = "give a file that Jupyter saved, with the suffix .ipynb"
    try:
        tree = json.loads(content)
        if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
            raise InvalidInput(f"{name!r} is not a notebook: it has no cells", hint=hint)
        nbformat.validate(_parse(content))
    except (ValueError, nbformat.ValidationError) as error:
        why = str(error).strip().splitlines()[0]
        raise InvalidInput(f"{name!r} is not a notebook: {why}", hint=hint) from error
    return Notebook(name, folder, content)


def declared_parameters(node: NotebookNode) -> tuple[str, ...]:
    r"""Return the names assigned in the cell tagged `parameters`, in order.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("rows: int | None = None\nlabel = 'late'")
    >>> cell.metadata.tags = ["parameters"]
    >>> declared_parameters(new_notebook(cells=[cell]))
    ('rows', 'label')
    """
    import papermill

    cells = [cell for cell in node.cells if PARAMETERS_TAG in cell.metadata.get("tags", ())]
    if not cells:
        return ()
    try:
        tree = ast.parse(cells[0].source)
    except SyntaxError:
        # Another language, or a magic among the assignments: papermill reads it line by line.
        described = deepcopy(node)
        spec = {"name": "python3", "language": "python", **node.metadata.get("kernelspec", {})}
        described.metadata["kernelspec"] = type(node)(spec)
        return tuple(papermill.inspect_notebook(described))
    names: list[str] = []
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        names += [
            each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
        ]
    return tuple(dict.fromkeys(names))


def bind_parameters(notebook: Notebook, values: Mapping[str, object]) -> dict[str, Any]:
    """Check parameters against what the notebook declares and make them plain JSON values.

    Raises
    ------
    InvalidInput
        If the notebook declares no such parameter, or a value cannot be written into a cell.
    """
    if not values:
        return {}
    declared = notebook.parameters()
    if not declared:
        raise InvalidInput(
            f"{notebook.name!r} takes no parameters, so {sorted(values)[0]!r} cannot be set",
            hint="tag the cell that assigns them 'parameters'",
        )
    for name in values:
        if name not in declared:
            raise InvalidInput(
                f"{notebook.name!r} has no parameter {name!r}", hint=near(name, declared)
            )
    return {name: _plain(name, value) for name, value in values.items()}


def _parse(content: bytes) -> NotebookNode:
    import nbformat

    reads: Any = nbformat.reads  # not typed
    node: NotebookNode = reads(content.decode(), as_version=4)
    return node


def _plain(name: str, value: object) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(name, each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(name, each) for key, each in value.items()}
    item = getattr(value, "item", None)
    if callable(item):  # a NumPy scalar
        return _plain(name, item())
    raise InvalidInput(
        f"the parameter {name!r} is a {type(value).__name__}, which no cell can be given",
        hint="pass numbers, text, dates, lists or dicts; for anything else its name or path",
    )
