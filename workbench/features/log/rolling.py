"""Turning segments that nobody writes to any more into Parquet, a tenth of the size.

It runs in a process of its own, of low priority, so that requests do not feel it; killed at any
moment it loses nothing, and the next one goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workbench.core.files import file_lock, storage_errors
from workbench.features.log.event_records import batches as event_batches
from workbench.features.log.reading import DAMAGED, PARQUET, Decode
from workbench.features.log.segments import SUFFIX, Damage, frames, is_live
from workbench.features.log.served_records import batches as served_batches

_MANY, _MUCH = 32, 4 << 20
DECODE: dict[str, Decode] = {"events": event_batches, "served": served_batches}


def roll(folder: Path, decode: Decode) -> int:
    """Turn a folder's abandoned and full journals into Parquet; return how many.

    A journal with frames that are not what was written is kept beside its Parquet, as `.damaged`.

    Raises
    ------
    StorageFull
        If there is no room; the journals are as they were.
    Conflict
        If another process has been at it for a minute.
    """
    done = 0
    with file_lock(folder / ".rolling.lock", what=f"the log in {folder}"):
        for journal in sorted(folder.glob(f"*{SUFFIX}")):
            if not is_live(journal):
                _roll(journal, decode)
                done += 1
    return done


def roll_apart(folder: Path, kind: str) -> None:
    """Start `roll` in a process of its own, and do not wait for it."""
    subprocess.Popen(
        [sys.executable, "-m", "workbench.features.log.rolling", kind, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def worth_rolling(folder: Path) -> bool:
    """Return whether enough journals lie abandoned to be worth the start of a process."""
    sizes = [path.stat().st_size for path in folder.glob(f"*{SUFFIX}") if not is_live(path)]
    return len(sizes) >= _MANY or sum(sizes) >= _MUCH


def _roll(journal: Path, decode: Decode) -> None:
    import pyarrow.parquet as pq

    damage = Damage()
    target = journal.with_suffix(PARQUET)
    part = journal.with_name(f".part-{journal.stem}")
    writer: pq.ParquetWriter | None = None
    try:
        with storage_errors(str(target)):
            for batch in decode(frames(journal, damage)):
                if writer is None:
                    writer = pq.ParquetWriter(part, batch.schema, compression="zstd")
                writer.write_batch(batch)
            if writer is not None:
                writer.close()
                _make_safe(part)
                part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    if damage.unreadable:
        journal.rename(journal.with_suffix(DAMAGED))
    else:
        journal.unlink()


def _make_safe(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


if __name__ == "__main__":
    os.nice(10)
    roll(Path(sys.argv[2]), DECODE[sys.argv[1]])
