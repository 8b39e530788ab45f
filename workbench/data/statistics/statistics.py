"""Statistics of a dataset, a frame or a table: exact, one column at a time, columns in threads."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import check_column
from workbench.data.datasets.sources import Source, open_source
from workbench.data.scalars import category
from workbench.data.statistics.describing import describe
from workbench.data.statistics.figures import DatasetStatistics, FeatureStatistics

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.drift import Drift
    from workbench.data.validation.anomalies import Anomaly
    from workbench.metadata import Artifact, Recording

KIND = "statistics"
MOST_SLICES = 1000


@dataclass(frozen=True)
class Statistics:
    """Statistics of some rows, and of slices of them if asked for.

    Attributes
    ----------
    datasets : tuple of DatasetStatistics
        The whole first, then the slices.
    artifact : Artifact or None
        The record, when the rows have one.
    """

    datasets: tuple[DatasetStatistics, ...]
    artifact: Artifact | None = None

    @property
    def name(self) -> str:
        """What the rows are called."""
        return self.datasets[0].name

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.datasets[0].rows

    @property
    def features(self) -> tuple[FeatureStatistics, ...]:
        """The figures of each column, over all rows."""
        return self.datasets[0].features

    @property
    def slices(self) -> dict[str, DatasetStatistics]:
        """The figures of each slice, by a name such as ``carrier=UA``."""
        return {each.name: each for each in self.datasets[1:]}

    def __getitem__(self, column: str) -> FeatureStatistics:
        for feature in self.features:
            if feature.name == column:
                return feature
        hint = near(column, [each.name for each in self.features])
        raise InvalidInput(f"there are no statistics of {column!r}", hint=hint)

    def to_proto(self) -> Any:  # generated classes carry no types
        """Return a tensorflow_metadata ``DatasetFeatureStatisticsList``.

        What that has no field for (the type of truth values and times, the role, distinct numbers)
        is in ``custom_stats`` named ``workbench.…``.
        """
        from workbench.data.statistics.protos import to_proto

        return to_proto(self.datasets)

    def to_facets_proto(self) -> Any:
        """Return facets_overview's ``DatasetFeatureStatisticsList``."""
        from workbench.data.statistics.protos import to_facets_proto

        return to_facets_proto(self.datasets)

    @classmethod
    def from_proto(cls, proto: Any, artifact: Artifact | None = None) -> Statistics:
        """Return the statistics in a ``DatasetFeatureStatisticsList``, ours or TFDV's."""
        from workbench.data.statistics.protos import from_proto

        return cls(from_proto(proto), artifact)

    def data(
        self,
        compare: Statistics | None = None,
        *,
        drift: Drift | None = None,
        slices: Sequence[str] = (),
        anomalies: Iterable[Anomaly] = (),
        edits: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return what the statistics widget draws, as JSON.

        Parameters
        ----------
        compare : Statistics, optional
            Of other rows, drawn over the same bars.
        drift : Drift, optional
            Measured between the two; found from the statistics when not given.
        slices : sequence of str
            Slices to draw beside the whole, by name.
        anomalies : iterable of Anomaly
            What validation found, shown at its columns.
        edits : dict of str to str, optional
            By column, the code of a schema edit that accepts what was found.
        """
        from workbench.data.statistics.widget_data import statistics_data

        chosen = [self.datasets[0], *(self._slice(name) for name in slices)]
        if compare is not None:
            chosen.append(compare.datasets[0])
        return statistics_data(
            chosen, drift if compare is not None else None, anomalies=anomalies, edits=edits
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a column, with its main figures; times in microseconds since 1970."""
        import pandas as pd

        figures = (
            "type",
            "count",
            "missing",
            "zeros",
            "mean",
            "std",
            "minimum",
            "median",
            "maximum",
        )
        rows = [
            {name: getattr(each, name) for name in (*figures, "unique", "avg_length")}
            for each in self.features
        ]
        return pd.DataFrame(
            rows, index=pd.Index([each.name for each in self.features], name="column")
        )

    def __repr__(self) -> str:
        slices = f", {len(self.datasets) - 1} slices" if len(self.datasets) > 1 else ""
        return f"<Statistics of {self.name}: {self.rows:,} rows × {len(self.features)}{slices}>"

    def _repr_html_(self) -> str:
        title = f"{html.escape(self.name)} · {self.rows:,} rows"
        frame = self.to_pandas()
        return f"<div>{title}</div>{frame.to_html(float_format=lambda value: f'{value:,.4g}')}"

    def _slice(self, name: str) -> DatasetStatistics:
        if name not in self.slices:
            raise InvalidInput(f"there is no slice {name!r}", hint=near(name, self.slices))
        return self.slices[name]


def statistics(
    data: Dataset | pd.DataFrame | pa.Table | str,
    by: str | None = None,
    *,
    split: str | None = None,
    name: str | None = None,
) -> Statistics:
    """Return exact statistics of every column; those of a dataset are also recorded.

    Null and NaN both count as missing; infinite values count as present.

    Parameters
    ----------
    data : Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    by : str, optional
        A column; statistics of each of its values' rows come too.
    split : str, optional
        Only this split of a dataset.
    name : str, optional
        What a frame's rows are called beside others; a dataset has its reference.

    Raises
    ------
    NotFound
        If there is no such dataset.
    InvalidInput
        If there is no such column or split, `by` has over 1,000 values, or a dataset is given a
        name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> statistics(pa.table({"delay": [1, None, 3]}))["delay"].missing
    1
    """
    source = open_source(data, split=split)
    if source.artifact is None:
        return Statistics(describe_source(replace(source, name=name or source.name), by))
    if name is not None:
        raise InvalidInput(
            f"name={name!r} is given to the dataset {source.artifact.ref}, which has a name",
            hint="only a frame is named here",
        )
    asked = {"split": split, "by": by}
    metadata = workspace.current().metadata
    with metadata.record(
        KIND, source.artifact.name, reads=[source.artifact], properties=asked
    ) as step:
        figures = Statistics(describe_source(source, by))
        facts = {"dataset": source.artifact.ref, **asked}
        return Statistics(
            figures.datasets, keep_statistics(step, source.artifact.name, figures, facts)
        )


def keep_statistics(
    step: Recording, name: str, figures: Statistics, facts: Mapping[str, Any]
) -> Artifact:
    """Record figures, with facts about them, as what a step wrote."""
    content = figures.to_proto().SerializeToString(deterministic=True)
    blob = workspace.current().blobs.put_bytes(content)
    counted = {"rows": figures.rows, "columns": len(figures.features)}
    return step.write(
        KIND, name, digest=blob.digest, size=blob.size, properties={**facts, **counted}
    )


def load_statistics(artifact: Artifact) -> Statistics:
    """Return the statistics that an artifact of that kind holds."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    if artifact.kind != KIND or artifact.digest is None:
        raise InvalidInput(f"{artifact.ref} is a {artifact.kind}, not statistics")
    content = workspace.current().blobs.read(artifact.digest)
    proto = statistics_pb2.DatasetFeatureStatisticsList.FromString(content)
    return Statistics.from_proto(proto, artifact)


def describe_source(source: Source, by: str | None = None) -> tuple[DatasetStatistics, ...]:
    """Return the figures of a source's rows, then of each slice by the column `by`."""
    parts = [] if by is None else list(_slices(source, by))
    order = np.concatenate([rows for _, rows in parts]) if parts else None
    ends = np.cumsum([len(rows) for _, rows in parts])

    def figures(name: str) -> list[FeatureStatistics]:
        column, role = source.read(name), source.roles.get(name)
        found = [describe(name, column, role)]
        if order is not None:
            arranged = column.combine_chunks().take(order)
            for start, end in zip([0, *ends[:-1]], ends, strict=True):
                piece = arranged.slice(start, end - start)
                chunks = piece.chunks if hasattr(piece, "chunks") else [piece]
                found.append(describe(name, _chunked(chunks, column.type), role))
        return found

    threads = workspace.current().settings.num_cpus or os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        by_column = list(pool.map(figures, source.names))
    names = [source.name, *(label for label, _ in parts)]
    rows = [source.rows, *(len(members) for _, members in parts)]
    return tuple(
        DatasetStatistics(name, count, tuple(found[place] for found in by_column))
        for place, (name, count) in enumerate(zip(names, rows, strict=True))
    )


def _chunked(chunks: list[pa.Array], kind: pa.DataType) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array(chunks, kind)


def _slices(source: Source, by: str) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[np.int64]]]]:
    """Yield each slice's name and row numbers, by the values' order as text."""
    column = source.read(check_column(by, source.names, "slicing")).combine_chunks()
    if not hasattr(column, "dictionary"):
        column = column.dictionary_encode()
    words = [category(value) for value in column.dictionary.to_pylist()]
    if len(words) > MOST_SLICES:
        raise InvalidInput(
            f"{by!r} has {len(words):,} values, too many to slice by",
            hint=f"slice by a column of at most {MOST_SLICES:,} values",
        )
    codes = pc.fill_null(column.indices, len(words)).to_numpy()
    groups: dict[str, list[int]] = {}
    for code, word in enumerate([*words, None]):
        groups.setdefault("missing" if word is None else word, []).append(code)
    for word in sorted(groups):
        members = np.flatnonzero(np.isin(codes, groups[word]))
        if members.size:
            yield f"{by}={word}", members
