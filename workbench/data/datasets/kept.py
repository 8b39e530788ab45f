"""What was worked out of rows that never change, kept on this machine so as not to do it twice."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
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
    path = _path(key)
    try:
        os.utime(path)  # used just now
        return path.read_bytes()
    except FileNotFoundError:
        return None


def keep(key: dict[str, object], content: bytes) -> None:
    """Keep bytes for this key."""
    atomic_write(_path(key), content)


def forget(unused: timedelta) -> tuple[int, int]:
    """Remove what was not asked for in so long; return how many files, and their bytes."""
    removed = freed = 0
    before = time.time() - unused.total_seconds()
    for path in _folder().glob("??/*"):
        about = path.stat()
        if about.st_mtime < before:
            path.unlink(missing_ok=True)
            removed, freed = removed + 1, freed + about.st_size
    return removed, freed


def _folder() -> Path:
    return workspace.current().home / "cache" / "parts"


def _path(key: dict[str, object]) -> Path:
    said = json.dumps(key, sort_keys=True, ensure_ascii=False)
    name = hashlib.sha256(said.encode()).hexdigest()
    return _folder() / name[:2] / name[2:]
