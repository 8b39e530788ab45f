"""Turning what a person hands to `log_artifact` into stored bytes."""

from __future__ import annotations

import io
import json
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import Any, cast

from workbench.core.errors import InvalidInput, NotFound
from workbench.storage import Blob, BlobStore


def store_object(
    blobs: BlobStore, thing: object, name: str | None
) -> tuple[Blob, str, dict[str, object]]:
    """Store `thing`; return its blob, its name and facts about its format."""
    if isinstance(thing, str | PathLike):
        return _store_path(blobs, Path(thing), name)
    content, ending = _bytes_of(thing)
    if name is None:
        raise InvalidInput(
            f"a {type(thing).__name__} has no name to be kept under", hint="give name='…'"
        )
    called = _safe(name if PurePosixPath(name).suffix else name + ending)
    return blobs.put_bytes(content), called, {"format": PurePosixPath(called).suffix[1:]}


def _store_path(
    blobs: BlobStore, path: Path, name: str | None
) -> tuple[Blob, str, dict[str, object]]:
    called = _safe(name or path.name)
    if path.is_dir():
        return blobs.put_tree(path), called, {"format": "tree"}
    if not path.exists():
        raise NotFound(
            f"there is no file {str(path)!r}", hint="to keep a text, give its bytes and a name"
        )
    return blobs.put_file(path), called, {"format": path.suffix[1:]}


def _bytes_of(thing: object) -> tuple[bytes, str]:
    if isinstance(thing, bytes | bytearray | memoryview):
        return bytes(thing), ".bin"
    if isinstance(thing, dict | list):
        try:
            return json.dumps(thing, ensure_ascii=False, indent=1).encode(), ".json"
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{type(thing).__name__} is not JSON: {error}") from None
    figure = cast("Any", thing)
    if hasattr(figure, "savefig"):
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
        return picture.getvalue(), ".png"
    if hasattr(figure, "to_json") and hasattr(figure, "to_dict"):
        return str(figure.to_json()).encode(), ".vl.json"
    raise InvalidInput(
        f"a {type(thing).__name__} cannot be kept as a file",
        hint="give a path, bytes, a dict, a list, a matplotlib figure or an Altair chart",
    )


def _safe(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/"):
        raise InvalidInput(f"{name!r} cannot name an artifact", hint="use a name such as 'a/b.png'")
    return str(PurePosixPath(name))
