"""TFRecord files of tf.Example: a pass over all records for the types, then the one that reads.

A record is its length, that length's checksum, its bytes, and their checksum
(https://www.tensorflow.org/tutorials/load_data/tfrecord).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import types

from workbench.core.errors import InvalidInput, Unavailable
from workbench.data.columns import check_names
from workbench.data.reading.bad_rows import BadRow, BadRows, check_few, mixed_row
from workbench.data.reading.blocks import Block, Reading
from workbench.data.reading.examples import Features, Seen, features_of
from workbench.data.reading.locations import File

_ROWS = 1 << 14  # records of a block, at most
_SIZE = 32 << 20  # bytes of a block's records, about
_MASK = 0xA282EAD8
_MEND = "it was damaged on its way: write it again"

Numbered = tuple[int, Features | BadRow]


def read_tfrecords(
    files: Sequence[File], _wanted: Mapping[str, pa.DataType], bad: BadRows
) -> Reading:
    """Open TFRecord files; a feature is a column.

    A feature that never has more than one value in a record is a column of such values, otherwise
    one of lists; no value is null. Bytes are text where all are UTF-8.

    Raises
    ------
    InvalidInput
        If there are no records, or records are not told apart because a length is damaged.
    Unavailable
        If the package that checks records is not installed.
    """
    crc = _checksum()
    seen: dict[str, Seen] = {}
    for file in files:
        for _, features in _features(file, crc):
            if not isinstance(features, BadRow):
                for name, (kind, values) in features.items():
                    seen.setdefault(name, Seen()).add(kind, values)
    if not seen:
        raise InvalidInput(f"{files[0].name!r} holds no tf.Example", hint="check what wrote it")
    names = sorted(seen)
    check_names(names)
    columns, words = {}, {}
    for name in names:
        columns[name], strays, words[name] = seen[name].settled()
        check_few(strays, seen[name].kinds.total(), name, bad)
    schema = pa.schema(list(columns.items()))

    def blocks(bad: BadRows) -> Iterator[Block]:
        for file in files:
            for group in _groups(_features(file, crc)):
                good = [each for each in group if _is_good(each, words, file, bad)]
                yield Block(_table(good, schema), [number for number, _ in good], file)

    return Reading(schema, blocks, {"type": "tfrecord"})


def _checksum() -> Callable[[bytes], int]:
    try:
        import google_crc32c
    except ImportError as error:
        raise Unavailable(
            "TFRecord files cannot be read: the package google-crc32c is not installed",
            hint="pip install 'jupyter-workbench[tfrecord]'",
        ) from error

    def masked(content: bytes) -> int:
        crc: int = google_crc32c.value(content)
        return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF

    return masked


def _features(file: File, crc: Callable[[bytes], int]) -> Iterator[Numbered]:
    """Yield each record's number and features, or what is wrong with it."""
    from google.protobuf.message import DecodeError

    for number, record in enumerate(_records(file, crc), start=1):
        if record is None:
            yield number, BadRow(file.name, number, None, "", "the record is damaged", _MEND)
            continue
        try:
            yield number, features_of(record)
        except DecodeError:
            yield number, BadRow(file.name, number, None, "", "is no tf.Example", _MEND)


def _records(file: File, crc: Callable[[bytes], int]) -> Iterator[bytes | None]:
    """Yield the records' bytes, None for one whose checksum is wrong or that is cut short."""
    with file.opened() as stream:
        number = 1
        while head := _exactly(stream, 12):
            length, check = struct.unpack("<QI", head.ljust(12, b"\0"))
            if len(head) == 12 and crc(head[:8]) != check:
                raise InvalidInput(
                    f"{file.name!r}, row {number:,}: the record's length is damaged, so that the "
                    "records after it cannot be found",
                    hint="write the file again, or check that it is a TFRecord file",
                )
            body = _exactly(stream, length + 4) if len(head) == 12 else b""
            whole = len(head) == 12 and len(body) == length + 4
            yield body[:-4] if whole and _same(body, crc) else None
            number += 1


def _same(body: bytes, crc: Callable[[bytes], int]) -> bool:
    return bool(crc(body[:-4]) == struct.unpack("<I", body[-4:])[0])


def _exactly(stream: Any, size: int) -> bytes:
    """Read `size` bytes, or as many as there are."""
    content = bytes(stream.read(size))
    while len(content) < size and (more := stream.read(size - len(content))):
        content += more
    return content


def _groups(records: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    group: list[Numbered] = []
    size = 0
    for each in records:
        group.append(each)
        if not isinstance(each[1], BadRow):
            size += sum(
                len(value) if kind == "bytes" else 8
                for kind, values in each[1].values()
                for value in values
            )
        if len(group) == _ROWS or size > _SIZE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _is_good(each: Numbered, words: Mapping[str, str], file: File, bad: BadRows) -> bool:
    number, features = each
    if isinstance(features, BadRow):
        bad.add(features)
        return False
    for name, (kind, values) in features.items():
        if kind and kind != words[name]:
            shown = list(values) if len(values) > 1 else values[0]
            bad.add(mixed_row(file.name, number, name, shown, words[name]))
            return False
    return True


def _table(records: Sequence[Numbered], schema: pa.Schema) -> pa.Table:
    columns = []
    for name, kind in zip(schema.names, schema.types, strict=True):
        lists = [features.get(name, ("", ()))[1] for _, features in records]  # type: ignore[union-attr]
        many = types.is_list(kind)
        plain = kind.value_type if many else kind
        raw = pa.binary() if types.is_string(plain) else plain
        if many:
            values = pa.array([list(each) or None for each in lists], pa.list_(raw))
        else:
            values = pa.array([each[0] if each else None for each in lists], raw)
        columns.append(values.cast(kind))
    return pa.table(columns, schema=schema)
