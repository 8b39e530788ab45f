"""A dataset: one immutable version of a table, in Parquet, one file a split."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column, check_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from workbench.metadata import Artifact

KIND = "dataset"


@dataclass(frozen=True)
class File:
    """A Parquet file of a dataset: rows of one span and one split, which never change.

    Attributes
    ----------
    digest : str
        Where the artifact store keeps it.
    rows, size : int
        Size in bytes.
    split, span : str
        Which it belongs to; a dataset without spans has one, of the empty name.
    """

    digest: str
    rows: int
    size: int
    split: str
    span: str = ""


@dataclass(frozen=True)
class Dataset:
    """A version of a dataset; `dataset` and `ingest` return it.

    Rows come split by split, in the order of the source within each.

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
    def spans(self) -> dict[str, int]:
        """Rows by span, in order; empty where the rows came in one piece."""
        rows: dict[str, int] = {}
        for file in self.files:
            if file.span:
                rows[file.span] = rows.get(file.span, 0) + file.rows
        return rows

    @property
    def files(self) -> tuple[File, ...]:
        """The Parquet files, in the order of their rows."""
        return tuple(File(**each) for each in self._facts["files"])

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

    def to_arrow(self, split: str | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows as an Arrow table.

        Parameters
        ----------
        split : str, optional
            Only this split.
        columns : sequence of str, optional
            Only these columns, in this order.

        Raises
        ------
        InvalidInput
            If there is no such split or column.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        for name in columns or ():
            check_column(name, (each.name for each in self.columns), "dataset")
        # Each file by itself, and none of the folders above it taken for a column.
        tables = [
            pq.read_table(path, columns=columns and list(columns), partitioning=None)
            for path in self.paths(split)
        ]
        return pa.concat_tables(tables)

    def to_pandas(
        self, split: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Return the rows as a pandas frame; as `to_arrow`, with times aware and in UTC."""
        frame: pd.DataFrame = self.to_arrow(split, columns).to_pandas()
        return frame

    def relation(
        self, connection: duckdb.DuckDBPyConnection, split: str | None = None
    ) -> duckdb.DuckDBPyRelation:
        """Return the rows as a DuckDB relation that scans the Parquet files.

        Parameters
        ----------
        connection : duckdb.DuckDBPyConnection
        split : str, optional
        """
        return connection.read_parquet(self.paths(split))

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        splits = "".join(f", {name} {rows:,}" for name, rows in self.splits.items())
        return f"<Dataset {self.ref}: {self.rows:,} rows × {len(self.columns)} columns{splits}>"

    def _repr_html_(self) -> str:
        facts = [f"{self.rows:,} rows", f"{len(self.columns)} columns"]
        facts += [f"{rows:,} {name}" for name, rows in self.splits.items() if len(self.splits) > 1]
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

    @property
    def _facts(self) -> dict[str, Any]:
        return self.artifact.properties

    def _text(self, fact: str) -> str | None:
        value = self._facts.get(fact)
        return None if value is None else str(value)


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
