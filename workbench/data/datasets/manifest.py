"""The list of a version's files, kept as one blob: a version of 10,000 files is one small read."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.core.errors import InvalidInput
from workbench.storage import BlobStore

FORMAT = 1


@dataclass(frozen=True)
class File:
    """A Parquet file of a dataset: rows of one span and one split, which never change.

    Attributes
    ----------
    digest : str
        Where the artifact store keeps it.
    rows, size : int
        Size in bytes.
    split, span : str
        Which it belongs to; rows that came in one piece have a span of the empty name.
    """

    digest: str
    rows: int
    size: int
    split: str
    span: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a version of a dataset is made of.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of every file.
    files : tuple of File
        Split by split, within it span by span, in the order of their rows.
    bad : tuple of File
        Rows that were set aside, as `BadRows.to_arrow` gives them.
    """

    schema: pa.Schema
    files: tuple[File, ...]
    bad: tuple[File, ...] = ()

    def to_bytes(self) -> bytes:
        """Return it as JSON; equal manifests give equal bytes."""
        schema = base64.b64encode(self.schema.remove_metadata().serialize().to_pybytes())
        said = {
            "format": FORMAT,
            "schema": schema.decode(),
            "files": [asdict(each) for each in self.files],
            "bad": [asdict(each) for each in self.bad],
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def of_bytes(cls, content: bytes) -> Manifest:
        """Return the manifest that `to_bytes` wrote.

        Raises
        ------
        InvalidInput
            If it was written by a newer version.
        """
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise InvalidInput(
                f"a dataset of format {said['format']!r}",
                hint="it takes a newer version of workbench to read it",
            )
        return cls(
            pa.ipc.read_schema(pa.py_buffer(base64.b64decode(said["schema"]))),
            tuple(File(**each) for each in said["files"]),
            tuple(File(**each) for each in said["bad"]),
        )


def ordered(files: list[File], splits: list[str]) -> tuple[File, ...]:
    """Return files split by split, then span by span, each in the order that it came in."""
    spans = list(dict.fromkeys(each.span for each in files))
    place = {span: index for index, span in enumerate(spans)}
    return tuple(sorted(files, key=lambda each: (splits.index(each.split), place[each.span])))


def listed(files: Sequence[Mapping[str, Any]], blobs: BlobStore) -> Manifest:
    """Return the manifest of a version that has none, for its record lists the files."""
    known = tuple(File(**each) for each in files)
    return Manifest(pq.read_schema(blobs.local_path(known[0].digest)), known)
