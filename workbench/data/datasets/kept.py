"""What was worked out of rows that never change, kept on this machine so as not to do it twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

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
    said = json.dumps(key, sort_keys=True, ensure_ascii=False)
    name = hashlib.sha256(said.encode()).hexdigest()
    path = workspace.current().home / "cache" / "parts" / name[:2] / name[2:]
    if path.is_file():
        return path.read_bytes()
    content = make()
    atomic_write(path, content)
    return content
