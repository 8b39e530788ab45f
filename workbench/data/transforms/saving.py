"""A fitted transform as an artifact, and what it makes of a dataset as a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.columns import check_column
from workbench.data.transforms.transform import Transform
from workbench.metadata import ColumnSource

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.transforms.graph import Graph
    from workbench.metadata import Artifact

KIND = "transform"
_BATCH = 1 << 17


def save(transform: Transform, name: str) -> Artifact:
    """Store and record a fitted transform; see `Transform.save`."""
    check_name(name)
    content = transform.to_json().encode()
    place = workspace.current()
    source = transform.fitted_on
    graph = transform.graph
    with place.metadata.record("fit", name, reads=[source] if source else []) as step:
        blob = place.blobs.put_bytes(content)
        return step.write(
            KIND,
            name,
            digest=blob.digest,
            size=blob.size,
            properties={
                "columns": list(transform.columns),
                "outputs": list(graph.outputs),
                "graph": repr(graph),
                "fitted_on": source.ref if source else None,
            },
            columns=_lineage(graph, source) if source else None,
        )


def load(reference: str) -> Transform:
    """Return a saved transform; see `Transform.load`."""
    place = workspace.current()
    artifact = place.metadata.artifact(KIND, reference)
    if artifact.digest is None:
        raise InvalidInput(f"{artifact.ref} has no content", hint="fit and save it again")
    return Transform.from_json(place.blobs.local_path(artifact.digest).read_text())


def to_dataset(
    transform: Transform, data: Dataset | str, name: str, keep: Sequence[str]
) -> Dataset:
    """Store a transform's outputs as a dataset; see `Transform.to_dataset`."""
    from workbench.data.datasets import dataset
    from workbench.data.datasets.declaration import Declaration
    from workbench.data.datasets.splits import in_order
    from workbench.data.datasets.writing import write_dataset
    from workbench.data.reading import Rows

    check_name(name)
    source = dataset(data)
    for each in keep:
        check_column(each, [column.name for column in source.columns], "dataset")
    tables = partial(transformed, transform, source, keep)
    first = next(tables(), None)
    if first is None:
        raise InvalidInput(f"{source.ref} has no rows to transform")
    rows = Rows(first.schema, tables, {"type": "transform", "of": source.ref}, rows=source.rows)
    label = source.label if source.label in keep else None
    lineage = _lineage(transform.graph, source.artifact)
    kept = {each: [ColumnSource(source.artifact, each)] for each in keep}
    with workspace.current().metadata.record(KIND, name, reads=[source.artifact]) as step:
        return write_dataset(
            step,
            rows,
            Declaration(label=label),
            name=name,
            part=in_order(source.splits) if source.splits else None,
            columns={**kept, **lineage},
        )


def transformed(transform: Transform, data: Dataset, keep: Sequence[str]) -> Iterator[pa.Table]:
    """Yield a transform's outputs for all rows of a dataset, behind the columns to keep."""
    import pyarrow as pa

    from workbench.data.datasets.sources import open_source

    wanted = list(dict.fromkeys([*keep, *transform.columns]))
    for table in open_source(data, columns=wanted).tables(wanted, _BATCH):
        columns = {each: table.column(each) for each in keep}
        for output, values in transform.apply(table).items():
            if values.ndim == 1 or values.shape[1]:  # a transform of numbers alone gives no codes
                columns[output] = _column(values)
        yield pa.table(columns)


def _column(values: npt.NDArray[Any]) -> pa.Array:
    import pyarrow as pa

    if values.ndim == 1:
        return pa.array(values)
    bounds = pa.array(range(0, values.size + 1, values.shape[1]), pa.int32())
    return pa.ListArray.from_arrays(bounds, pa.array(values.ravel()))


def _lineage(graph: Graph, source: Artifact) -> dict[str, Sequence[ColumnSource]]:
    return {
        output: [ColumnSource(source, column, how) for column, how in graph.lineage(output).items()]
        for output in graph.outputs
    }
