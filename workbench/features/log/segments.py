"""Files that one process appends to, and that are readable however it ends.

A segment is `<folder>/<time>-<id><suffix>`: its writer alone knows its name, and holds a lock on it
for as long as it lives. What is appended is handed to the operating system in one `os.write`, so a
killed process loses nothing that it appended; `sync` makes it safe from a loss of power too.

Framed segments hold frames: length, CRC-32 and content. The first frame says what the rest is. A
reader counts, and passes over, a frame that is not whole.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from workbench.core.ids import new_id
from workbench.core.references import check_name

SUFFIX = ".journal"
SEGMENT_BYTES = 16 << 20
_FRAME = struct.Struct("<II")
_LONGEST = 200
_TIME = "%Y%m%dT%H%M%S"


class Segment:
    """A file that this process appends to.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    start : bytes
        What the file begins with.
    suffix : str

    Raises
    ------
    OSError
        If the file cannot be made.
    """

    def __init__(self, folder: Path, start: bytes = b"", suffix: str = SUFFIX) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{datetime.now(UTC):{_TIME}}-{new_id()}{suffix}"
        # It gets its name once it is locked and begun: nobody ever takes it for an abandoned one.
        hidden = folder / f".new-{self.path.stem}"
        self._file = os.open(hidden, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
        self.size = 0
        #: Whether bytes that could not be taken back stand at its end.
        self.torn = False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            if start:
                self.append(start)
            hidden.rename(self.path)
        except OSError:
            self.close()
            hidden.unlink(missing_ok=True)
            raise

    def append(self, content: bytes) -> None:
        """Write at the end, all or nothing.

        Raises
        ------
        OSError
            If there is no room; the file is then as it was, or else `torn`.
        """
        try:
            written = os.write(self._file, content)
        except OSError:
            self._take_back()
            raise
        if written != len(content):
            self._take_back()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self.size += written

    def sync(self) -> None:
        """Wait until the disk has it."""
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file and its lock."""
        os.close(self._file)

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._file, self.size)
        except OSError:
            self.torn = True


def folder_of(place: Path, name: str) -> Path:
    """Return the folder of a name, whatever letters it is made of.

    Examples
    --------
    >>> folder_of(Path("logs"), "../航空").name
    '%2E.%2F%E8%88%AA%E7%A9%BA'
    """
    text = quote(check_name(name), safe=" ")
    if text.startswith("."):
        text = f"%2E{text[1:]}"
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 17]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return place / text


def names_in(place: Path) -> list[str]:
    """Return the names that have a folder."""
    return sorted(unquote(each.name) for each in place.glob("*") if each.is_dir())


def frame(content: bytes) -> bytes:
    """Return content with its length and its checksum before it."""
    return _FRAME.pack(len(content), zlib.crc32(content)) + content


@dataclass
class Damage:
    """What a reader passed over.

    Attributes
    ----------
    torn : int
        Frames at the end of a segment that a killed writer left half-written, or is writing now.
    unreadable : int
        Other frames, and files, that are not what was written.
    """

    torn: int = 0
    unreadable: int = 0

    def warn(self, what: str) -> None:
        """Say that something is not what was written; what was never wholly written is no loss."""
        if self.unreadable:
            warnings.warn(
                f"{self.unreadable} parts of {what} cannot be read and are left out; "
                "their disk may be failing",
                stacklevel=3,
            )


def frames(path: Path, damage: Damage) -> Iterator[bytes]:
    """Yield the content of each whole frame, in order."""
    content = memoryview(path.read_bytes())
    position, end = 0, len(content)
    while position < end:
        if end - position < _FRAME.size:
            damage.torn += 1
            return
        length, checksum = _FRAME.unpack_from(content, position)
        position += _FRAME.size
        if position + length > end:
            damage.torn += 1
            return
        body = content[position : position + length]
        position += length
        if zlib.crc32(body) == checksum:
            yield bytes(body)
        elif position == end:
            damage.torn += 1  # the file had grown before its last bytes came
        else:
            damage.unreadable += 1


def is_live(path: Path) -> bool:
    """Return whether a process still writes to a segment."""
    try:
        probe = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(probe)
    return False


def began(path: Path) -> datetime:
    """Return when a segment was begun, to the second."""
    return datetime.strptime(path.name.partition("-")[0], _TIME).replace(tzinfo=UTC)
