"""Statistics as the value that a person holds: figures by column and by slice, and their forms."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput, near
from workbench.data.statistics.figures import CrossFigures, DatasetStatistics, FeatureStatistics

if TYPE_CHECKING:
    import pandas as pd

    from workbench.data.drift import Drift
    from workbench.data.validation.anomalies import Anomaly
    from workbench.metadata import Artifact


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

    @property
    def cross(self) -> tuple[CrossFigures, ...]:
        """How columns go together over all rows, where that was asked for."""
        return self.datasets[0].cross

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
        from workbench.data.statistics.proto_writing import to_proto

        return to_proto(self.datasets)

    def to_facets_proto(self) -> Any:
        """Return facets_overview's ``DatasetFeatureStatisticsList``."""
        from workbench.data.statistics.proto_writing import to_facets_proto

        return to_facets_proto(self.datasets)

    @classmethod
    def from_proto(cls, proto: Any, artifact: Artifact | None = None) -> Statistics:
        """Return the statistics in a ``DatasetFeatureStatisticsList``: ours, TFDV's or facets'.

        Raises
        ------
        InvalidInput
            If it is no such message.
        """
        from workbench.data.statistics.proto_reading import from_proto

        return cls(from_proto(proto), artifact)

    def data(
        self,
        compare: Statistics | None = None,
        *,
        drift: Drift | None = None,
        slices: Sequence[str] = (),
        anomalies: Iterable[Anomaly] = (),
        edits: Mapping[str | int, str] | None = None,
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
        edits : dict of str or int to str, optional
            By column, or by an anomaly's place, the code of a schema edit that accepts it.
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
