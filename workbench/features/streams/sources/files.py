"""Events in files that grow: JSON lines or CSV, one file with what it is rotated to, or a folder.

A line is taken once it is whole. A file is known by its inode and, in case that is given to
another file, by its first bytes, so a rotated file is read on under its new name, and one that
was truncated or replaced is read from its start.
"""

from __future__ import annotations

import csv
import json
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from workbench.features.streams.sources.source import Batch, Message, Offset

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv")
_PACKED = (".gz", ".zst", ".bz2", ".xz", ".zip", ".tmp", ".part")
_CHUNK = 4 << 20
_LONGEST = 1 << 20
_SHOWN = 1000
_HEAD = 1024
_PAUSE = 0.02
_SETTLED = 30.0  # seconds after which nobody is expected to end the last line of an older file


@dataclass
class _File:
    """A file that is there, and how far it was read."""

    path: Path
    inode: int
    size: int
    changed: float
    at: int = 0


class FileSource:
    """The lines of a file or of a folder's files; see `StreamSource`.

    All of it is one partition, older files first: by name in a folder, by age among what a file
    was rotated to. CSV has its columns' names in each file's first line, and an event a line: a
    line break within quotes is not read.

    Parameters
    ----------
    path : Path
        A file is read together with what it was rotated to (its name, a dot and anything).
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.name = f"file://{self.path}"
        self._headers: dict[int, list[str]] = {}
        self._heads: dict[tuple[int, int, int, float], int] = {}

    def beginning(self) -> Offset:
        """Return the offset before the first line of the oldest file."""
        self._found()
        return {"files": []}

    def end(self) -> Offset:
        """Return the offset after the last whole line of all files."""
        files = self._found()
        for each in files:
            each.at = _last_line(each)
        return self._offset(files)

    def skip(self, offset: Offset) -> Offset:
        """Return an offset that no longer asks for files that are gone."""
        return self._offset(self._known(offset, lost=[]))

    def read(self, offset: Offset, limit: int, wait: float) -> Batch:
        """Return the next whole lines, of the oldest file that has some."""
        until = time.monotonic() + wait
        while True:
            lost: list[str] = []
            files = self._known(offset, lost)
            if lost:
                raise Conflict(
                    f"{lost[0]} is gone from {self.path.parent} before it was read to its end",
                    hint='bring it back, or pass over what is lost with gaps="skip"',
                )
            messages: list[Message] = []
            for position, each in enumerate(files):
                older = position + 1 < len(files)
                messages += self._lines(each, limit - len(messages), older)
                if len(messages) >= limit:
                    break
            if messages or time.monotonic() >= until:
                return Batch(messages, self._offset(files))
            time.sleep(_PAUSE)

    def commit(self, offset: Offset) -> None:
        """Do nothing: files know no readers."""

    def lag(self, offset: Offset) -> int:
        """Return how many lines wait."""
        return sum(_breaks(each) for each in self._known(offset, lost=[]))

    def close(self) -> None:
        """Do nothing: files are open only while they are read."""

    def _found(self) -> list[_File]:
        if not (files := self._files()) and not self.path.is_dir():
            raise NotFound(
                f"there is no file {self.path}", hint="make it, empty if there are no events yet"
            )
        return files

    def _files(self) -> list[_File]:
        """Return the files that are there, the oldest first."""
        folder = self.path.is_dir()
        found = []
        try:
            for path in (self.path if folder else self.path.parent).iterdir():
                mine = (
                    path.suffix in SUFFIXES
                    if folder
                    else path == self.path or path.name.startswith(f"{self.path.name}.")
                )
                if not mine or path.name.startswith((".", "_")) or path.name.endswith(_PACKED):
                    continue
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue  # rotated meanwhile: the next look finds it
                if path.is_file():
                    found.append(_File(path, status.st_ino, status.st_size, status.st_mtime))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Unavailable(
                f"the events in {self.path} cannot be read: {error}", hint="check its rights"
            ) from error
        if folder:
            return sorted(found, key=lambda each: each.path.name)
        return sorted(found, key=self._age)

    def _age(self, file: _File) -> tuple[bool, float, int]:
        """Order what a file was rotated to by age; of two of one moment, number 2 before 1."""
        number = file.path.name.rpartition(".")[2]
        return file.path == self.path, file.changed, -int(number) if number.isdecimal() else 0

    def _known(self, offset: Offset, lost: list[str]) -> list[_File]:
        """Return the files with how far each was read; add those that went unread to `lost`."""
        files = self._files()
        read: list[dict[str, Any]] = list(offset["files"])
        # A file of another inode may be the same one, put in its place as rsync does.
        for kind in ("inode", "name"):
            known = {each[kind]: each for each in read}
            for file in files:
                each = known.get(file.inode if kind == "inode" else file.path.name)
                if each is not None and not file.at and self._begins(file, each):
                    file.at = int(each["at"])
                    read.remove(each)
        lost += [str(each["name"]) for each in read if each["left"]]
        return files

    def _begins(self, file: _File, read: dict[str, Any]) -> bool:
        at = int(read["at"])
        return file.size >= at and self._head(file, at) == read["head"]

    def _head(self, file: _File, at: int) -> int:
        """Return a checksum of a file's first bytes, of those that were read."""
        length = min(at, _HEAD)
        key = (file.inode, length, file.size, file.changed)
        if key not in self._heads:
            with _opened(file) as stream:
                found = zlib.crc32(stream.read(length)) if stream is not None else -1
            if len(self._heads) > 10_000:
                self._heads.clear()
            self._heads[key] = found
        return self._heads[key]

    def _offset(self, files: list[_File]) -> Offset:
        return {
            "files": [
                {
                    "name": each.path.name,
                    "inode": each.inode,
                    "at": each.at,
                    "head": self._head(each, each.at),
                    "left": each.size > each.at,
                }
                for each in files
                if each.size
            ]
        }

    def _lines(self, file: _File, limit: int, older: bool) -> Iterator[Message]:
        if file.at >= file.size or limit <= 0:
            return
        table = (file.path if self.path.is_dir() else self.path).suffix == ".csv"
        quiet = older and time.time() - file.changed > _SETTLED
        with _opened(file) as stream:
            if stream is None:
                return
            names = self._header(file, stream) if table else []
            stream.seek(file.at)
            taken = 0
            while taken < limit and (line := stream.readline(_LONGEST)):
                start, length = file.at, len(line)
                whole = line.endswith(b"\n")
                if not whole and length < _LONGEST:
                    if not quiet and (table or not _is_object(line)):
                        return  # still being written
                    whole = True
                while not whole:  # too long: passed over, up to its end
                    if not (rest := stream.readline(_LONGEST)):
                        return
                    length += len(rest)
                    whole = rest.endswith(b"\n")
                file.at += length
                place = f"{file.path.name}:{start}"
                text = line.strip()
                if length > _LONGEST:
                    yield Message(line[:_SHOWN], place, wrong=f"a line of {length:,} bytes")
                elif text and not (table and start == 0):
                    yield _row(text, names, place) if table else Message(text, place)
                else:
                    continue
                taken += 1

    def _header(self, file: _File, stream: BinaryIO) -> list[str]:
        if file.at == 0 or file.inode not in self._headers:
            line = stream.readline(_LONGEST)
            if not line.endswith(b"\n"):
                return []
            try:
                names = next(csv.reader([line.decode("utf-8-sig").strip()]), [])
            except (UnicodeDecodeError, csv.Error) as error:
                raise InvalidInput(
                    f"the first line of {file.path} names no columns: {error}",
                    hint="CSV is UTF-8, and its first line has the columns' names",
                ) from error
            self._headers[file.inode] = names
        return self._headers[file.inode]


@contextmanager
def _opened(file: _File) -> Iterator[BinaryIO | None]:
    """Open a file, unless another one has its name by now."""
    try:
        stream = file.path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with stream:
        yield stream if os.fstat(stream.fileno()).st_ino == file.inode else None


def _is_object(line: bytes) -> bool:
    """Return whether a line is whole although it is not ended: nothing can follow an object."""
    if not line.rstrip().endswith(b"}"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _row(line: bytes, names: list[str], place: str) -> Message:
    try:
        values = next(csv.reader([line.decode()], strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return Message(line, place, wrong=f"no line of CSV: {error}")
    if len(values) != len(names):
        return Message(line, place, wrong=f"{len(values)} fields where {len(names)} are named")
    return Message(dict(zip(names, values, strict=True)), place)


def _breaks(file: _File) -> int:
    count = 0
    with _opened(file) as stream:
        if stream is not None:
            stream.seek(file.at)
            while chunk := stream.read(_CHUNK):
                count += chunk.count(b"\n")
    return count


def _last_line(file: _File) -> int:
    """Return where the last whole line ends."""
    with _opened(file) as stream:
        end = 0 if stream is None else file.size
        while stream is not None and end:
            start = max(0, end - _CHUNK)
            stream.seek(start)
            if (found := stream.read(end - start).rfind(b"\n")) >= 0:
                return start + found + 1
            end = start
    return 0
