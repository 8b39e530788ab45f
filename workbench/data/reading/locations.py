"""Where files lie: here or wherever fsspec reaches; a folder or a pattern stands for many."""

from __future__ import annotations

import glob
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from workbench.core.errors import InvalidInput, NotFound, near
from workbench.data.reading.remote import changed, open_filesystem, remote_errors, stamp_of

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".tfrecord": "tfrecord",
    ".tfrecords": "tfrecord",
    ".txt": "text",
    ".log": "text",
}
_PACKED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4", ".zip": "zip"}
_URL = re.compile(r"^[a-z][a-z0-9+.-]*(::|://)")


@dataclass(frozen=True)
class File:
    """A file to be read.

    Attributes
    ----------
    path : str
        Where it is: an absolute path, or a URL.
    name : str
        What messages call it: its name, or its path within the folder that was given.
    stamp : tuple
        What changes when the file does.
    system : object or None
        The fsspec file system that opens it; None on this machine.
    """

    path: str
    name: str
    stamp: tuple[object, ...]
    system: Any = None

    @property
    def kind(self) -> str:
        """What its name says it holds: csv, parquet, jsonl, tfrecord or text, or nothing."""
        return kind_of(self.path)

    @property
    def suffix(self) -> str:
        """Its name's ending, without that of its packing."""
        return _suffixes(self.path)[0]

    @contextmanager
    def opened(self, *, unpacked: bool = True) -> Iterator[Any]:  # a binary file
        """Open it for reading, unpacked unless told otherwise; errors name it.

        Raises
        ------
        Conflict
            If it is not what it was when it was found, before or after the block.
        InvalidInput
            If it cannot be unpacked.
        Unavailable
            If its place does not answer or refuses.
        """
        self._check_same()
        with self._errors(), self._raw() as raw:
            packing = _suffixes(self.path)[1] if unpacked else ""
            with (
                _unpacked(raw, _PACKED[packing], self.name) if packing else nullcontext(raw) as file
            ):
                yield file
        self._check_same()

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        if self.system is None:
            with Path(self.path).open("rb") as file:
                yield file
        else:
            with self.system.open(self.path, "rb") as file:
                yield file

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with remote_errors(self.path) if self.system is not None else nullcontext():
            try:
                yield
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                if isinstance(error, OSError) and type(error) is not OSError and self.system:
                    raise  # of the file system, not of what lies in the file
                raise InvalidInput(
                    f"{self.name!r} cannot be read: {error}", hint="it is damaged, or cut short"
                ) from error

    def _check_same(self) -> None:
        if _stamp(self.path, self.system) != self.stamp:
            raise changed(self.name)


def find_files(
    source: str | Path | Sequence[str | Path], options: Mapping[str, Any] | None = None
) -> list[File]:
    """Return the files that paths, URLs, folders and patterns stand for; a folder's by name.

    Parameters
    ----------
    source : path, URL, or sequence of them
        Patterns hold ``*``, ``?`` or ``[…]``, and ``**`` for folders in between.
    options : mapping, optional
        For the file system that opens a URL, as fsspec's ``storage_options``.

    Raises
    ------
    NotFound
        If there is no such file, or no file that could be read in a folder.
    InvalidInput
        If a folder holds files of several kinds.
    """
    given = [source] if isinstance(source, (str, Path)) else list(source)
    return [file for each in given for file in _expanded(each, options or {})]


def kind_of(path: str) -> str:
    """Return what a file's name says it holds, or nothing."""
    return KINDS.get(_suffixes(path)[0], "")


def _suffixes(path: str) -> tuple[str, str]:
    parts = [each.lower() for each in Path(path.rpartition("/")[2].partition("?")[0]).suffixes]
    packing = parts.pop() if parts and parts[-1] in _PACKED else ""
    return (parts[-1] if parts else ""), packing


def _expanded(place: str | Path, options: Mapping[str, Any]) -> list[File]:
    text = str(place)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    if _URL.match(text):
        return _remote(text, options)
    path = Path(text).expanduser()
    if path.is_dir():
        names = [each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()]
        return [_local(path / name, name) for name in _chosen(names, text)]
    if not path.is_file() and glob.has_magic(text):
        found = sorted(Path(each) for each in glob.glob(str(path), recursive=True))  # noqa: PTH207
        files = [each for each in found if each.is_file() and kind_of(each.name)]
        if not files:
            raise NotFound(f"no file is like {text!r}", hint=f"this process is in {Path.cwd()}")
        return [_local(each, each.name) for each in files]
    if not path.is_file():
        siblings = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = near(
            path.name, siblings, otherwise=f"check the path; this process is in {Path.cwd()}"
        )
        raise NotFound(f"there is no file {text!r}", hint=hint)
    return [_local(path, path.name)]


def _local(path: Path, name: str) -> File:
    whole = str(path.resolve())
    return File(whole, name, _stamp(whole, None))


def _remote(url: str, options: Mapping[str, Any]) -> list[File]:
    system, path = open_filesystem(url, options)
    with remote_errors(url):
        if glob.has_magic(path):
            found = {str(each): str(each).rpartition("/")[2] for each in sorted(system.glob(path))}
            found = {each: name for each, name in found.items() if kind_of(each)}
            if not found:
                raise NotFound(f"no file is like {url!r}", hint="check the address")
        elif system.isdir(path) and not kind_of(path):
            inside = {str(each).removeprefix(path).lstrip("/"): each for each in system.find(path)}
            found = {str(inside[name]): name for name in _chosen(inside, url)}
        else:
            found = {path: path.rpartition("/")[2]}
    whole = {str(system.unstrip_protocol(each)): name for each, name in found.items()}
    return [File(each, name, _stamp(each, system), system) for each, name in whole.items()]


def _chosen(names: Sequence[str] | Mapping[str, object], folder: str) -> list[str]:
    """Return a folder's files that hold rows: text only where nothing else does."""
    shown = [name for name in sorted(names) if not re.search(r"(^|/)[._]", name)]
    kinds = {kind_of(name) for name in shown} - {""}
    wanted = kinds - {"text"} or kinds
    if not wanted:
        raise NotFound(
            f"the folder {folder!r} holds no CSV, Parquet, JSON lines, TFRecord or text files"
        )
    if len(wanted) > 1:
        raise InvalidInput(
            f"the folder {folder!r} holds files of several kinds: {', '.join(sorted(wanted))}",
            hint=f"say which by a pattern, such as {folder.rstrip('/')}/*.csv",
        )
    return [name for name in shown if kind_of(name) in wanted]


def _stamp(path: str, system: Any) -> tuple[object, ...]:
    if system is not None:
        with remote_errors(path):
            return stamp_of(system, path)
    try:
        facts = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return ()
    return (facts.st_size, facts.st_mtime_ns, facts.st_ino)


@contextmanager
def _unpacked(file: Any, packing: str, name: str) -> Iterator[Any]:
    if packing != "zip":
        with pa.CompressedInputStream(pa.PythonFile(file, "r"), packing) as unpacked:
            yield unpacked
        return
    archive = zipfile.ZipFile(file)
    members = [each for each in archive.namelist() if not each.endswith("/")]
    if len(members) != 1:
        raise InvalidInput(
            f"{name!r} holds {len(members)} files", hint="unpack it and give the paths you mean"
        )
    with archive.open(members[0]) as member:
        yield member
