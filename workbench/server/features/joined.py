"""What a view answers for some rows, as a training set would have it, and how it came by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.clock import MICROSECOND
from workbench.data.engine import open_engine, parquet, quoted
from workbench.features.definitions.views import FeatureView
from workbench.features.offline.cache import known_rows

if TYPE_CHECKING:
    import pyarrow as pa


def statuses(view: FeatureView, spine: pa.Table, at: pa.Array | None) -> list[str]:
    """Return, for each row of a spine, whether a view that does not aggregate answers for it.

    ``present`` if a row of its key was known and is young enough, ``missing`` if none was known,
    ``expired`` if all were too old.

    Parameters
    ----------
    view : FeatureView
    spine : pyarrow.Table
        With the view's keys.
    at : pyarrow.Array of int64 or None
        The rows' times in microseconds; None for a static view.
    """
    import pyarrow as pa

    keys = {f"k{place}": spine.column(each.name) for place, each in enumerate(view.keys)}
    number = pa.array(range(spine.num_rows))
    asked = pa.table({**keys, "n": number} | ({} if at is None else {"at": at}))
    on = " AND ".join(f"s.{quoted(name)} = f.{quoted(name)}" for name in keys)
    kind, age = "LEFT JOIN", "false"
    if at is not None:
        kind, on = "ASOF LEFT JOIN", f"{on} AND s.at >= f.visible"
        if view.ttl is not None:
            age = f"s.at - f.event > {view.ttl // MICROSECOND}"
    rows = parquet([str(known_rows(view))])
    with open_engine() as connection:
        connection.register("asked", asked)
        found = connection.execute(
            f"SELECT CASE WHEN f.k0 IS NULL THEN 'missing' WHEN {age} THEN 'expired' "
            f"ELSE 'present' END FROM asked s {kind} {rows} f ON {on} ORDER BY s.n"
        ).fetchall()
    return [status for (status,) in found]
