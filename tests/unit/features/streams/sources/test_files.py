"""What happens to files that grow: rotated, truncated, cut short, replaced."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import Conflict, InvalidInput
from workbench.features.streams.sources.files import FileSource
from workbench.features.streams.sources.source import Message, Offset


class Reader:
    """One who reads on."""

    def __init__(self, path: Path) -> None:
        self.source = FileSource(path)
        self.offset: Offset = self.source.beginning()

    def messages(self, limit: int = 100) -> list[Message]:
        batch = self.source.read(self.offset, limit, wait=0)
        self.offset = batch.offset
        return batch.messages

    def read(self, limit: int = 100) -> list[object]:
        return [each.value for each in self.messages(limit)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "events.jsonl"
    made.touch()
    return made


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def quiet(path: Path) -> None:
    long_ago = time.time() - 3600
    os.utime(path, (long_ago, long_ago))


def test_a_line_is_read_once_it_is_whole(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n{"n": 2, "b')
    assert reader.read() == [b'{"n": 1}']
    assert reader.read() == []
    append(path, '": 3}\n')
    assert reader.read() == [b'{"n": 2, "b": 3}']


def test_a_last_object_needs_no_line_break_and_is_read_once(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": {"m": 1}')
    assert reader.read() == []
    append(path, "}")
    assert reader.read() == [b'{"n": {"m": 1}}']
    append(path, '\n{"n": 2}\n')
    assert reader.read() == [b'{"n": 2}']


def test_a_rotated_file_is_read_to_its_end_and_then_the_new_one(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n')
    assert reader.read() == [b'{"n": 1}']
    append(path, '{"n": 2}\n')
    path.rename(path.with_name("events.jsonl.1"))
    append(path.with_name("events.jsonl.1"), '{"n": 3}\n')
    append(path, '{"n": 4}\n')
    assert reader.read() == [b'{"n": 2}', b'{"n": 3}', b'{"n": 4}']
    assert reader.read() == []


def test_several_rotations_while_nobody_read_lose_nothing(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 0}\n')
    reader.read()
    for number in range(1, 4):
        for older in range(number - 1, 0, -1):
            path.with_name(f"events.jsonl.{older}").rename(
                path.with_name(f"events.jsonl.{older + 1}")
            )
        path.rename(path.with_name("events.jsonl.1"))
        os.utime(path.with_name("events.jsonl.1"), (number, number))
        append(path, f'{{"n": {number}}}\n')
    assert reader.read() == [f'{{"n": {number}}}'.encode() for number in range(1, 4)]
    path.with_name("events.jsonl.3").unlink()
    assert reader.read() == []


def test_an_older_file_that_ends_without_a_line_break_is_read_when_it_is_quiet(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n{"cut')
    path.rename(path.with_name("events.jsonl.1"))
    append(path, '{"n": 2}\n')
    assert reader.read() == [b'{"n": 1}', b'{"n": 2}']
    quiet(path.with_name("events.jsonl.1"))
    assert reader.read() == [b'{"cut']
    assert reader.read() == []


def test_a_truncated_file_is_read_from_its_start(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n{"n": 2}\n')
    reader.read()
    path.write_text('{"n": 3}\n')
    assert reader.read() == [b'{"n": 3}']
    # Even if it has grown beyond where it was read.
    path.write_text("".join(f'{{"m": {number}}}\n' for number in range(50)))
    assert len(reader.read()) == 50


def test_a_file_that_was_replaced_by_a_longer_copy_is_read_on(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n')
    reader.read()
    copy = path.with_name("copy")
    copy.write_text('{"n": 1}\n{"n": 2}\n')
    copy.replace(path)
    assert reader.read() == [b'{"n": 2}']


def test_a_file_gone_before_it_was_read_is_said_and_can_be_passed_over(path: Path) -> None:
    reader = Reader(path)
    append(path, '{"n": 1}\n{"n": 2}\n')
    assert reader.read(limit=1) == [b'{"n": 1}']
    path.unlink()
    append(path, '{"n": 9}\n')
    with pytest.raises(Conflict, match=r"events\.jsonl is gone .* before it was read"):
        reader.read()
    reader.offset = reader.source.skip(reader.offset)
    assert reader.read() == [b'{"n": 9}']


def test_a_folder_is_read_by_name_and_old_files_may_go(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", ".hidden.jsonl", "c.jsonl.tmp", "notes.txt"):
        (tmp_path / name).write_text(f'{{"n": "{name}"}}\n')
    reader = Reader(tmp_path)
    assert reader.read() == [b'{"n": "a.jsonl"}', b'{"n": "b.jsonl"}']
    (tmp_path / "a.jsonl").unlink()
    append(tmp_path / "b.jsonl", '{"n": 2}\n')
    (tmp_path / "0.jsonl").write_text('{"n": 3}\n')
    assert reader.read() == [b'{"n": 3}', b'{"n": 2}']


def test_csv_names_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text('﻿card,note\nc1,"a, b"\nc2\n\nc3,"un\n')
    reader = Reader(path)
    found = reader.messages()
    assert found[0].value == {"card": "c1", "note": "a, b"}
    assert [each.wrong for each in found[1:2]] == ["1 fields where 2 are named"]
    assert found[2].wrong.startswith("no line of CSV")
    append(path, "c4,")
    assert reader.read() == []  # its last field may be longer
    append(path, "x\n")
    assert Reader(path).messages()[-1].value == {"card": "c4", "note": "x"}
    followed = FileSource(path)  # which has not seen the first line
    assert followed.read(reader.offset, 10, 0).messages[0].value == {"card": "c4", "note": "x"}


def test_csv_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(b"\xff\xfe\n1\n")
    with pytest.raises(InvalidInput, match="names no columns"):
        Reader(path).read()


def test_a_line_without_end_is_passed_over_and_said(path: Path) -> None:
    append(path, "x" * (3 << 20) + '\n{"n": 1}\n')
    found = Reader(path).messages()
    assert found[0].wrong == f"a line of {(3 << 20) + 1:,} bytes"
    assert len(found[0].value) == 1000
    assert found[1].value == b'{"n": 1}'


def test_empty_files_and_blank_lines_are_no_events(path: Path) -> None:
    reader = Reader(path)
    assert reader.read() == []
    append(path, '\n  \r\n{"n": 1}\r\n\n')
    assert reader.read() == [b'{"n": 1}']
    assert reader.source.lag(reader.offset) == 0


STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 4)),
    st.tuples(st.just("begin"), st.just(0)),  # of a line that is ended by the next write
    st.tuples(st.just("rotate"), st.just(0)),
    st.tuples(st.just("read"), st.integers(1, 5)),
    st.tuples(st.just("follow"), st.just(0)),  # by a new reader, from the offset that was kept
)


@given(steps=st.lists(STEPS, max_size=30))
def test_every_line_is_read_once_and_in_order_whatever_happens_to_the_file(
    steps: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.jsonl")
        path.touch()
        reader, found, written, begun, rotated = Reader(path), [], 0, False, 0
        for step, number in steps:
            if step == "write":
                for _ in range(number):
                    append(path, f"{'' if begun else '['}{written}]\n")
                    begun, written = False, written + 1
            elif step == "begin" and not begun:
                append(path, "[")
                begun = True
            elif step == "rotate" and not begun:
                for older in range(rotated, 0, -1):
                    path.with_name(f"{path.name}.{older}").rename(f"{path}.{older + 1}")
                path.rename(f"{path}.1")
                path.touch()
                rotated += 1
            elif step == "read":
                found += reader.read(limit=number)
            elif step == "follow":
                kept = json.loads(json.dumps(reader.offset))
                reader = Reader(path)
                reader.offset = kept
        found += reader.read(limit=1000)
        assert found == [f"[{number}]".encode() for number in range(written)]
