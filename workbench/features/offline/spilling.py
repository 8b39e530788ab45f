"""Rows put aside on disk: as much as memory has no room for, read back part by part."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.core.ids import new_id

if TYPE_CHECKING:
    import pyarrow as pa

_LEAST, _MOST = 16 << 20, 256 << 20
#: A part takes several times its size while it is sorted and written, and not all memory is ours.
_SHARE = 24
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def part_bytes() -> int:
    """Return how many bytes of rows are worked on at a time, by the memory that there may be.

    What the machine has free, the container's limit and the process's own (``ulimit``) all count.
    """
    import psutil

    limits = [psutil.virtual_memory().available]
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        soft, _ = resource.getrlimit(kind)
        limits += [soft] if soft != resource.RLIM_INFINITY else []
    for path in map(Path, _CGROUPS):
        if path.is_file() and (said := path.read_text().strip()).isdigit():
            limits.append(int(said))
    return max(_LEAST, min(_MOST, min(limits) // _SHARE))


@contextmanager
def scratch(home: Path) -> Iterator[Path]:
    """Make a folder that is gone afterwards, or when the next dataset is written if this dies."""
    folder = home / "tmp" / f"writing-{os.getpid()}-{new_id()}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Parts:
    """Rows in so many files, each in the order in which they came.

    Parameters
    ----------
    folder : Path
    name : str
        What the files are called, with a number.
    count : int
    """

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self.count = count
        self._paths = [folder / f"{name}-{part}.arrow" for part in range(count)]
        self._writers: dict[int, pa.RecordBatchFileWriter] = {}

    def add(self, table: pa.Table, parts: npt.NDArray[np.int16]) -> None:
        """Put each row into its part."""
        import pyarrow as pa

        order = np.argsort(parts, kind="stable")
        ends = np.cumsum(np.bincount(parts, minlength=len(self._paths)))
        sorted_rows = table.take(pa.array(order))
        start = 0
        for part, end in enumerate(ends.tolist()):
            if end > start:
                self.write(part, sorted_rows.slice(start, end - start))
            start = end

    def write(self, part: int, table: pa.Table, most: int | None = None) -> None:
        """Put rows into a part, in batches of at most so many."""
        import pyarrow as pa

        writer = self._writers.get(part)
        if writer is None:
            writer = self._writers[part] = pa.ipc.new_file(self._paths[part], table.schema)
        writer.write_table(table.combine_chunks(), most)

    def close(self) -> None:
        """End the writing; parts can be read now."""
        for writer in self._writers.values():
            writer.close()

    def batches(self, part: int) -> Iterator[pa.RecordBatch]:
        """Yield a part's rows as they were written; they lie in the file until they are used."""
        import pyarrow as pa

        if part not in self._writers:
            return
        with pa.memory_map(str(self._paths[part])) as source:
            reader = pa.ipc.open_file(source)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def read(self, part: int) -> pa.Table | None:
        """Return a part's rows, or None if it has none."""
        import pyarrow as pa

        batches = list(self.batches(part))
        return pa.Table.from_batches(batches) if batches else None

    def delete(self, part: int) -> None:
        """Free a part's room on disk."""
        self._paths[part].unlink(missing_ok=True)
