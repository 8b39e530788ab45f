"""What definitions read, by the names that they use: datasets and other views, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, near
from workbench.data.datasets import Dataset, dataset
from workbench.data.engine import folded, open_engine, parquet, quoted
from workbench.features.definitions.kinds import ON_DEMAND, VIEW
from workbench.features.definitions.views import FeatureView, Source, view_from

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from workbench.metadata import Artifact

#: What before a name says that a view is meant.
PREFIX = "view:"


@dataclass(frozen=True)
class Table:
    """A dataset, or the rows of a view: its keys, times and features."""

    record: Dataset | FeatureView

    @property
    def artifact(self) -> Artifact:
        """The record."""
        return self.record.artifact

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.record.ref

    @property
    def time(self) -> str | None:
        """Its column of event time."""
        return self.record.time

    @property
    def created(self) -> str | None:
        """Its column that says when a row became known."""
        return self.record.created

    @property
    def columns(self) -> tuple[str, ...]:
        """What can be read of it: of a view, its keys, times and features."""
        if isinstance(self.record, Dataset):
            return tuple(each.name for each in self.record.columns)
        times = [each for each in (self.time, self.created) if each]
        keys, features = (
            [each.name for each in of] for of in (self.record.keys, self.record.columns)
        )
        return tuple(dict.fromkeys([*keys, *times, *features]))

    def relation(self) -> str:
        """Return what stands for it after FROM.

        Raises
        ------
        InvalidInput
            If the names of two columns differ in case only: SQL would read one for the other.
        """
        known: dict[str, str] = {}
        for name in self.columns:
            if (other := known.setdefault(folded(name), name)) != name:
                raise InvalidInput(
                    f"{self.ref} has the columns {other!r} and {name!r}, which are one to SQL",
                    hint="rename one of them, or make the view of the dataset itself: source=…",
                )
        if isinstance(self.record, Dataset):
            return parquet(self.record.paths())
        columns = ", ".join(map(quoted, self.columns))
        return f"(SELECT {columns} FROM {_inlined(self.record.source)})"

    def to_pandas(self) -> pd.DataFrame:
        """Return its rows as a frame."""
        if isinstance(self.record, Dataset):
            return self.record.to_pandas()
        with open_engine() as connection:
            frame: pd.DataFrame = (
                connection.sql(f"FROM {self.relation()}").to_arrow_table().to_pandas()
            )
        return frame


def look_up(name: str) -> Table:
    """Return the dataset or view that a definition names: ``flights``, ``plane@3``, ``view:plane``.

    A dataset comes before a view of its name; ``view:`` before a name says that a view is meant.

    Raises
    ------
    NotFound
        If there is neither.
    InvalidInput
        If the view aggregates: its features have values at any instant, and no rows.
    """
    metadata = workspace.current().metadata
    if not name.startswith(PREFIX):
        try:
            return Table(dataset(name))
        except NotFound as error:
            missing = error
        if metadata.versions(ON_DEMAND, name.partition("@")[0]):
            raise InvalidInput(
                f"{name!r} is computed on demand and has no rows",
                hint="compute from its features with wb.on_demand_view",
            )
        if not metadata.versions(VIEW, name.partition("@")[0]):
            known = metadata.artifacts(("dataset", VIEW), latest_only=True)
            raise NotFound(
                missing.message, hint=near(name, {each.name for each in known}) or missing.hint
            ) from missing
    return Table(readable(view_from(metadata.artifact(VIEW, name.removeprefix(PREFIX)))))


def readable(view: FeatureView) -> FeatureView:
    """Return a view if it has rows that another view can be made of; raises InvalidInput."""
    if view.aggregations:
        raise InvalidInput(
            f"the view {view.name!r} aggregates over windows, so it has values at every instant "
            "and no rows to make a view of",
            hint="read the events that it reads, or compute from its features with "
            "wb.on_demand_view",
        )
    return view


def relation_of(connection: DuckDBPyConnection, source: Source) -> str:
    """Make a source's rows readable on a connection; return what stands after FROM."""
    if source.digest is not None:
        return _stored(source)
    tables = tables_of(source)
    if source.kind != "sql":
        (only,) = tables.values()
        return only.relation()
    attach(connection, tables)
    return f"({source.sql})"


def tables_of(source: Source) -> dict[str, Table]:
    """Return what a source reads, in the versions that it is pinned to, by the names it uses."""
    found = {name: Table(dataset(ref)) for name, ref in source.datasets.items()}
    metadata = workspace.current().metadata
    for name, ref in source.views.items():
        found[name] = Table(view_from(metadata.artifact(VIEW, ref)))
    return found


def attach(connection: DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """Make tables readable by the names that a query uses."""
    for name, each in tables.items():
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {each.relation()}")


def is_ordered(source: Source) -> bool:
    """Return whether the order of a source's rows means something; a query's does not."""
    if source.kind != "view":
        return source.kind != "sql"
    return all(
        is_ordered(each.record.source)
        for each in tables_of(source).values()
        if isinstance(each.record, FeatureView)
    )


def _inlined(source: Source) -> str:
    """Return a source's rows as text that brings all that it reads, so that no names meet."""
    if source.digest is not None:
        return _stored(source)
    tables = tables_of(source)
    if source.kind != "sql":
        (only,) = tables.values()
        return only.relation()
    named = ", ".join(
        f"{quoted(name)} AS (SELECT * FROM {each.relation()})" for name, each in tables.items()
    )
    return f"(WITH {named} SELECT * FROM ({source.sql}))"


def _stored(source: Source) -> str:
    return parquet([str(workspace.current().blobs.local_path(str(source.digest)))])
