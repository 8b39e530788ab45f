"""What images are: read from their first bytes, never decoded."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from workbench.core.errors import Unavailable
from workbench.data.statistics.numbers import Counted, Numbers, bounded, merge_numbers

# JPEG, PNG, GIF, TIFF, BMP and WebP.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_LOOKED_AT = 20


@dataclass(frozen=True, eq=False)
class Images:
    """The formats, modes and sizes of some images.

    Attributes
    ----------
    formats, modes : dict of str to int
    unreadable, max_bytes : int
    widths, heights : Counted or Summary
        In pixels.
    """

    formats: dict[str, int]
    modes: dict[str, int]
    unreadable: int
    max_bytes: int
    widths: Numbers
    heights: Numbers

    @classmethod
    def of(cls, values: pa.ChunkedArray, limit: int) -> Images:
        """Return those of images, or of the files that texts name.

        Raises
        ------
        Unavailable
            If Pillow is not installed.
        """
        formats, modes = Counter[str](), Counter[str]()
        widths, heights = [], []
        unreadable = largest = 0
        for value in _each(values):
            if (found := _header(value)) is None:
                unreadable += 1
                continue
            size, kind, mode, (width, height) = found
            formats[kind] += 1
            modes[mode] += 1
            widths.append(width)
            heights.append(height)
            largest = max(largest, size)
        return cls(
            dict(formats),
            dict(modes),
            unreadable,
            largest,
            bounded(_counted(widths), limit),
            bounded(_counted(heights), limit),
        )

    def merged(self, other: Images, limit: int) -> Images:
        """Return those of both sets of images."""
        return Images(
            dict(Counter(self.formats) + Counter(other.formats)),
            dict(Counter(self.modes) + Counter(other.modes)),
            self.unreadable + other.unreadable,
            max(self.max_bytes, other.max_bytes),
            merge_numbers(self.widths, other.widths, limit),
            merge_numbers(self.heights, other.heights, limit),
        )


def are_images(values: pa.ChunkedArray) -> bool:
    """Return whether most byte strings begin as images do, and can be looked into."""
    from importlib.util import find_spec

    looked = [value.as_buffer().to_pybytes()[:6] for value in _first(values)]
    begun = sum(value.startswith(_BEGINNINGS) for value in looked)
    return begun * 2 > len(looked) > 0 and find_spec("PIL") is not None


def _first(values: pa.ChunkedArray) -> list[pa.Scalar]:
    return list(values.slice(0, _LOOKED_AT))


def _each(values: pa.ChunkedArray) -> list[str] | list[bytes]:
    found: list[str] | list[bytes] = values.to_pylist()
    return found


def _header(value: str | bytes) -> tuple[int, str, str, tuple[int, int]] | None:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise Unavailable(
            "images are read with Pillow, which is not installed",
            hint="pip install 'jupyter-workbench[images]'",
        ) from None
    try:
        size = Path(value).stat().st_size if isinstance(value, str) else len(value)
        with Image.open(value if isinstance(value, str) else io.BytesIO(value)) as image:
            return size, str(image.format), image.mode, image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # whatever it is, it counts as unreadable


def _counted(values: list[int]) -> Counted:
    found, counts = np.unique(np.array(values, np.int64), return_counts=True)
    return Counted(found, counts.astype(np.int64))
