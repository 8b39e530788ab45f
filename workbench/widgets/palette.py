"""PNG with a palette of 256 colours: a notebook keeps its pictures, so they should be small."""

from __future__ import annotations

import struct
import zlib
from typing import Any

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256


def smaller(image: bytes) -> bytes:
    """Return a PNG of true colours with its 256 most frequent ones, about a fifth as large.

    Rare colours, those of letters' edges, become the nearest of the frequent ones. An image that is
    not 8-bit RGBA with simple filters comes back as it is. The format is W3C's PNG, third edition.
    """
    import numpy as np

    chunks = _chunks(image)
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if (depth, colour, interlace) != (8, 6, 0):
        return image
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    if rows[:, 0].max() > 2:  # filters that need a pass a pixel
        return image
    pixels = rows[:, 1:].reshape(height, width, 4).copy()
    sub = rows[:, 0] == 1
    pixels[sub] = np.cumsum(pixels[sub], axis=1, dtype=np.uint8)
    for row in np.flatnonzero(rows[:, 0] == 2):
        pixels[row] += pixels[row - 1] if row else 0
    alpha = pixels[:, :, 3:].astype(np.uint16)
    solid = ((pixels[:, :, :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint32)
    # Colours that differ in two bits a channel are one; each group goes by one of its own colours.
    key = (solid[:, :, 0] >> 2 << 12) | (solid[:, :, 1] >> 2 << 6) | (solid[:, :, 2] >> 2)
    count = np.bincount(key.ravel(), minlength=1 << 18)
    own = np.zeros((1 << 18, 3), np.int32)
    own[key.ravel()] = solid.reshape(-1, 3)
    groups = np.flatnonzero(count)
    palette = own[groups[np.argsort(-count[groups], kind="stable")[:_COLOURS]]]
    nearest = np.zeros(1 << 18, np.uint8)
    for start in range(0, len(groups), 4096):
        part = groups[start : start + 4096]
        nearest[part] = _nearest(own[part], palette)
    indices = np.zeros((height, width + 1), np.uint8)
    indices[:, 1:] = nearest[key]
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(indices.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _nearest(colours: Any, palette: Any) -> Any:
    distance = ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    return distance.argmin(axis=1)


def _chunks(image: bytes) -> dict[bytes, bytes]:
    """Return each chunk's content by its name; the parts of the pixels joined."""
    found: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while at < len(image):
        (size,) = struct.unpack_from(">I", image, at)
        name = image[at + 4 : at + 8]
        found[name] = found.get(name, b"") + image[at + 8 : at + 8 + size]
        at += 12 + size
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
