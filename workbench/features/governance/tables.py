"""Tables for notebooks: escaped, and without colours of their own, so light and dark both do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def html_table(
    titles: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", empty: str = ""
) -> str:
    """Return rows as an HTML table, or a sentence where there are none.

    Examples
    --------
    >>> html_table(["view"], [], empty="No view is like that.")
    '<p>No view is like that.</p>'
    """
    left = "style='text-align:left;vertical-align:top'"
    body = "".join(
        f"<tr>{''.join(f'<td {left}>{escape(_text(cell))}</td>' for cell in row)}</tr>"
        for row in rows
    )
    said = f"<p>{escape(caption)}</p>" if caption else ""
    if not body:
        return f"{said}<p>{escape(empty)}</p>"
    head = "".join(f"<th {left}>{escape(each)}</th>" for each in titles)
    return f"{said}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, (list, tuple)):
        return ", ".join(map(str, cell)) or "–"
    return str(cell)
