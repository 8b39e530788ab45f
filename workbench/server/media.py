"""Bytes out of the artifact store, with the type that their first bytes prove."""

from __future__ import annotations

from dataclasses import dataclass

from workbench import workspace

# What a browser may show inside a page. SVG and HTML can carry scripts, so they are files to save.
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_LONGEST = max(len(magic) for magic in _PICTURES)


@dataclass(frozen=True)
class Media:
    """A blob that is about to be sent."""

    content: bytes
    content_type: str
    is_picture: bool


def read(digest: str) -> Media:
    """Return a blob's bytes and their type.

    Raises
    ------
    NotFound
        If the store has no such blob.
    """
    content = workspace.current().blobs.read(digest)
    content_type = _picture_type(content)
    return Media(content, content_type or "application/octet-stream", content_type is not None)


def is_picture(digest: str) -> bool:
    """Return whether a browser can show the blob; reads its first bytes only."""
    with workspace.current().blobs.open(digest) as file:
        return _picture_type(file.read(_LONGEST)) is not None


def _picture_type(content: bytes) -> str | None:
    return next((kind for magic, kind in _PICTURES.items() if content.startswith(magic)), None)
