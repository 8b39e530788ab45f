"""Reading files of rows: CSV (plain, .gz, .zip), Parquet and JSON lines."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from workbench.core.errors import InvalidInput, NotFound, near
from workbench.data.columns import check_names

MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None")
_NUMERIC = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
_MOSTLY = 0.9


def read_files(
    source: str | Path | Sequence[str | Path], wanted: Mapping[str, pa.DataType]
) -> tuple[pa.Table, dict[str, Any]]:
    """Read files of the same columns, in the order given; a folder's files come by name.

    Parameters
    ----------
    source : path or sequence of paths
    wanted : mapping of str to pyarrow.DataType
        Columns whose type is not left to the reader.

    Returns
    -------
    (pyarrow.Table, dict)
        The rows, and what they were read from.

    Raises
    ------
    NotFound
        If a file is missing.
    InvalidInput
        If a file is of no known kind, damaged, or its columns differ from the others'.
    """
    given = [source] if isinstance(source, (str, Path)) else list(source)
    paths = [file for each in given for file in _expand(Path(each).expanduser())]
    tables = [_reader(path)(path, wanted) for path in paths]
    for path, table in zip(paths[1:], tables[1:], strict=True):
        _check_alike(tables[0], table, paths[0], path)
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInput(f"the files' columns differ in type: {error}") from error
    return table, {"type": _kind(paths[0]), "paths": [str(path.resolve()) for path in paths]}


def _expand(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.is_file() and _kind(each))
        if not files:
            raise NotFound(f"the folder {str(path)!r} holds no CSV, Parquet or JSON lines files")
        return files
    if not path.is_file():
        siblings = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = near(
            path.name, siblings, otherwise=f"check the path; this process is in {Path.cwd()}"
        )
        raise NotFound(f"there is no file {str(path)!r}", hint=hint)
    return [path]


def _kind(path: Path) -> str:
    parts = [suffix.lower() for suffix in path.suffixes]
    if parts and parts[-1] in (".gz", ".zip"):
        parts.pop()
    kinds = {
        ".csv": "csv",
        ".tsv": "csv",
        ".parquet": "parquet",
        ".pq": "parquet",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".json": "jsonl",
    }
    return kinds.get(parts[-1], "") if parts else ""


def _reader(path: Path) -> Callable[[Path, Mapping[str, pa.DataType]], pa.Table]:
    readers = {"csv": _read_csv, "parquet": _read_parquet, "jsonl": _read_jsonl}
    kind = _kind(path)
    if kind not in readers:
        raise InvalidInput(
            f"{path.name!r} is of no kind that can be read",
            hint="give .csv (also .gz, .zip), .parquet or .jsonl; or read it and pass the frame",
        )
    return readers[kind]


def _read_csv(path: Path, wanted: Mapping[str, pa.DataType]) -> pa.Table:
    texts = {name: kind for name, kind in wanted.items() if kind == pa.string()}

    def read(*, threads: bool) -> pa.Table:
        with _opened(path) as file:
            return pyarrow.csv.read_csv(
                file,
                read_options=pyarrow.csv.ReadOptions(use_threads=threads),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter="\t" if ".tsv" in path.suffixes else ",",
                    newlines_in_values=not threads,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    null_values=MISSING, strings_can_be_null=True, column_types=texts
                ),
            )

    try:
        try:
            table = read(threads=True)
        except pa.ArrowInvalid:
            table = read(
                threads=False
            )  # takes line breaks within quotes, and counts the rows it names
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise InvalidInput(
                f"{path.name!r} is empty", hint="give a file with a header and rows"
            ) from error
        raise InvalidInput(
            f"{path.name!r} cannot be read: {error}", hint="mend that row"
        ) from error
    check_names(table.column_names)
    for name in table.column_names:
        if pa.types.is_string(table.column(name).type) and name not in wanted:
            _check_numbers(name, table.column(name))
    return table


def _check_numbers(name: str, column: pa.ChunkedArray) -> None:
    """Refuse text that is nearly all numbers: a stray word has turned the column into text."""
    from workbench.data.reading.mixing import mixed

    values = column.combine_chunks().dictionary_encode()
    numeric = pc.match_substring_regex(values.dictionary, _NUMERIC).to_numpy(zero_copy_only=False)
    if numeric.all() or not numeric.any():
        return
    codes = pc.fill_null(values.indices, -1).to_numpy()
    present = codes >= 0
    odd = present.copy()
    odd[present] = ~numeric[codes[present]].astype(bool)
    if odd.sum() <= (1 - _MOSTLY) * present.sum():
        row = int(np.flatnonzero(odd)[0])
        raise mixed(name, row + 1, column[row].as_py(), "nearly all others are numbers")


def _read_parquet(path: Path, wanted: Mapping[str, pa.DataType]) -> pa.Table:
    try:
        # A file is read as itself: a folder called year=2013 above it is no column.
        return pa.parquet.read_table(path, partitioning=None).replace_schema_metadata()
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(
            f"{path.name!r} cannot be read as Parquet: {error}",
            hint="it is cut short or no Parquet file",
        ) from error


def _read_jsonl(path: Path, wanted: Mapping[str, pa.DataType]) -> pa.Table:
    try:
        with _opened(path) as file:
            return pyarrow.json.read_json(file)
    except pa.ArrowInvalid as error:
        with _opened(path) as file:
            raise _jsonl_error(path, file, error) from error


def _jsonl_error(path: Path, file: IO[bytes], error: Exception) -> InvalidInput:
    from workbench.data.reading.mixing import mixed

    seen: dict[str, object] = {}
    row = 0
    for line in file.read().splitlines():
        if not line.strip():
            continue
        row += 1
        try:
            record = json.loads(line)
        except ValueError as wrong:
            return InvalidInput(
                f"{path.name!r}, row {row}, is not JSON: {wrong}", hint="mend that line"
            )
        if not isinstance(record, dict):
            return InvalidInput(
                f"{path.name!r}, row {row}, is no object", hint='write {"column": value}'
            )
        for name, value in record.items():
            if value is None:
                continue
            before = seen.setdefault(name, value)
            if _json_kind(before) != _json_kind(value):
                return mixed(name, row, value, f"the values before it are such as {before!r}")
    return InvalidInput(f"{path.name!r} cannot be read: {error}")


def _json_kind(value: object) -> type:
    return float if type(value) is int else type(value)


def _opened(path: Path) -> Any:  # a binary file, of Python or of Arrow
    if path.suffix.lower() != ".zip":
        return pa.input_stream(str(path), compression="detect")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise InvalidInput(f"{path.name!r} is no zip file: {error}") from error
    members = [each for each in archive.namelist() if not each.endswith("/")]
    if len(members) != 1:
        raise InvalidInput(
            f"{path.name!r} holds {len(members)} files",
            hint="unpack it and give the paths you mean",
        )
    return archive.open(members[0])


def _check_alike(first: pa.Table, other: pa.Table, path: Path, other_path: Path) -> None:
    missing = set(first.column_names) ^ set(other.column_names)
    if missing:
        names = ", ".join(repr(name) for name in sorted(missing)[:5])
        raise InvalidInput(
            f"{path.name!r} and {other_path.name!r} differ in columns: only one has {names}",
            hint="ingest them under two names, or add the column",
        )
