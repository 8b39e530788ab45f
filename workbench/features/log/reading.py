"""From a folder of segments to tables, whole or of a span of time, while others write to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.features.log.segments import SUFFIX, Damage, began, frames

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = ".parquet"
DAMAGED = ".damaged"
#: From a segment's frames, the first of which says what the rest is, to tables with a time.
Decode = Callable[[Iterable[bytes]], Iterator["pa.RecordBatch"]]


@dataclass(frozen=True)
class Span:
    """From when to when; both ends may be open, and the later one is not part of it."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, table: pa.Table) -> pa.Table:
        """Return the rows of a table whose `time` lies in it."""
        for _, compare, bound in self.bounds():
            table = table.filter(compare(table.column("time"), bound))
        return table

    def bounds(self) -> list[tuple[str, Any, pa.Scalar]]:
        """Return its ends: a sign, the function that compares, and the time."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = pa.timestamp("us", tz="UTC")
        bounds = []
        if self.since is not None:
            bounds.append((">=", pc.greater_equal, pa.scalar(self.since, kind)))
        if self.until is not None:
            bounds.append(("<", pc.less, pa.scalar(self.until, kind)))
        return bounds


def tables(folder: Path, decode: Decode, span: Span, damage: Damage) -> Iterator[pa.Table]:
    """Yield what a folder's segments hold, in the order in which they were begun.

    Parameters
    ----------
    folder : Path
    decode : callable
    span : Span
        Of the column `time`.
    damage : Damage
        Counts what had to be passed over.
    """
    import pyarrow as pa

    # Journals first: one that is rolled meanwhile is among the Parquet files by then.
    journals = {path.stem: path for path in folder.glob(f"*{SUFFIX}")}
    rolled = {path.stem: path for path in folder.glob(f"*{PARQUET}")}
    damage.unreadable += sum(1 for _ in folder.glob(f"*{DAMAGED}"))
    for stem in sorted({*journals, *rolled}):
        if stem not in rolled:
            if _outside(journals[stem], span):
                continue
            try:
                for batch in decode(frames(journals[stem], damage)):
                    yield span.of(pa.Table.from_batches([batch]))
                continue
            except FileNotFoundError:
                rolled[stem] = journals[stem].with_suffix(PARQUET)
        if (table := _read(rolled[stem], span, damage)) is not None:
            yield table


def _outside(journal: Path, span: Span) -> bool:
    if span.until is not None and began(journal) >= span.until:
        return True
    if span.since is None:
        return False
    try:
        return datetime.fromtimestamp(journal.stat().st_mtime, UTC) < span.since
    except FileNotFoundError:
        return False


def _read(path: Path, span: Span, damage: Damage) -> pa.Table | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    filters = [("time", sign, bound) for sign, _, bound in span.bounds()]
    try:
        return pq.read_table(path, filters=filters or None, partitioning=None)
    except (pa.ArrowInvalid, OSError):
        damage.unreadable += 1
        return None
