"""The pictures in an executed notebook, kept by themselves, so that a job's page can show them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.evaluation.pictures import pixel_width
from workbench.storage import BlobStore

_MOST = 12
_PNG = "image/png"
_MAGIC = b"\x89PNG\r\n\x1a\n"


def keep_pictures(notebook: Path, blobs: BlobStore) -> list[dict[str, Any]]:
    """Store the PNG outputs of a notebook, the first twelve.

    Returns
    -------
    list of dict
        ``digest``; ``title``, the heading above it; ``scale``, its pixels to one of the page.
    """
    return [
        {"digest": blobs.put_bytes(content).digest, "title": title, "scale": scale}
        for (title, content, scale), _ in zip(_pictures(notebook), range(_MOST), strict=False)
    ]


def _pictures(notebook: Path) -> Iterator[tuple[str, bytes, float]]:
    import nbformat

    title = ""
    for cell in nbformat.reads(notebook.read_text(), as_version=4).cells:  # type: ignore[no-untyped-call]
        if cell.cell_type == "markdown":
            title = next(iter(cell.source.strip().splitlines()), "").lstrip("# ")[:120] or title
        for output in cell.get("outputs", ()):
            said = output.get("data", {}).get(_PNG)
            if said is None:
                continue
            try:
                content = base64.b64decode("".join("".join(said).split()), validate=True)
            except binascii.Error:
                continue
            if content.startswith(_MAGIC):  # else what a library wrote there is no picture
                yield title, content, _scale(content, output.get("metadata", {}))


def _scale(png: bytes, metadata: Mapping[str, Any]) -> float:
    """Return how many of its pixels make one of the page, where the output says how wide it is."""
    shown = (metadata.get(_PNG) or {}).get("width") or metadata.get("width")
    if not isinstance(shown, int | float) or shown <= 0 or len(png) < 24:
        return 1.0
    return max(1.0, pixel_width(png) / float(shown))
