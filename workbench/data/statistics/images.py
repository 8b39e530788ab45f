"""What images are: read from their first bytes, never decoded."""

from __future__ import annotations

import functools
import io
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.core.errors import Unavailable
from workbench.data.statistics.numbers import Counted, Numbers, bounded, merge_numbers

# JPEG, PNG, GIF, TIFF, BMP and WebP.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")


@dataclass(frozen=True, eq=False)
class Images:
    """The formats, modes and sizes of some images.

    Attributes
    ----------
    formats, modes : dict of str to int
    unreadable, max_bytes : int
    others : int
        Values that do not begin as an image does, where nobody said that they are images.
    widths, heights : Counted or Summary
        In pixels.
    """

    formats: dict[str, int]
    modes: dict[str, int]
    unreadable: int
    max_bytes: int
    others: int
    widths: Numbers
    heights: Numbers

    @classmethod
    def of(cls, values: pa.ChunkedArray, limit: int, others: int = 0) -> Images:
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
            others,
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
            self.others + other.others,
            merge_numbers(self.widths, other.widths, limit),
            merge_numbers(self.heights, other.heights, limit),
        )


def found_images(values: pa.ChunkedArray, limit: int) -> Images | None:
    """Return those of the byte strings that begin as images do; None if they cannot be looked into.

    Parameters
    ----------
    values : pyarrow.ChunkedArray
        None of them null.
    limit : int
        Distinct widths and heights that are counted one by one.
    """
    if find_spec("PIL") is None:
        return None
    begun = functools.reduce(pc.or_, (pc.starts_with(values, each) for each in _BEGINNINGS))
    images = values.filter(begun)
    return Images.of(images, limit, len(values) - len(images))


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
