"""Storing rows as a dataset's next version: packed files, their manifest, then the record."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput
from workbench.core.files import storage_errors
from workbench.core.ids import new_id
from workbench.core.progress import progress
from workbench.data.column_hashing import hash_rows
from workbench.data.columns import columns_of
from workbench.data.datasets.dataset import KIND, Dataset, dataset
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.manifest import File, Manifest, ordered
from workbench.data.datasets.packing import Packer
from workbench.data.datasets.quotas import Before
from workbench.data.datasets.spans import check_span, span_parts
from workbench.data.datasets.splits import Split, check_splits, splitter
from workbench.data.reading import BadRow, Rows

if TYPE_CHECKING:
    from workbench.metadata import ColumnSource
    from workbench.metadata.recording import Recording


@dataclass
class _Packed:
    """What one reading of the rows came to."""

    files: list[File] = field(default_factory=list)
    bad: list[File] = field(default_factory=list)
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None


def write_dataset(
    recording: Recording,
    rows: Rows,
    declared: Declaration,
    *,
    name: str,
    base: Dataset | None = None,
    replace: bool = False,
    part: Split | None = None,
    columns: Mapping[str, Sequence[ColumnSource]] | None = None,
    properties: Mapping[str, object] | None = None,
) -> Dataset:
    """Write rows as a new version of the dataset `name`, as an output of a recorded step.

    Either all of it is there afterwards, or nothing is.

    Parameters
    ----------
    recording : Recording
        The step that made the rows.
    rows : Rows
    declared : Declaration
    name : str
    base : Dataset, optional
        The newest version, to whose spans these rows are added; its files stay as they are.
    replace : bool
        Whether a span that `base` has already is replaced, rather than an error.
    part : callable, optional
        What parts the rows into splits, in place of what is declared.
    columns : mapping of str to sequence of ColumnSource, optional
        Where each column came from.
    properties : mapping, optional
        Further facts of the artifact.

    Raises
    ------
    InvalidInput
        If there are no rows, a named column is missing, or the splits or spans do not fit.
    Conflict
        If another writer wrote one of these spans meanwhile.
    StorageFull
        If there is no room.
    """
    if not rows.schema.names:
        raise InvalidInput(f"{name!r} would have no columns", hint="check the source")
    declared.check(rows.schema)
    check_span(declared.span, declared.time)
    with storage_errors(f"the dataset {name!r}"), _staging() as folder:
        earlier = base or _newest(name, declared)
        part = part or splitter(declared, rows, _before(earlier, declared))
        packed = _pack(rows, declared, folder, name, part)
        if base is None:
            _check_splits(packed, declared)
    while True:
        manifest = _manifest(rows.schema, packed, declared, base, replace=replace)
        blob = workspace.current().blobs.put_bytes(manifest.to_bytes())
        facts = _facts(manifest, packed, declared, base)
        facts |= {"source": rows.source, "assumed_utc": sorted(rows.assumed_utc)}
        try:
            artifact = recording.write(
                KIND,
                name,
                digest=blob.digest,
                size=sum(file.size for file in manifest.files),
                properties={**facts, **(properties or {})},
                columns=columns,
                after=None if base is None else base.version,
            )
        except Conflict:
            # Another writer added a span meanwhile: these files go beside its.
            newest = dataset(name)
            _check_replaced(packed, base, newest)
            base = newest
            continue
        return Dataset(artifact)


def _pack(rows: Rows, declared: Declaration, folder: Path, name: str, part: Split) -> _Packed:
    packed = _Packed()
    packer = Packer(folder, rows.schema, workspace.current().blobs.take_file)
    read = 0
    with progress(f"Ingesting {name}", total=rows.rows) as advance:
        for table in rows.tables():
            kept = _with_times(table, declared.time, rows, read)
            read += table.num_rows
            packed.rows += kept.num_rows
            _widen(packed, kept, declared.time)
            for split, piece in part(kept):
                for span, members in span_parts(piece, declared.span, declared.time):
                    packer.add(split, span, members)
            advance(table.num_rows)
    if not packed.rows:
        aside = f"; all {len(rows.bad):,} were set aside" if len(rows.bad) else ""
        raise InvalidInput(
            f"{name!r} would have no rows{aside}", hint="check the source, or the filter before it"
        )
    if rows.rows is not None and read + len(rows.bad) < rows.rows:
        raise InvalidInput(
            f"{read:,} of {rows.rows:,} rows of the source were read",
            hint="it changed while it was read; ingest it again",
        )
    packed.files = packer.close()
    if len(rows.bad):
        packed.bad = [_stored_bad(rows, folder)]
    return packed


def _with_times(table: pa.Table, time: str | None, rows: Rows, read: int) -> pa.Table:
    """Set rows without a time aside, or refuse them, as the reading's policy says."""
    if time is None or not table.column(time).null_count:
        return table
    missing = pc.is_null(table.column(time))
    for place in np.flatnonzero(missing.to_numpy()):
        text = str(table.slice(int(place), 1).to_pylist()[0])
        hint = "give it one, or name another column as time="
        rows.bad.add(BadRow("", read + int(place) + 1, time, text, "there is no time", hint))
    return table.filter(pc.invert(missing))


def _check_splits(packed: _Packed, declared: Declaration) -> None:
    if packed.first is not None and packed.last is not None:
        held = {file.split for file in packed.files}
        check_splits(held, declared, packed.first, packed.last)


def _widen(packed: _Packed, table: pa.Table, time: str | None) -> None:
    if time is None or not table.num_rows:
        return
    ends = pc.min_max(table.column(time)).as_py()
    packed.first = min(ends["min"], packed.first or ends["min"])
    packed.last = max(ends["max"], packed.last or ends["max"])


def _stored_bad(rows: Rows, folder: Path) -> File:
    path = folder / "bad.parquet"
    table = rows.bad.to_arrow()
    pq.write_table(table, path, compression="zstd")
    blob = workspace.current().blobs.take_file(path)
    return File(blob.digest, table.num_rows, blob.size, "bad")


def _manifest(
    schema: pa.Schema,
    packed: _Packed,
    declared: Declaration,
    base: Dataset | None,
    *,
    replace: bool,
) -> Manifest:
    files, bad = list(packed.files), list(packed.bad)
    if base is not None:
        spans = dict.fromkeys(file.span for file in files)
        known = base.spans
        for span in spans:
            if span in known and not replace:
                raise InvalidInput(
                    f"{base.ref} has the span {span!r} already, of {known[span]:,} rows",
                    hint="give these rows another span=, or put them in its place: replace=True",
                )
        kept = [file for file in base.files if file.span not in spans]
        # A replaced span keeps its place among the others.
        order = {span: place for place, span in enumerate([*known, *spans])}
        files = sorted([*kept, *files], key=lambda each: order[each.span])
        bad = [*base.manifest.bad, *bad]
    splits = list(dict.fromkeys([*declared.split_names, *(file.split for file in files)]))
    return Manifest(schema, ordered(files, splits), tuple(bad))


def _check_replaced(packed: _Packed, base: Dataset | None, newest: Dataset) -> None:
    """Refuse to replace rows of a span that were not there when the span was to be replaced."""
    before = () if base is None else base.files
    for span in dict.fromkeys(file.span for file in packed.files):
        seen, there = (
            [file for file in files if file.span == span] for files in (before, newest.files)
        )
        if there != seen:
            raise Conflict(
                f"another writer wrote the span {span!r} of {newest.ref} while these rows were "
                "read for it",
                hint="compare theirs with yours, and ingest yours again if they are to stand",
            )


def _facts(
    manifest: Manifest, packed: _Packed, declared: Declaration, base: Dataset | None
) -> dict[str, Any]:
    splits = dict.fromkeys(declared.split_names, 0)
    for file in manifest.files:
        splits[file.split] = splits.get(file.split, 0) + file.rows
    first, last = packed.first, packed.last
    if base is not None and first is not None and last is not None and base.times is not None:
        first, last = min(first, base.times[0]), max(last, base.times[1])
    return {
        "rows": sum(splits.values()),
        "columns": [{"name": each.name, "type": each.type} for each in columns_of(manifest.schema)],
        "splits": splits,
        "spans": len({file.span for file in manifest.files if file.span}),
        "first": None if first is None else first.isoformat(),
        "last": None if last is None else last.isoformat(),
        "bad_rows": sum(file.rows for file in manifest.bad),
        "declared": declared.facts(),
        "time": declared.time,
        "created": declared.created,
        "label": declared.label,
        "description": declared.description,
    }


def _newest(name: str, declared: Declaration) -> Dataset | None:
    """Return the version whose rows' splits must be kept, where the split depends on them."""
    if not declared.stratify:
        return None
    versions = workspace.current().metadata.versions(KIND, name)
    return Dataset(versions[0]) if versions else None


def _before(earlier: Dataset | None, declared: Declaration) -> Before | None:
    if earlier is None or not declared.stratify:
        return None
    known_columns = {each.name for each in earlier.columns}

    def before(key: Sequence[str]) -> tuple[Any, Any]:
        known = [np.zeros(0, np.uint64)]
        places = [np.zeros(0, np.int64)]
        if not known_columns.issuperset(key):
            return known[0], places[0]
        for place, split in enumerate(declared.split_names):
            if split in earlier.splits:
                for table in earlier.batches(split, columns=key):
                    known.append(hash_rows(table, key))
                    places.append(np.full(table.num_rows, place))
        return np.concatenate(known), np.concatenate(places)

    return before


@contextmanager
def _staging() -> Iterator[Path]:
    """Make a folder for files in the making, and remove those of processes that died."""
    around = workspace.current().home / "tmp"
    around.mkdir(parents=True, exist_ok=True)
    for left in around.glob("writing-*"):
        owner = re.match(r"writing-(\d+)-", left.name)
        if owner and not psutil.pid_exists(int(owner[1])):
            shutil.rmtree(left, ignore_errors=True)
    folder = around / f"writing-{os.getpid()}-{new_id()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
