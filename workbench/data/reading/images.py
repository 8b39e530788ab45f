"""Folders of images, with a manifest that says what each shows, or a folder for each class."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.core.errors import InvalidInput, NotFound, Unavailable
from workbench.data.reading.bad_rows import BadRow, BadRows
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.chunks import in_threads
from workbench.data.reading.files import read_files

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
_ADDED = pa.schema(
    [
        ("image", pa.binary()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("format", pa.string()),
    ]
)
_PATHS = ("path", "file", "filename", "file_name", "image_path")
_MANY = 256  # images of a block


@dataclass(frozen=True)
class Images:
    """A folder of images that is a source.

    Its rows are the manifest's, with four more columns: ``image`` (the file's bytes), ``width``
    and ``height`` in pixels, and ``format``, such as PNG. Without a manifest there is a row an
    image, in the order of their names: ``path`` within the folder, and ``label``, the folder it
    lies in, if each lies in one.

    Parameters
    ----------
    folder : path
    manifest : path, optional
        A CSV, JSON lines or Parquet file with a column of paths within the folder.
    path : str, optional
        That column; ``path``, ``file``, ``filename``, ``file_name`` or ``image_path`` if not said.

    Examples
    --------
    >>> Images("digits", manifest="digits/labels.csv").path is None
    True
    """

    folder: str | Path
    manifest: str | Path | None = None
    path: str | None = None


def read_images(source: Images, wanted: Mapping[str, pa.DataType], bad: BadRows) -> Reading:
    """Open a folder of images; one that cannot be decoded is a bad row.

    Raises
    ------
    NotFound
        If there is no such folder or manifest, or no image in it.
    InvalidInput
        If the manifest has no column of paths, or already one called as those that are added.
    Unavailable
        If Pillow is not installed.
    """
    _pillow()
    folder = Path(source.folder).expanduser()
    if not folder.is_dir():
        raise NotFound(f"there is no folder {str(folder)!r}", hint="check the path")
    if source.manifest is None:
        listed, path = _listing(folder), "path"
    else:
        listed = read_files(source.manifest, wanted, bad)
        path = _path_column(listed.schema.names, source.path)
    if taken := set(listed.schema.names) & set(_ADDED.names):
        raise InvalidInput(f"the manifest already has a column {min(taken)!r}", hint="rename it")

    def blocks(bad: BadRows) -> Iterator[Block]:
        for block in listed.blocks(bad):
            for start in range(0, block.table.num_rows, _MANY):
                piece = block.table.slice(start, _MANY)
                numbers = block.numbers[start : start + _MANY]
                yield _with_images(Block(piece, numbers, block.file), folder, path, bad)

    origin = {"type": "images", "paths": [str(folder.resolve())]}
    if source.manifest is not None:
        origin["manifest"] = listed.source["paths"][0]
    return Reading(pa.schema([*listed.schema, *_ADDED]), blocks, origin, listed.rows)


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise Unavailable(
            "images cannot be read: Pillow is not installed",
            hint="pip install 'jupyter-workbench[images]'",
        ) from error
    return Image


def _listing(folder: Path) -> Reading:
    paths = sorted(
        each.relative_to(folder).as_posix()
        for each in folder.rglob("*")
        if each.suffix.lower() in SUFFIXES and each.is_file()
    )
    if not paths:
        raise NotFound(f"the folder {str(folder)!r} holds no images ({', '.join(SUFFIXES)})")
    columns = {"path": paths}
    if all("/" in path for path in paths):
        columns["label"] = [path.split("/")[-2] for path in paths]
    table = pa.table(columns)

    def blocks(_: BadRows) -> Iterator[Block]:
        yield Block(table, range(1, len(paths) + 1))

    return Reading(table.schema, blocks, {}, len(paths))


def _path_column(names: Sequence[str], said: str | None) -> str:
    known = [said] if said else _PATHS
    found = next((name for name in known if name in names), None)
    if found is None:
        raise InvalidInput(
            f"the manifest has no column {' or '.join(repr(each) for each in known)}",
            hint=f"say which holds the paths: path=…, one of {', '.join(map(repr, names))}",
        )
    return found


def _with_images(block: Block, folder: Path, path: str, bad: BadRows) -> Block:
    names = block.table.column(path).to_pylist()
    found = list(in_threads(partial(_read, folder), names))
    mask = np.array([not isinstance(each, str) for each in found], bool)
    for index in np.flatnonzero(~mask).tolist():
        reason, hint = str(found[index]), "mend or leave out the image"
        row = int(block.numbers[index])
        bad.add(BadRow(block.source, row, path, str(names[index]), reason, hint))
    good = block.keep(mask)
    pictures = [each for each in found if not isinstance(each, str)]
    table = good.table
    for position, column in enumerate(_ADDED):
        values = pa.array([each[position] for each in pictures], column.type)
        table = table.append_column(column, pa.chunked_array([values]))
    return Block(table, good.numbers, good.file)


def _read(folder: Path, name: object) -> tuple[bytes, int, int, str] | str:
    """Return an image's bytes, width, height and format, or what is wrong with it."""
    Image = _pillow()  # noqa: N806
    place = folder / str(name)
    if name is None or not place.is_file():
        return "there is no such image"
    content = place.read_bytes()
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.verify()  # checksums, where the format has them
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            image.draft("L", (1, 1))  # a JPEG is then decoded small, but to its end
            image.load()
            return content, width, height, str(image.format)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return f"is no image that can be read: {error}"
