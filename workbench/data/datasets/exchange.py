"""A version as one folder: taken out to be carried elsewhere, and taken in again."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.core.files import atomic_write, storage_errors
from workbench.core.ids import new_id
from workbench.core.progress import progress
from workbench.core.references import check_name
from workbench.data.datasets.dataset import KIND, Dataset
from workbench.data.datasets.manifest import File, Manifest

FORMAT = 1
_SAID = "dataset.json"
_MANIFEST = "manifest.json"


def export_dataset(data: Dataset, folder: Path) -> Path:
    """Write a version as one folder: ``dataset.json``, and its Parquet files under ``data``.

    Any Parquet reader reads the files. The folder appears once it is whole; in one that is there
    already, ``dataset.json`` does.

    Parameters
    ----------
    data : Dataset
    folder : Path
        Must not be there yet, or be empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    Conflict
        If the folder holds something.
    InvalidInput
        If the folder cannot be written.
    StorageFull
        If there is no room; nothing is left.
    """
    folder = folder.expanduser().absolute()
    try:
        _export(data, folder)
    except OSError as error:
        raise InvalidInput(
            f"the folder {str(folder)!r} cannot be written: {error.strerror}",
            hint="name a folder whose parent is one where you may write",
        ) from error
    return folder


def _export(data: Dataset, folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{str(folder)!r} holds something already", hint="name another folder")
    building = folder.with_name(f".{folder.name}-{new_id()}")
    manifest = data.manifest
    said = {
        "format": FORMAT,
        "name": data.name,
        "version": data.version,
        "properties": data.artifact.properties,
        "files": {
            _place(index, file): file.digest
            for index, file in enumerate([*manifest.files, *manifest.bad])
        },
    }
    blobs = workspace.current().blobs
    try:
        with storage_errors(str(folder)), progress(f"Exporting {data.ref}", data.rows) as advance:
            (building / "data").mkdir(parents=True)
            for index, file in enumerate([*manifest.files, *manifest.bad]):
                shutil.copyfile(blobs.local_path(file.digest), building / _place(index, file))
                advance(file.rows)
            (building / _MANIFEST).write_bytes(manifest.to_bytes())
            atomic_write(building / _SAID, json.dumps(said, indent=1, ensure_ascii=False).encode())
            _put(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put(building: Path, folder: Path) -> None:
    """Move what was built to its place; into an empty folder by its parts, what is said last."""
    if not folder.exists():
        building.rename(folder)
        return
    for part in ("data", _MANIFEST, _SAID):
        (building / part).rename(folder / part)


def import_dataset(folder: str | Path, *, name: str | None = None) -> Dataset:
    """Take in a folder that `export_dataset` wrote, as the next version of the dataset.

    Parameters
    ----------
    folder : path
    name : str, optional
        What the dataset is called here; as there when not given.

    Raises
    ------
    NotFound
        If the folder, or one of its files, is not there.
    InvalidInput
        If it is no such folder, or a file is not what was exported.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow as pa
    >>> from workbench.data.datasets.ingest import ingest
    >>> out = ingest(pa.table({"x": [1, 2]}), name="pair").export(tempfile.mkdtemp())
    >>> import_dataset(out, name="copy").rows
    2
    """
    folder = Path(folder).expanduser()
    said, manifest = _read(folder)
    called = check_name(name or said["name"])
    place = workspace.current()
    origin = {"type": "export", "name": said["name"], "version": said["version"]}
    with place.metadata.record("import", called, properties={"source": origin}) as step:
        for path, digest in said["files"].items():
            _take(folder / path, digest)
        blob = place.blobs.put_bytes(manifest.to_bytes())
        artifact = step.write(
            KIND,
            called,
            digest=blob.digest,
            size=sum(file.size for file in manifest.files),
            properties={**said["properties"], "source": origin},
        )
    return Dataset(artifact)


def _read(folder: Path) -> tuple[dict[str, Any], Manifest]:
    if not (folder / _SAID).is_file():
        raise NotFound(
            f"{str(folder)!r} is no exported dataset: it holds no {_SAID}", hint="check the path"
        )
    try:
        said = json.loads((folder / _SAID).read_bytes())
        manifest = Manifest.of_bytes((folder / _MANIFEST).read_bytes())
        known = said["format"], said["name"], said["version"]
        listed = {*said["files"].values()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{_SAID} in {str(folder)!r} is damaged: {error!r}", hint="export it again"
        ) from error
    if known[0] != FORMAT:
        raise InvalidInput(
            f"a dataset exported in format {known[0]!r}",
            hint="it takes a newer version of workbench to read it",
        )
    if listed != {file.digest for file in (*manifest.files, *manifest.bad)}:
        raise InvalidInput(
            f"{_SAID} in {str(folder)!r} and its manifest do not fit", hint="export it again"
        )
    return said, manifest


def _take(path: Path, digest: str) -> None:
    if path.resolve().parent != (path.parents[1] / "data").resolve():
        raise InvalidInput(f"{str(path)!r} lies outside the exported folder")
    if not path.is_file():
        raise NotFound(f"the exported file {str(path)!r} is missing", hint="export it again")
    with path.open("rb") as file:
        arrived = hashlib.file_digest(file, "sha256").hexdigest()
    if arrived != digest:
        raise InvalidInput(
            f"{str(path)!r} is not what was exported: it was changed, or cut short",
            hint="export it again, or ingest the folder data/ as Parquet files",
        )
    workspace.current().blobs.put_file(path)


def _place(index: int, file: File) -> str:
    words = [str(index).zfill(5), *(each for each in (file.span, file.split) if each)]
    safe = "-".join("".join(c if c.isalnum() or c in "-_." else "_" for c in w) for w in words)
    return f"data/{safe}.parquet"
