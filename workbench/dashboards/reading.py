"""What a notebook shows of what it reads, found in its code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.metadata import Artifact, ColumnSource

if TYPE_CHECKING:
    from nbformat import NotebookNode

_WORD = re.compile(r"[^\W\d]\w*")


def shown_columns(
    node: NotebookNode, reads: Iterable[Artifact]
) -> Mapping[str, list[ColumnSource]]:
    """Return the columns of `reads` that a notebook's code names, each with where it comes from.

    A column counts as shown when a text in the code is, or holds as a word, its name: ``"carrier"``
    and Altair's ``"mean(arr_delay):Q"`` both do. So a name that also means something else is
    counted once too often, and one that is put together at run time is missed.
    """
    words = mentioned_words(node)
    found: dict[str, list[ColumnSource]] = {}
    for artifact in reads:
        for column in artifact.properties.get("columns", ()):
            name = column.get("name") if isinstance(column, dict) else None
            if name in words:
                found.setdefault(name, []).append(ColumnSource(artifact, name, "shown"))
    return found


def mentioned_words(node: NotebookNode) -> set[str]:
    """Return the words in the texts and attribute names of a notebook's code."""
    words: set[str] = set()
    for cell in node.cells:
        if cell.cell_type != "code":
            continue
        for each in ast.walk(_parse(cell.source)):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                words.update(_WORD.findall(each.value))
            elif isinstance(each, ast.Attribute):
                words.add(each.attr)
    return words


def _parse(source: str) -> ast.Module:
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def title_of(node: NotebookNode, otherwise: str) -> str:
    """Return a notebook's title: its metadata's, else its first heading, else `otherwise`."""
    given = node.metadata.get("title")
    if given:
        return str(given)
    for cell in node.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return str(line.lstrip("#").strip())
    return otherwise
