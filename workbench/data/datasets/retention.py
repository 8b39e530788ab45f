"""Letting go of old versions, and of bytes that no record refers to any more."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.files import file_lock
from workbench.core.progress import progress
from workbench.data.datasets.dataset import KIND, Dataset
from workbench.data.datasets.kept import forget
from workbench.storage import BlobStore, Stored

GRACE = timedelta(days=1)
#: What was worked out of files, and nobody asked for in so long, is worked out again if need be.
UNUSED = timedelta(days=30)
#: A blob that was stored within this time may belong to a record that is just being written.
LEAST_GRACE = timedelta(hours=1)
_DIGEST = re.compile(rb"\b[0-9a-f]{64}\b")
_LARGEST_LIST = 1 << 26


@dataclass(frozen=True)
class Expired:
    """Versions that were let go, and those that were kept, with the reason.

    Attributes
    ----------
    gone : tuple of str
        References.
    kept : dict of str to str
        For each other version, why it stays.
    """

    gone: tuple[str, ...]
    kept: dict[str, str]


@dataclass(frozen=True)
class Collected:
    """What a collection found.

    Attributes
    ----------
    removed, freed : int
        Blobs removed, and their bytes; those that would be, of a dry run.
    kept, held : int
        Blobs that stay, and their bytes.
    dry_run : bool
    """

    removed: int
    freed: int
    kept: int
    held: int
    dry_run: bool


def expire(
    name: str,
    *,
    keep: int = 5,
    older_than: timedelta | None = None,
    dry_run: bool = False,
) -> Expired:
    """Let go of a dataset's old versions: their records stay, their rows go with `collect`.

    A version stays if it is among the newest `keep`, is younger than `older_than`, bears a tag, or
    if something that is still there was made from it: a model, a feature view, a training set.

    Parameters
    ----------
    name : str
    keep : int
        How many of the newest versions stay in any case, at least 1.
    older_than : timedelta, optional
    dry_run : bool
        Say what would go, and let nothing go.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If `keep` is below 1.
    """
    if keep < 1:
        raise InvalidInput(f"keep={keep} would let go of all versions", hint="keep at least 1")
    place = workspace.current()
    place.metadata.artifact(KIND, name)
    gone: list[Dataset] = []
    kept: dict[str, str] = {}
    for age, artifact in enumerate(place.metadata.versions(KIND, name)):
        version = Dataset(artifact)
        young = older_than is not None and place.clock.now() - artifact.created_at < older_than
        user = None if age < keep or young or version.tags else _user(version)
        if age < keep:
            kept[version.ref] = f"among the newest {keep}"
        elif young:
            kept[version.ref] = "young"
        elif version.tags:
            kept[version.ref] = f"tagged {', '.join(version.tags)}"
        elif user is not None:
            kept[version.ref] = f"used by {user}"
        else:
            gone.append(version)
    if not dry_run:
        for version in gone:
            place.metadata.delete_artifact(version.id)
    return Expired(tuple(version.ref for version in gone), kept)


def collect(*, grace: timedelta = GRACE, dry_run: bool = False) -> Collected:
    """Remove bytes that no live record refers to, directly or through a list of files.

    What was stored within `grace` stays, for its record may be on its way. A collector that is
    killed loses nothing: the next one finishes its work. What this machine keeps of worked-out
    parts is forgotten after a month without use, and is not counted.

    Parameters
    ----------
    grace : timedelta
        At least an hour.
    dry_run : bool
        Count, and remove nothing.

    Raises
    ------
    InvalidInput
        If `grace` is under an hour.
    Conflict
        If another collector is at work on this machine.
    """
    if grace < LEAST_GRACE:
        raise InvalidInput(f"grace={grace} is under an hour", hint="work under way may be lost")
    place = workspace.current()
    with file_lock(place.home / "collect.lock", wait=0, what="the collector"):
        place.blobs.recover()
        began = time.time()
        stored = {each.digest: each for each in place.blobs.stored()}
        needed = _needed(place.blobs, stored, _mentioned())
        before = began - grace.total_seconds()
        candidates = [
            each for each in stored.values() if each.digest not in needed and each.modified < before
        ]
        if not dry_run:
            candidates = list(_removed(place.blobs, candidates, before))
            forget(UNUSED)
    freed = sum(each.size for each in candidates)
    held = sum(each.size for each in stored.values()) - freed
    return Collected(len(candidates), freed, len(stored) - len(candidates), held, dry_run)


def _user(version: Dataset) -> str | None:
    """Return a live record that was made from a version, if there is one that needs its rows."""
    metadata = workspace.current().metadata
    for execution in metadata.consumers(version.id):
        for made in metadata.outputs(execution.id):
            next_version = made.kind == KIND and made.name == version.name
            if made.state != "deleted" and made.kind not in _FIGURES and not next_version:
                return made.ref
    return None


#: What is said about rows stays true without them.
_FIGURES = ("statistics", "schema", "anomalies", "drift")


def _mentioned() -> Iterator[str]:
    """Yield every digest in a live record: its own, and any in its properties."""
    metadata = workspace.current().metadata
    for record in metadata.everything():
        yield from _digests(json.dumps(record, default=str).encode())


def _needed(blobs: BlobStore, stored: dict[str, Stored], roots: Iterable[str]) -> set[str]:
    """Return what the roots lead to; a blob that is JSON may list others."""
    needed: set[str] = set()
    waiting = list(roots)
    while waiting:
        digest = waiting.pop()
        if digest in needed or digest not in stored:
            continue
        needed.add(digest)
        if stored[digest].size <= _LARGEST_LIST:
            waiting.extend(_listed(blobs, digest))
    return needed


def _listed(blobs: BlobStore, digest: str) -> list[str]:
    with blobs.open(digest) as file:
        start = file.read(1)
        return list(_digests(start + file.read())) if start in (b"{", b"[") else []


def _digests(content: bytes) -> Iterator[str]:
    for found in _DIGEST.finditer(content):
        yield found[0].decode()


def _removed(blobs: BlobStore, candidates: list[Stored], before: float) -> Iterator[Stored]:
    with progress("Collecting", total=len(candidates), unit="files") as advance:
        for each in candidates:
            if blobs.discard(each.digest, unless_since=before):
                yield each
            advance(1)
