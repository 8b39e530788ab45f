"""A dataset's versions, and what each has that the one before has not, as their manifests say."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Any

from workbench import workspace
from workbench.core.errors import NotFound
from workbench.data.datasets.manifest import Manifest
from workbench.metadata import Artifact
from workbench.server.datasets.recorded import Recorded
from workbench.server.tables import column, link, table

#: So many versions are compared with the one before; of older ones only the figures are shown.
COMPARED = 200


def versions(recorded: Recorded) -> dict[str, Any]:
    """Return the part: a row a version, the newest first."""
    listed = recorded.metadata.versions("dataset", recorded.dataset.name)
    changes = {
        later.id: rows_changed(earlier, later) for later, earlier in pairwise(listed[:COMPARED])
    }
    heads = [
        column("version"),
        column("tags"),
        column("rows", "count"),
        column("added", "plus"),
        column("gone", "minus"),
        column("spans", "count"),
        column("size", "bytes"),
        column("made", "time"),
    ]
    rows = [
        (
            each.ref if each.id == recorded.dataset.id else link(each.ref, each.id),
            ", ".join(each.aliases),
            each.properties.get("rows"),
            *changes.get(each.id, (None, None)),
            each.properties.get("spans") or None,
            each.size,
            each.created_at.isoformat(),
        )
        for each in listed
    ]
    return {"tables": table("Versions", heads, rows), "shown": recorded.dataset.ref}


def rows_changed(earlier: Artifact, later: Artifact) -> tuple[int | None, int | None]:
    """Return how many rows lie in files that only the later version has, and only the earlier.

    No row is read: files are told apart by their digests. A row in a file that was written anew
    counts as gone and added, so both are the most that it can be.
    """
    before, after = _files(earlier), _files(later)
    if before is None or after is None:
        return None, None
    return _rows(after - before), _rows(before - after)


_Files = Counter[tuple[str, int]]


def _rows(files: _Files) -> int:
    return sum(rows * times for (_, rows), times in files.items())


def _files(version: Artifact) -> _Files | None:
    if version.digest is None:
        return None
    try:
        return _counted(version.digest)
    except (NotFound, ValueError):  # let go, or written before there were manifests
        return None


@lru_cache(maxsize=512)
def _counted(manifest: str) -> _Files:
    files = Manifest.of_bytes(workspace.current().blobs.read(manifest)).files
    return Counter((each.digest, each.rows) for each in files)
