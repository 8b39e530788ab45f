"""Still pictures: SVG from a few shapes, and PNG from SVG."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from workbench.widgets.palette import smaller

FILL = "#5b8fcb"
INK, INK2, FAINT, LINE, GROUND = "#1c2330", "#4a5462", "#68727f", "#e1e4e9", "#f6f7f9"
WARN, WARN_LINE, BRAND, OK, BAD = "#8f5c00", "#c98f1f", "#1967b3", "#1a7a4f", "#c02e24"
_FONTS = "system-ui, 'DejaVu Sans', 'Noto Sans CJK SC', 'Liberation Sans', sans-serif"
_SCALE = 2
_NARROW, _WIDE = frozenset(" .,:;'!|()[]-/·fijlrt"), frozenset("mwMW@%…→")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def text(
    x: float,
    y: float,
    words: object,
    *,
    fill: str = INK,
    size: float = 13,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    """Return words as SVG; whatever they hold stays text."""
    weight = ' font-weight="bold"' if bold else ""
    shown = escape(_CONTROL.sub("�", str(words)))
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" font-size="{size}" '
        f'text-anchor="{anchor}"{weight}>{shown}</text>'
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = "none",
    stroke: str = "none",
    radius: float = 0,
    stroke_width: float = 1,
) -> str:
    """Return a rectangle."""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{max(height, 0):.2f}" '
        f'rx="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="{stroke_width}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = LINE) -> str:
    """Return a thin line."""
    return f'<path d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" stroke="{stroke}" fill="none"/>'


def path(d: str, stroke: str, width: float = 1.6, opacity: float = 1) -> str:
    """Return a curve without a filling."""
    return (
        f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}" stroke-linejoin="round"/>'
    )


def chip(x: float, y: float, words: str, colour: str, stroke: str | None = None) -> str:
    """Return words in an outlined pill whose left edge is at `x`."""
    width = text_width(words, 11) + 14
    pill = rect(x, y - 13, width, 18, stroke=stroke or colour, radius=9)
    return pill + text(x + 7, y, words, fill=colour, size=11)


def card(width: float, height: float, parts: Iterable[str], ground: str = "#fff") -> str:
    """Return the whole picture, in the card that the widgets stand in."""
    frame = rect(0.5, 0.5, width - 1, height - 1, fill=ground, stroke=LINE, radius=8)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{_FONTS}">'
        f"{frame}{''.join(parts)}</svg>"
    )


def png(svg: str) -> tuple[str, int]:
    """Return a picture as base64 PNG of twice its size, and its width in pixels of a page."""
    import vl_convert

    found = re.search(r'width="(\d+)"', svg)
    image = smaller(vl_convert.svg_to_png(svg, scale=_SCALE))
    return base64.b64encode(image).decode("ascii"), int(found[1]) if found else 0


def text_width(words: str, size: float = 13) -> float:
    """Return about how wide words are in a sans-serif font."""
    return sum(map(_letter_width, words)) * size


def _letter_width(letter: str) -> float:
    """Return the width of a letter as a share of the font's size."""
    if ord(letter) > 0x2E7F:
        return 1.0
    if letter in _NARROW:
        return 0.35
    if letter in _WIDE:
        return 0.95
    return 0.69 if letter.isupper() else 0.62


def shorten(words: object, most: float, size: float = 13) -> str:
    """Return what fits into `most` pixels, an ellipsis at its end when something was cut."""
    full = str(words)
    if text_width(full, size) <= most:
        return full
    cut = full
    while cut and text_width(cut + "…", size) > most:
        cut = cut[:-1]
    return cut + "…"


def number(value: float | None, digits: int = 3) -> str:
    """Return three significant digits, thousands separated; a dash for what is not known.

    Examples
    --------
    >>> number(1039.9126), number(12.639), number(0), number(None), number(-0.000012)
    ('1,040', '12.6', '0', '–', '−1.20e−5')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-4 or size >= 1e12:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        shown = f"{mantissa}e{int(exponent)}"
    elif size >= 10 ** (digits - 1):
        shown = f"{value:,.0f}"
    else:
        shown = f"{value:.{max(digits - 1 - math.floor(math.log10(size)), 0)}f}"
    return shown.replace("-", "−")


def share(part: float, whole: float) -> str:
    """Return a percentage; what is not nothing never reads as 0."""
    if part == 0 or whole == 0:
        return "0"
    percent = 100 * part / whole
    if percent < 0.01:
        return "<0.01 %"
    return f"{percent:.{0 if percent >= 100 else 1 if percent >= 10 else 2}f} %"


def moment(milliseconds: float | None) -> str:
    """Return a time to the minute, UTC, from milliseconds since 1970."""
    if milliseconds is None:
        return "–"
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        return number(milliseconds)
