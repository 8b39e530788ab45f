"""What was worked out of rows that never change, kept on this machine so as not to do it twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from workbench import workspace
from workbench.core.files import atomic_write


def kept(key: dict[str, object], make: Callable[[], bytes]) -> bytes:
    """Return the bytes that `make` made for this key once, here or in an earlier process.

    They lie in the workspace's cache, which may be emptied at any time.

    Parameters
    ----------
    key : dict
        Everything that the bytes depend on, as JSON: what is made, its format's version, the
        file's digest, options.
    make : callable
    """
    content = find(key)
    if content is None:
        content = make()
        keep(key, content)
    return content


def holds(key: dict[str, object]) -> bool:
    """Return whether bytes are kept for this key."""
    return _path(key).is_file()


def find(key: dict[str, object]) -> bytes | None:
    """Return the bytes that are kept for this key, or None."""
    try:
        return _path(key).read_bytes()
    except FileNotFoundError:
        return None


def keep(key: dict[str, object], content: bytes) -> None:
    """Keep bytes for this key."""
    atomic_write(_path(key), content)


def _path(key: dict[str, object]) -> Path:
    said = json.dumps(key, sort_keys=True, ensure_ascii=False)
    name = hashlib.sha256(said.encode()).hexdigest()
    return workspace.current().home / "cache" / "parts" / name[:2] / name[2:]
