"""A dataset: one immutable version of a table, in Parquet files that versions share."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column, check_column
from workbench.data.datasets.declaration import Declaration
from workbench.data.datasets.manifest import File, Manifest, listed
from workbench.data.datasets.spans import PERIODS
from workbench.data.engine import folded
from workbench.data.reading.bad_rows import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets.diff import DatasetDiff
    from workbench.metadata import Artifact

KIND = "dataset"


@dataclass(frozen=True)
class Dataset:
    """A version of a dataset; `dataset` and `ingest` return it.

    Rows come split by split, within one span by span, and then in the order of the source.

    Attributes
    ----------
    artifact : Artifact
        Its record.
    """

    artifact: Artifact

    @property
    def id(self) -> str:
        """The record's id."""
        return self.artifact.id

    @property
    def name(self) -> str:
        """What it is called, all versions alike."""
        return self.artifact.name

    @property
    def version(self) -> int:
        """Which version it is, from 1."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def rows(self) -> int:
        """Rows in all splits."""
        return int(self._facts["rows"])

    @property
    def columns(self) -> tuple[Column, ...]:
        """Names and types, in order."""
        return tuple(Column(each["name"], each["type"]) for each in self._facts["columns"])

    @property
    def time(self) -> str | None:
        """The column of the event's time."""
        return self._text("time")

    @property
    def created(self) -> str | None:
        """The column that says when the row became known."""
        return self._text("created")

    @property
    def label(self) -> str | None:
        """The column to be predicted."""
        return self._text("label")

    @property
    def description(self) -> str:
        """A sentence about it."""
        return self._text("description") or ""

    @property
    def splits(self) -> dict[str, int]:
        """Rows by split, in order."""
        return dict(self._facts["splits"])

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row; empty where nothing was declared."""
        return self.declared.key

    @property
    def tags(self) -> tuple[str, ...]:
        """The names that point at this version, as of when it was opened."""
        return self.artifact.aliases

    @property
    def times(self) -> tuple[datetime, datetime] | None:
        """The first and the last time of an event."""
        first, last = self._text("first"), self._text("last")
        if first is None or last is None:
            return None
        return datetime.fromisoformat(first), datetime.fromisoformat(last)

    @property
    def spans(self) -> dict[str, int]:
        """Rows by span, in order; empty where the rows came in one piece."""
        return dict(self._spans)

    @property
    def files(self) -> tuple[File, ...]:
        """The Parquet files, in the order of their rows."""
        return self.manifest.files

    @cached_property
    def manifest(self) -> Manifest:
        """The version's files and their schema."""
        blobs = workspace.current().blobs
        if self.artifact.digest is None:
            return listed(self._facts["files"], blobs)
        return Manifest.of_bytes(blobs.read(self.artifact.digest))

    @property
    def declared(self) -> Declaration:
        """What was said of it when its rows were taken in."""
        return Declaration.of_facts(self._facts.get("declared", self._facts))

    @cached_property
    def _spans(self) -> dict[str, int]:
        rows: dict[str, int] = {}
        for file in self.files:
            if file.span:
                rows[file.span] = rows.get(file.span, 0) + file.rows
        return dict(sorted(rows.items())) if self.declared.span in PERIODS else rows

    @property
    def roles(self) -> dict[str, str]:
        """What a column is to the dataset (time, created, label), by column."""
        named = {self.created: "created", self.time: "time", self.label: "label"}
        return {column: role for column, role in named.items() if column is not None}

    def select(self, split: str | None = None, span: str | None = None) -> tuple[File, ...]:
        """Return the files of one split, one span, or both; of all when neither is given.

        Raises
        ------
        InvalidInput
            If there is no such split or span.
        """
        if split is not None and split not in self.splits:
            raise InvalidInput(f"{self.ref} has no split {split!r}", hint=near(split, self.splits))
        if span is not None and span not in self.spans:
            raise InvalidInput(f"{self.ref} has no span {span!r}", hint=near(span, self.spans))
        return tuple(
            each for each in self.files if split in (None, each.split) and span in (None, each.span)
        )

    def paths(self, split: str | None = None, *, span: str | None = None) -> list[str]:
        """Return local Parquet files, in order; raises as `select`."""
        blobs = workspace.current().blobs
        return [str(blobs.local_path(each.digest)) for each in self.select(split, span)]

    def to_arrow(
        self,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        span: str | None = None,
    ) -> pa.Table:
        """Return the rows as an Arrow table.

        Parameters
        ----------
        split : str, optional
            Only this split.
        columns : sequence of str, optional
            Only these columns, in this order.
        span : str, optional
            Only this span.

        Raises
        ------
        InvalidInput
            If there is no such split, column or span.
        """
        from workbench.data.datasets.loading import load

        return load(self.paths(split, span=span), self._schema(columns))

    def to_pandas(
        self,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        span: str | None = None,
    ) -> pd.DataFrame:
        """Return the rows as a pandas frame; as `to_arrow`, with times aware and in UTC."""
        frame: pd.DataFrame = self.to_arrow(split, columns, span=span).to_pandas()
        return frame

    def batches(
        self,
        split: str | None = None,
        columns: Sequence[str] | None = None,
        *,
        span: str | None = None,
        rows: int = 1 << 17,
    ) -> Iterator[pa.Table]:
        """Yield the rows as tables of at most about `rows` rows, for datasets beyond memory.

        Parameters are those of `to_arrow`, which this raises as.
        """
        from workbench.data.datasets.loading import load_batches

        names = self._schema(columns).names
        yield from load_batches(self.paths(split, span=span), names, rows)

    def relation(
        self,
        connection: duckdb.DuckDBPyConnection,
        split: str | None = None,
        *,
        span: str | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Return the rows as a DuckDB relation that scans the Parquet files.

        Parameters
        ----------
        connection : duckdb.DuckDBPyConnection
        split, span : str, optional

        Raises
        ------
        InvalidInput
            If there is no such split or span, or the names of two columns differ in case only,
            which DuckDB takes for one.
        """
        _check_case([each.name for each in self.columns], self.ref)
        paths = self.paths(split, span=span)
        if not paths:
            return connection.from_arrow(self._schema(None).empty_table())
        return connection.read_parquet(paths, hive_partitioning=False)

    def bad_rows(self) -> pd.DataFrame:
        """Return the rows that were set aside: source, row, column, value and reason of each."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        blobs = workspace.current().blobs
        tables = [pq.read_table(blobs.local_path(each.digest)) for each in self.manifest.bad]
        frame: pd.DataFrame = pa.concat_tables([SCHEMA.empty_table(), *tables]).to_pandas()
        return frame

    def tag(self, name: str) -> Dataset:
        """Give this version a name, taken from whichever version bore it: ``flights@gold``.

        Raises
        ------
        InvalidInput
            If `name` cannot be one.
        """
        workspace.current().metadata.set_alias(KIND, self.name, name, self.version)
        return dataset(self.ref)

    def untag(self, name: str) -> Dataset:
        """Take a name from this version; nothing happens if it does not bear it."""
        if name in self.tags:
            workspace.current().metadata.delete_alias(KIND, self.name, name)
        return dataset(self.ref)

    def diff(self, other: Dataset | str, key: str | Sequence[str] | None = None) -> DatasetDiff:
        """Return what changed from this version to `other`; see `diff.diff`."""
        from workbench.data.datasets.diff import diff

        return diff(self, dataset(other), key)

    def export(self, folder: str | Path) -> Path:
        """Write this version as one folder, which `import_dataset` takes in again."""
        from workbench.data.datasets.exchange import export_dataset

        return export_dataset(self, Path(folder))

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        splits = "".join(f", {name} {rows:,}" for name, rows in self.splits.items())
        return f"<Dataset {self.ref}: {self.rows:,} rows × {len(self.columns)} columns{splits}>"

    def _repr_html_(self) -> str:
        facts = [f"{self.rows:,} rows", f"{len(self.columns)} columns"]
        facts += [f"{rows:,} {name}" for name, rows in self.splits.items() if len(self.splits) > 1]
        if self.spans:
            facts.append(f"{len(self.spans):,} spans")
        if self._facts.get("bad_rows"):
            facts.append(f"{self._facts['bad_rows']:,} bad rows set aside")
        assumed = self._facts.get("assumed_utc") or ()
        if assumed:
            facts.append(f"without a zone, taken as UTC: {', '.join(assumed)}")
        roles = self.roles
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(each.name)}</td>"
            f"<td style='text-align:left'>{html.escape(each.type)}</td>"
            f"<td style='text-align:left'>{html.escape(roles.get(each.name, ''))}</td></tr>"
            for each in self.columns
        )
        about = f"<div>{html.escape(self.description)}</div>" if self.description else ""
        return (
            f"<div><strong>{html.escape(self.ref)}</strong> "
            f"<span style='opacity:.7'>{html.escape(' · '.join(facts))}</span></div>{about}"
            "<table><thead><tr><th style='text-align:left'>Column</th>"
            "<th style='text-align:left'>Type</th>"
            f"<th style='text-align:left'>Role</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def _schema(self, columns: Sequence[str] | None) -> pa.Schema:
        import pyarrow as pa

        schema = self.manifest.schema
        for name in columns or ():
            check_column(name, schema.names, "dataset")
        return schema if columns is None else pa.schema([schema.field(each) for each in columns])

    @property
    def _facts(self) -> dict[str, Any]:
        return self.artifact.properties

    def _text(self, fact: str) -> str | None:
        value = self._facts.get(fact)
        return None if value is None else str(value)


def _check_case(names: Sequence[str], ref: str) -> None:
    """Refuse names that SQL cannot tell apart."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(folded(name), name)
        if other != name:
            raise InvalidInput(
                f"{ref} has the columns {other!r} and {name!r}, which are one to DuckDB",
                hint="read it with to_arrow() or batches(), and rename one of them there",
            )


def dataset(reference: str | Dataset) -> Dataset:
    """Return a dataset by its reference.

    Parameters
    ----------
    reference : str
        ``name`` (the newest version), ``name@version`` or ``name@alias``.

    Raises
    ------
    NotFound
        If there is none; the hint offers near names.
    """
    if isinstance(reference, Dataset):
        return reference
    return Dataset(workspace.current().metadata.artifact(KIND, reference))
