"""One order of colours, whoever draws."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.core.colours import CATEGORIES

TOKENS = Path(__file__).parents[3] / "extensions" / "ui" / "style" / "tokens.css"


def channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    red, green, blue = (channel(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_components_draw_in_the_same_colours():
    light, _, _ = TOKENS.read_text().partition("--wbu-own-bg: #12161c")
    found = re.findall(r"--wbu-c\d: (#[0-9a-f]{6});", light)
    assert tuple(found) == CATEGORIES


def test_marks_stand_out_against_white():
    assert [each for each in CATEGORIES if 1.05 / (luminance(each) + 0.05) < 3] == []
