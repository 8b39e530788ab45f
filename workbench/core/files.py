"""Writing a file whole or not at all, and letting one process at a time do something."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.core.errors import Conflict, StorageFull

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn "no space left" from the operating system into an error that names what was written.

    Raises
    ------
    StorageFull
        If the disk, the quota or the allowed file size is exhausted.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"no room left while writing {what}",
                hint="free some space, or put home or artifact_url on a larger disk",
            ) from error
        raise


def atomic_write(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, or a crash, sees all of it or none.

    Raises
    ------
    StorageFull
        If there is no room; the former content stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with storage_errors(str(path)):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def file_lock(path: Path, *, wait: float = 60.0, what: str = "this") -> Iterator[None]:
    """Hold `path` as a lock; the operating system frees it when its holder dies, however it dies.

    Parameters
    ----------
    path : Path
        The lock's file; it is made and left in place.
    wait : float
        Seconds to wait for another holder.
    what : str
        What the lock guards, for the error.

    Raises
    ------
    Conflict
        If somebody else holds it for longer than `wait`.
    StorageFull
        If there is no room for a file.
    """
    until = time.monotonic() + wait
    with storage_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a+")
    with opened as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    file.seek(0)
                    holder = file.read().strip() or "another process"
                    raise Conflict(
                        f"{what} is held by {holder}",
                        hint="wait for it to end, or stop it, and try again",
                    ) from None
                time.sleep(0.05)
        os.ftruncate(file.fileno(), 0)
        try:
            os.write(file.fileno(), f"process {os.getpid()}".encode())
        except OSError as error:  # on a full disk it is held too, if by somebody without a name
            if error.errno not in _FULL:
                raise
        try:
            yield
        finally:
            os.ftruncate(file.fileno(), 0)
            fcntl.flock(file, fcntl.LOCK_UN)
