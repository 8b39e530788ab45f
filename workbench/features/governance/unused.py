"""Features that nobody uses, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core import formats
from workbench.core.errors import NotFound, Unavailable
from workbench.core.html_tables import html_table
from workbench.features.definitions.kinds import VIEW
from workbench.features.definitions.views import FeatureView, view_from
from workbench.features.governance.usage import Usage, usage
from workbench.features.offline.cache import kept_at
from workbench.features.online.carrying import EXECUTION
from workbench.features.online.stores.encoding import pack_key
from workbench.features.online.stores.store import OnlineStore, kept_open

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLE = 200


@dataclass(frozen=True)
class Unused:
    """Features of a view that nobody uses.

    Attributes
    ----------
    view : str
    owner : str
    features : tuple of str
        ``view:column``.
    whole : bool
        Whether these are all that the view has, so that it could go.
    stored_bytes : int
        Of these features in the files that training sets are joined from; of a whole view also its
        stored rows.
    online_rows : int or None
        In the online store, for all features of the view together; None where nobody counts them.
    online_bytes : int or None
        About what these features take there, by a sample of rows.
    seconds : float
        That materializing the view took, in all.
    """

    view: str
    owner: str
    features: tuple[str, ...]
    whole: bool
    stored_bytes: int
    online_rows: int | None
    online_bytes: int | None
    seconds: float


class UnusedFeatures(list[Unused]):
    """Unused features, the costliest views first."""

    def to_json(self) -> list[dict[str, Any]]:
        """Return them as JSON, one a view."""
        return [{**asdict(each), "features": list(each.features)} for each in self]

    def _repr_html_(self) -> str:
        titles = ("features", "owner", "stored", "online rows", "online", "materializing")
        rows = [
            (
                f"all of {each.view}" if each.whole else each.features,
                each.owner,
                _size(each.stored_bytes),
                each.online_rows,
                _size(each.online_bytes),
                f"{each.seconds:,.1f} s",
            )
            for each in self
        ]
        return html_table(titles, rows, empty="Every feature is used.")


def unused_features(*, days: float = 30) -> UnusedFeatures:
    """Return the features that nobody uses, with what they cost, the costliest views first.

    A feature is unused if no view, service, training set, model or live deployment in use was made
    of it, and no log says that it was served in the last days; see `usage` for what is not known.

    Parameters
    ----------
    days : float
        How far back reads count.

    Raises
    ------
    InvalidInput
        If `days` is negative.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import workbench as wb
    >>> planes = wb.ingest(pa.table({"tailnum": ["N1"], "seats": [149]}), name="planes")
    >>> view = wb.feature_view(name="size", entities=wb.Entity("tailnum"), source=planes)
    >>> [each.features for each in wb.unused_features()]
    [('size:seats',)]
    """
    known: dict[str, list[Usage]] = {}
    for each in usage(days=days):
        known.setdefault(each.view, []).append(each)
    metadata = workspace.current().metadata
    found = UnusedFeatures()
    for name, features in known.items():
        idle = [each for each in features if not each.used]
        if not idle:
            continue
        stored = next(iter(metadata.versions(VIEW, name)), None)
        whole = len(idle) == len(features)
        columns = [each.column for each in idle]
        cost = (0, 0, 0, 0.0) if stored is None else _cost(view_from(stored), columns, whole=whole)
        named = tuple(each.feature for each in idle)
        found.append(Unused(name, idle[0].owner, named, whole, *cost))
    found.sort(key=lambda each: (-each.stored_bytes - (each.online_bytes or 0), each.view))
    return found


def _cost(
    view: FeatureView, columns: list[str], *, whole: bool
) -> tuple[int, int | None, int | None, float]:
    """Return bytes stored, rows and bytes online, and seconds of materializing."""
    place = workspace.current()
    done = place.metadata.executions(EXECUTION, view.name)
    seconds = sum(each.seconds or 0.0 for each in done)
    try:
        path = kept_at(view)
    except NotFound:  # a dataset that it reads is gone, and its rows with it
        path = None
    stored = 0
    if path is not None and path.is_file():
        stored = path.stat().st_size if whole else _bytes_of(path, _inputs_of(view, columns))
    if whole and view.source.digest is not None:
        stored += place.blobs.local_path(view.source.digest).stat().st_size
    try:
        rows, size = _online(kept_open(place.settings.online_url), view, path)
    except Unavailable:
        rows, size = None, None
    share = len(columns) / len(view.columns)
    return stored, rows, None if size is None else round(size * share), seconds


def _inputs_of(view: FeatureView, columns: Iterable[str]) -> set[str]:
    """Return the stored columns that only these features are made of."""
    places = {each.name: f"f{index}" for index, each in enumerate(view.inputs)}
    if not view.aggregations:
        return {places[each] for each in columns}
    gone = set(columns)
    kept = {each.column for each in view.aggregations if not gone.issuperset(each.features)}
    return {stored for name, stored in places.items() if name not in kept}


def _bytes_of(path: Path, columns: set[str]) -> int:
    import pyarrow.parquet as pq

    about = pq.read_metadata(path)
    return sum(
        chunk.total_compressed_size
        for group in range(about.num_row_groups)
        for place in range(about.num_columns)
        if (chunk := about.row_group(group).column(place)).path_in_schema.partition(".")[0]
        in columns
    )


def _online(
    store: OnlineStore, view: FeatureView, path: Path | None
) -> tuple[int | None, int | None]:
    """Return the rows of a view's table and about how many bytes they are."""
    (marks,) = store.marks([view.table])
    if marks is None:
        return 0, 0
    if marks.rows is None or path is None or not path.is_file():
        return marks.rows, None
    import pyarrow.parquet as pq

    names = [f"k{index}" for index in range(len(view.keys))]
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(_SAMPLE, columns=names), None)
    if batch is None:
        return marks.rows, None
    types = [each.type for each in view.keys]
    keys = {
        key
        for row in batch.to_pylist()
        if (key := pack_key([row[each] for each in names], types, [e.name for e in view.keys]))
    }
    ordered = sorted(keys)
    sizes = [
        len(key) + len(row)
        for key, row in zip(
            ordered, store.read([(view.table, key) for key in ordered]), strict=True
        )
        if row
    ]
    return marks.rows, round(marks.rows * sum(sizes) / len(sizes)) if sizes else None


def _size(count: int | None) -> str | None:
    return None if count is None else formats.size(count)
