"""The colours that data is drawn in, one order for every chart, widget, page and picture."""

from __future__ import annotations

#: Blue, orange, green, purple, ochre on a light ground: told apart by colour-blind readers, each
#: at least 3 to 1 against white. The components' style/tokens.css holds them too, with their pairs
#: for a dark ground.
CATEGORIES = ("#2f6fb7", "#d5692a", "#21866a", "#a8488f", "#84722a")
