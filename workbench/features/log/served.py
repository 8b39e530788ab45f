"""The feature log: what a service answered, written beside the requests and read back whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.core.formats import instant
from workbench.core.html_tables import html_facts
from workbench.features.log.journal import Journal
from workbench.features.log.reading import Span, tables
from workbench.features.log.rolling import roll_apart, worth_rolling
from workbench.features.log.segments import Damage, folder_of, frame, names_in
from workbench.features.log.served_records import METADATA, Row, Shape, batches, packed

if TYPE_CHECKING:
    import pyarrow as pa

# Bytes that may wait while the disk is full or slow.
_CAPACITY = 64 << 20


class FeatureLog:
    """Writes what a feature service answers; a request never waits for it.

    A record is in the file `flush` seconds after its request, and so safe from a kill; it is safe
    from a loss of power a second later.

    Parameters
    ----------
    folder : Path
    shape : Shape
        What the service answers with.
    capacity : int
        Bytes that may wait; what comes beyond is dropped, and counted.
    flush : float
        Seconds.
    """

    def __init__(
        self, folder: Path, shape: Shape, *, capacity: int = _CAPACITY, flush: float = 0.25
    ) -> None:
        with suppress(OSError):  # a log that cannot be written says so in `trouble`
            folder.mkdir(parents=True, exist_ok=True)
        self._journal: Journal[bytes] = Journal(
            folder,
            _framed,
            start=shape.head(),
            capacity=capacity,
            flush=flush,
            sealed=lambda _: roll_apart(folder, "served"),
        )
        if worth_rolling(folder):  # of processes that are no more
            roll_apart(folder, "served")

    def append(
        self,
        request_id: str,
        time: int,
        rows: Sequence[Row],
        *,
        at: int | None = None,
        as_of: Sequence[int | None] | None = None,
    ) -> bool:
        """Hand over what a request got; return False, at once, if there is no room for it.

        Parameters
        ----------
        request_id : str
        time : int
            Now, in microseconds since 1970.
        rows : sequence of Row
        at : int, optional
            The instant that was asked for.
        as_of : sequence of int or None, optional
            For each view of the shape the instant at which its table stands still, if it does.
        """
        try:
            record = packed(request_id, time, rows, at, as_of)
        except (TypeError, ValueError, OverflowError) as error:  # no reason to fail the request
            self._journal.refuse(f"the request {request_id} cannot be written down: {error}")
            return False
        return self._journal.append(record, len(record))

    @property
    def waiting(self) -> int:
        """Requests that are not in the file yet."""
        return self._journal.waiting

    @property
    def written(self) -> int:
        """Requests written so far."""
        return self._journal.written

    @property
    def dropped(self) -> int:
        """Requests that there was no room for."""
        return self._journal.dropped

    @property
    def trouble(self) -> str:
        """Why requests wait now; empty when all is well."""
        return self._journal.trouble

    def close(self) -> None:
        """Write what waits, and end."""
        self._journal.close()


@dataclass(frozen=True)
class Served:
    """What a feature service answered, over a span of time.

    Attributes
    ----------
    service : str
    since, until : datetime or None
        From `since` on and before `until`, by when it was served.
    """

    service: str
    since: datetime | None = None
    until: datetime | None = None

    def read(self) -> pa.Table:
        """Return one row an entity of each request, in the order of time.

        Columns: ``request_id`` (one a row, by which events are joined), ``time`` (when it was
        served), ``at`` (the instant that it was asked for), ``service`` (with its version), the
        keys, the inputs of the request, and the features. Then for each view ``…__status`` (whether
        its row was present, missing or expired), ``…__event`` (the row's event time) and ``…__at``
        (the instant that its features were told for, which is another than ``at`` where its table
        was materialized as of a moment). A key or feature with one of the first four names is
        called ``served_time`` and so on.

        Raises
        ------
        InvalidInput
            If a feature was of one type in one version of the service, and of another type in
            another one.

        Warns
        -----
        UserWarning
            If a part of a file is not what was written to it.
        """
        return self.read_whole()[0]

    def read_whole(self) -> tuple[pa.Table, list[Shape]]:
        """Return what `read` does, and what the rows of each version of the service are."""
        import pyarrow as pa

        damage = Damage()
        found = list(tables(self.folder, batches, Span(self.since, self.until), damage))
        damage.warn(f"the log of {self.service!r}")
        shapes = {shape.service: shape for shape in map(_shape, found)}
        if not found:
            return _nothing(), []
        try:
            whole = pa.concat_tables(found, promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
            raise InvalidInput(
                f"versions of {self.service!r} do not agree in their types: {error}",
                hint="read the time of one version: wb.feature_log(…, since=, until=)",
            ) from error
        return whole.replace_schema_metadata().sort_by("time"), list(shapes.values())

    @property
    def folder(self) -> Path:
        """Where it is kept on this machine."""
        return log_folder(workspace.current().home, self.service)

    def state(self) -> dict[str, int]:
        """Return how many segments and bytes there are, and what of them cannot be read.

        Keys are ``segments``, ``bytes``, ``torn`` (records that a killed process left half-written)
        and ``unreadable``.
        """
        damage = Damage()
        for _ in tables(self.folder, batches, Span(), damage):
            pass
        files = [path for path in self.folder.iterdir() if not path.name.startswith(".")]
        return {
            "segments": len(files),
            "bytes": sum(path.stat().st_size for path in files),
            "torn": damage.torn,
            "unreadable": damage.unreadable,
        }

    def _repr_html_(self) -> str:
        table = self.read()
        times = table.column("time")
        facts = [
            ("service", self.service),
            ("rows", f"{table.num_rows:,}"),
            ("from", instant(times[0].as_py()) if len(times) else None),
            ("to", instant(times[-1].as_py()) if len(times) else None),
        ]
        return html_facts(facts)


def feature_log(
    service: str,
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
) -> Served:
    """Return the log of a feature service, whole or of a span of time.

    Parameters
    ----------
    service : str
        Its name, without a version.
    since, until : datetime, date or str, optional
        Only what was served from `since` on and before `until`.

    Raises
    ------
    NotFound
        If nothing was ever served under that name here.
    InvalidInput
        If a bound is no time.

    Examples
    --------
    >>> feature_log("flights", since="2013-11-01").read()  # doctest: +SKIP
    """
    from workbench.data.times import as_utc

    folder = log_folder(workspace.current().home, service)
    if not folder.is_dir():
        known = names_in(folder.parent)
        raise NotFound(
            f"the service {service!r} has no log",
            hint=near(service, known, otherwise=f"serve it: workbench features serve {service}"),
        )
    return Served(
        service,
        None if since is None else as_utc(since, "since"),
        None if until is None else as_utc(until, "until"),
    )


def log_folder(home: Path, service: str) -> Path:
    """Return where a service's log lies."""
    return folder_of(home / "logs" / "features", service)


def _shape(table: pa.Table) -> Shape:
    return Shape.of(json.loads(table.schema.metadata[METADATA]))


def _framed(records: Sequence[bytes]) -> bytes:
    return frame(b"".join(records))


def _nothing() -> pa.Table:
    import pyarrow as pa

    time = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [("request_id", pa.string()), ("time", time), ("at", time), ("service", pa.string())]
    ).empty_table()
