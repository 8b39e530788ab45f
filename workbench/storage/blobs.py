"""Blobs by their SHA-256, in a folder or a bucket.

A blob is written under a temporary name and moved to `ab/cdef…` once it is whole, so a reader, a
crash or a full disk never meets half of one. A tree (a folder of files) is a blob too: the JSON
list of its files' digests.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

from workbench.core.errors import NotFound, Unavailable
from workbench.core.files import storage_errors
from workbench.core.ids import new_id

_CHUNK = 1 << 20
_DIGITS = 64
#: Seconds for which a stored blob is safe from any collector; a collector's grace is longer.
_FRESH = 1800.0


@dataclass(frozen=True)
class Blob:
    """Bytes that were stored.

    Attributes
    ----------
    digest : str
        SHA-256, 64 hexadecimal digits.
    size : int
        Bytes; of a tree, the sum over its files.
    """

    digest: str
    size: int


@dataclass(frozen=True)
class Stored:
    """A blob that a store holds.

    Attributes
    ----------
    digest : str
    size : int
        Bytes.
    modified : float
        When it was last stored, in seconds since 1970.
    """

    digest: str
    size: int
    modified: float


class BlobStore:
    """Stores bytes by what they are.

    Parameters
    ----------
    url : str
        A folder, or any URL that fsspec opens, such as ``s3://bucket/prefix``.
    cache : Path
        A local folder for copies of remote blobs and for unpacked trees.
    """

    def __init__(self, url: str, cache: Path) -> None:
        self.url = url.rstrip("/")
        self._cache = cache
        scheme = urlsplit(url).scheme
        self._folder = Path(url.removeprefix("file://")) if scheme in ("", "file") else None

    def put_file(self, path: Path) -> Blob:
        """Store a file's bytes.

        Raises
        ------
        NotFound
            If there is no such file.
        StorageFull
            If there is no room; nothing is kept.
        """
        if not path.is_file():
            raise NotFound(f"there is no file {str(path)!r}", hint="check the path")
        with path.open("rb") as source:
            return self._put(source, str(path))

    def take_file(self, path: Path) -> Blob:
        """Store a file's bytes and remove the file; raises as `put_file`, the file then stays.

        In a folder on the same file system the file itself is moved: nothing is copied.
        """
        if not path.is_file():
            raise NotFound(f"there is no file {str(path)!r}", hint="check the path")
        with storage_errors(str(path)):
            with path.open("rb+") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            blob = Blob(digest, path.stat().st_size)
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
            if self._folder is not None and self._folder.stat().st_dev != path.stat().st_dev:
                blob = self.put_file(path)
            else:
                self._keep(path, digest)
        path.unlink(missing_ok=True)
        return blob

    def put_bytes(self, content: bytes) -> Blob:
        """Store bytes that are in memory; raises as `put_file`."""
        import io

        return self._put(io.BytesIO(content), f"{len(content)} bytes")

    def put_tree(self, folder: Path) -> Blob:
        """Store every file under a folder, and their list; raises as `put_file`."""
        files: dict[str, dict[str, str | int]] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                blob = self.put_file(path)
                name = path.relative_to(folder).as_posix()
                files[name] = {"digest": blob.digest, "size": blob.size}
        manifest = self.put_bytes(json.dumps(files, sort_keys=True).encode())
        return Blob(manifest.digest, sum(cast("int", file["size"]) for file in files.values()))

    def exists(self, digest: str) -> bool:
        """Return whether the store holds these bytes."""
        if self._folder is not None:
            return self._local(digest).is_file()
        return bool(self._filesystem.exists(self.url_of(digest)))

    def open(self, digest: str) -> IO[bytes]:
        """Open a blob for reading; raises NotFound if it is not there."""
        return self.local_path(digest).open("rb")

    def read(self, digest: str) -> bytes:
        """Return a blob's bytes; raises NotFound if it is not there."""
        return self.local_path(digest).read_bytes()

    def local_path(self, digest: str) -> Path:
        """Return a local file with the blob's bytes; a remote one is copied, and checked, once.

        Raises
        ------
        NotFound
            If the store has no such blob.
        Unavailable
            If what arrived is not what was stored.
        """
        if self._folder is not None:
            path = self._local(digest)
            if not path.is_file():
                raise self._missing(digest)
            return path
        cached = self._cache / digest[:2] / digest[2:]
        if not cached.is_file():
            self._download(digest, cached)
        return cached

    def local_tree(self, digest: str) -> Path:
        """Return a local folder with a tree's files; they are links, so do not write into it."""
        target = self._cache / "trees" / digest
        if target.is_dir():
            return target
        files = json.loads(self.read(digest))
        building = self._cache / "trees" / f".part-{new_id()}"
        try:
            for name, file in files.items():
                path = building / name
                path.parent.mkdir(parents=True, exist_ok=True)
                _link(self.local_path(file["digest"]), path)
            building.mkdir(parents=True, exist_ok=True)
            try:
                building.rename(target)
            except OSError:
                if not target.is_dir():  # otherwise another process was as quick
                    raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return target

    def stored(self) -> Iterator[Stored]:
        """Yield every blob that the store holds, in no order."""
        if self._folder is not None:
            for path in self._folder.glob("??/*"):
                digest = path.parent.name + path.name
                if len(digest) == _DIGITS and path.is_file():
                    about = path.stat()
                    yield Stored(digest, about.st_size, about.st_mtime)
            return
        found = self._filesystem.find(self.url, detail=True) if self._any() else {}
        for name, about in found.items():
            digest = "".join(name.split("/")[-2:])
            if len(digest) == _DIGITS:
                yield Stored(digest, int(about["size"]), _moment(about))

    def discard(self, digest: str, *, unless_since: float) -> bool:
        """Remove a blob, unless somebody stored it again since; return whether it is gone.

        Parameters
        ----------
        digest : str
        unless_since : float
            Seconds since 1970: a blob that was stored after this stays.
        """
        if self._folder is None:
            address = self.url_of(digest)
            if _moment(self._filesystem.info(address)) > unless_since:
                return False
            self._filesystem.rm_file(address)
            return True
        path = self._local(digest)
        # Set aside before it is judged: who stores it again from now on writes it anew.
        aside = path.with_name(f".gone-{path.name}")
        try:
            path.replace(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime > unless_since:
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def recover(self) -> None:
        """Put back what a collector that was killed had set aside; it is judged anew."""
        if self._folder is None:
            return
        for aside in self._folder.glob("??/.gone-*"):
            aside.replace(aside.with_name(aside.name.removeprefix(".gone-")))

    def url_of(self, digest: str) -> str:
        """Return the address at which a blob lies or would lie."""
        return f"{self.url}/{digest[:2]}/{digest[2:]}"

    @cached_property
    def _filesystem(self) -> Any:  # fsspec carries no types
        import fsspec

        try:
            filesystem, _ = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise Unavailable(
                f"artifacts at {self.url!r} cannot be opened: {error}",
                hint="install the extra that speaks this protocol, such as jupyter-workbench[s3]",
            ) from error
        return filesystem

    def _put(self, source: IO[bytes], what: str) -> Blob:
        folder = self._folder or self._cache
        with storage_errors(what):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=".part-")
            part = Path(name)
            try:
                hashed = hashlib.sha256()
                with os.fdopen(descriptor, "wb") as file:
                    while chunk := source.read(_CHUNK):
                        hashed.update(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                blob = Blob(hashed.hexdigest(), part.stat().st_size)
                self._keep(part, blob.digest)
            finally:
                part.unlink(missing_ok=True)
        return blob

    def _keep(self, part: Path, digest: str) -> None:
        if self._refresh(digest):
            return
        if self._folder is not None:
            path = self._local(digest)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.chmod(0o444)
            part.replace(path)
        else:
            # Object stores show an object only once its upload is complete.
            self._filesystem.put_file(str(part), self.url_of(digest))

    def _refresh(self, digest: str) -> bool:
        """Mark a blob as just stored, so that no collector takes it; return whether it is there."""
        if self._folder is not None:
            try:
                os.utime(self._local(digest))
            except FileNotFoundError:
                return False
            return True
        try:
            about = self._filesystem.info(self.url_of(digest), refresh=True)
        except FileNotFoundError:
            return False
        # Buckets cannot mark an object; one that a collector might take is stored anew.
        return time.time() - _moment(about) < _FRESH

    def _any(self) -> bool:
        return bool(self._filesystem.exists(self.url))

    def _download(self, digest: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".part-{new_id()}")
        try:
            with storage_errors(str(target)):
                try:
                    self._filesystem.get_file(self.url_of(digest), str(part))
                except FileNotFoundError:
                    raise self._missing(digest) from None
            with part.open("rb") as file:
                arrived = hashlib.file_digest(file, "sha256").hexdigest()
            if arrived != digest:
                raise Unavailable(
                    f"the artifact {digest[:12]} arrived damaged",
                    hint=f"look at {self.url_of(digest)}",
                )
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _local(self, digest: str) -> Path:
        assert self._folder is not None  # noqa: S101  # only local stores come here
        return self._folder / digest[:2] / digest[2:]

    def _missing(self, digest: str) -> NotFound:
        return NotFound(
            f"the artifact {digest[:12]}… is not at {self.url}",
            hint="it was removed by hand, or artifact_url points elsewhere",
        )


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system: a copy does as well
        shutil.copyfile(source, target)


def _moment(about: dict[str, Any]) -> float:
    """Return when an object was stored, as whichever file system says it."""
    said = about.get("LastModified") or about.get("last_modified") or about.get("mtime")
    said = said if said is not None else about.get("created") or about.get("updated")
    if isinstance(said, str):
        said = datetime.fromisoformat(said)
    return said.timestamp() if isinstance(said, datetime) else float(said or time.time())
