"""Tables for notebooks: escaped, and without colours of their own, so light and dark both do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape

_STRONG = " style='font-weight:600'"


def html_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    empty: str = "",
    numbers: Collection[int] = (),
    strong: int = 0,
) -> str:
    """Return rows as an HTML table, or a sentence where there are none.

    Parameters
    ----------
    titles : sequence of str
    rows : iterable of sequences
        None is drawn as a dash, several values one after the other.
    caption, empty : str
        What is said above the rows, and in their place.
    numbers : collection of int
        The columns, from 0, that stand to the right.
    strong : int
        How many of the first rows stand out.

    Examples
    --------
    >>> html_table(["view"], [], empty="No view is like that.")
    '<p>No view is like that.</p>'
    """
    sides = ["right" if place in numbers else "left" for place in range(len(titles))]
    styles = [f"style='text-align:{side};vertical-align:top'" for side in sides]
    body = "".join(
        f"<tr{_STRONG if place < strong else ''}>"
        + "".join(
            f"<td {style}>{escape(_text(cell))}</td>"
            for style, cell in zip(styles, row, strict=True)
        )
        + "</tr>"
        for place, row in enumerate(rows)
    )
    said = f"<p>{escape(caption)}</p>" if caption else ""
    if not body:
        return f"{said}<p>{escape(empty)}</p>" if empty else said
    head = "".join(
        f"<th {style}>{escape(each)}</th>" for style, each in zip(styles, titles, strict=True)
    )
    return f"{said}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_facts(facts: Iterable[tuple[str, object]]) -> str:
    """Return facts of one thing as an HTML table, each beside its name.

    Examples
    --------
    >>> html_facts([("view", "delays@1")])[-26:]
    'delays@1</td></tr></table>'
    """
    left = "style='text-align:left'"
    rows = (
        f"<tr><th {left}>{escape(name)}</th><td {left}>{escape(_text(value))}</td></tr>"
        for name, value in facts
    )
    return f"<table>{''.join(rows)}</table>"


def html_note(*lines: str) -> str:
    """Return lines that stand below a table, less loud than it.

    Examples
    --------
    >>> html_note("3 rows")
    "<div style='color:var(--jp-ui-font-color2, inherit)'><div>3 rows</div></div>"
    """
    said = "".join(f"<div>{escape(each)}</div>" for each in lines)
    return f"<div style='color:var(--jp-ui-font-color2, inherit)'>{said}</div>"


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, (list, tuple)):
        return ", ".join(map(str, cell)) or "–"
    return str(cell)
