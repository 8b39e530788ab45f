"""Statistics of a dataset, a frame or a table: one pass over its rows, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column
from workbench.data.datasets.sources import Source, open_source
from workbench.data.statistics.blocks import Block, blocks_of
from workbench.data.statistics.crossing import Cross, cross_figures, in_this_process
from workbench.data.statistics.describing import figures_of
from workbench.data.statistics.figures import DatasetStatistics, FeatureStatistics
from workbench.data.statistics.keeping import WHOLE, Slices
from workbench.data.statistics.partials import RowsPartial
from workbench.data.statistics.partials_of import partial_of
from workbench.data.statistics.result import Statistics
from workbench.data.statistics.scanning import Asked, Partials, in_threads, scan, thread_count

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.data.datasets import Dataset
    from workbench.data.schemas import Schema
    from workbench.metadata import Artifact, Recording

KIND = "statistics"


def statistics(
    data: Dataset | pd.DataFrame | pa.Table | str,
    by: str | Sequence[str] | None = None,
    *,
    split: str | None = None,
    span: str | None = None,
    name: str | None = None,
    schema: Schema | str | None = None,
    weight: str | None = None,
    sample: int | float | None = None,
    seed: int = 0,
    cross: bool | Sequence[str] = False,
    categorical: Sequence[str] = (),
    text: Sequence[str] = (),
    images: Sequence[str] = (),
    cluster: bool = False,
) -> Statistics:
    """Return statistics of every column; those of a dataset are also recorded.

    Counts, means, deviations, ranges and lengths are exact however many rows there are. So is the
    rest while a column has at most 131,072 distinct values; beyond that quantiles are within 0.1 %
    in rank, numbers of distinct values within 1 %, and `approximate` is true. Null and NaN both
    count as missing; infinite values count as present.

    A dataset's rows are read once: a later version with one more span costs that span.

    Parameters
    ----------
    data : Dataset, pandas.DataFrame, pyarrow.Table or str
        A string is a dataset's reference.
    by : str or sequence of str, optional
        A column, or several: statistics of the rows of each of their values come too, as
        ``carrier=UA`` or ``carrier=UA, origin=JFK``.
    split, span : str, optional
        Only this split, or this span, of a dataset.
    name : str, optional
        What a frame's rows are called beside others; a dataset has its reference.
    schema : Schema or str, optional
        Says which whole numbers are categories, which texts are to be read and which columns hold
        images. A string is a schema's reference.
    weight : str, optional
        The column that says how much a row counts: `weighted` figures then come beside the others,
        and those of pairs of columns are weighted.
    sample : int or float, optional
        Look only at so many rows, or at such a share of them.
    seed : int
        Which rows a sample draws; the same seed draws the same ones.
    cross : bool or sequence of str
        How columns go together: correlation and mutual information of each pair of these. True
        takes all pairs of numbers, and each column with the label.
    categorical, text, images : sequence of str
        More columns of whole numbers that are categories, of texts to read, and of images (bytes,
        or names of files). Where most texts have 50 characters and five words, these are read
        without being named; where most bytes begin as images do, so are they.
    cluster : bool
        Whether the workers of Ray read a dataset's files; the result is the same.

    Raises
    ------
    NotFound
        If there is no such dataset or schema.
    InvalidInput
        If there is no such column, split or span, `by` has over 1,000 values or holds lists or
        structs, a weight is negative or missing, or a dataset is given a name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> statistics(pa.table({"delay": [1, None, 3]}))["delay"].missing
    1
    """
    source = open_source(data, split=split, span=span)
    declared = _declared(schema, source)
    asked = Asked(
        columns=source.names,
        by=_by(source, by),
        weight=None if weight is None else check_column(weight, source.names, "weight"),
        categorical=_named(source, "categorical", categorical, declared["categorical"]),
        words=_named(source, "text", text, declared["text"]),
        images=_named(source, "image", images, declared["images"]),
    )
    blocks = blocks_of(source, sample, seed)

    def described(source: Source) -> tuple[DatasetStatistics, ...]:
        makers = _on_cluster(source) if cluster else (in_threads, in_this_process)
        return _described(source, blocks, asked, cross, *makers)

    if source.artifact is None:
        return Statistics(described(replace(source, name=name or source.name)))
    if name is not None:
        raise InvalidInput(
            f"name={name!r} is given to the dataset {source.artifact.ref}, which has a name",
            hint="only a frame is named here",
        )
    said: dict[str, Any] = {
        "split": split,
        "by": by if by is None or isinstance(by, str) else list(by),
    }
    options = {"span": span, "weight": weight, "sample": sample}
    said |= {each: value for each, value in options.items() if value is not None}
    metadata = workspace.current().metadata
    with metadata.record(
        KIND, source.artifact.name, reads=[source.artifact], properties=said
    ) as step:
        figures = Statistics(described(source))
        facts = {"dataset": source.artifact.ref, **said}
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


def describe_source(
    source: Source,
    by: str | Sequence[str] | None = None,
    *,
    schema: Schema | None = None,
) -> tuple[DatasetStatistics, ...]:
    """Return the figures of a source's rows, then of each slice by the columns `by`.

    A schema says which columns are categories, text to read, or images, as in `statistics`.
    """
    declared = _declared(schema, source)
    asked = Asked(
        columns=source.names,
        by=_by(source, by),
        categorical=_named(source, "categorical", (), declared["categorical"]),
        words=_named(source, "text", (), declared["text"]),
        images=_named(source, "image", (), declared["images"]),
    )
    return _described(source, blocks_of(source), asked)


def _described(
    source: Source,
    blocks: Sequence[Block],
    asked: Asked,
    cross: bool | Sequence[str] = False,
    make: Partials = in_threads,
    make_cross: Cross = in_this_process,
) -> tuple[DatasetStatistics, ...]:
    slices = scan(source.name, blocks, asked, make) or {WHOLE: _nothing(source)}
    ordered = [WHOLE, *sorted(name for name in slices if name != WHOLE)]
    sampled = any(piece.chosen is not None for block in blocks for piece in block.pieces)
    datasets = [
        DatasetStatistics(
            label or source.name,
            slices[label].rows,
            features,
            weight=asked.weight,
            weighted_rows=None if asked.weight is None else slices[label].weight,
            sampled_from=source.rows if sampled and label == WHOLE else None,
        )
        for label, features in zip(ordered, _features(source, asked, slices, ordered), strict=True)
    ]
    if cross is not False:
        crossed = cross_figures(datasets[0], blocks, source.roles, cross, make_cross)
        datasets[0] = replace(datasets[0], cross=crossed)
    return tuple(datasets)


def _features(
    source: Source, asked: Asked, slices: Slices, ordered: Sequence[str]
) -> list[tuple[FeatureStatistics, ...]]:
    """Return the figures of each slice's columns; the columns in threads."""
    weighted = asked.weight is not None

    def of_column(name: str) -> list[list[FeatureStatistics]]:
        role = source.roles.get(name)
        return [
            figures_of(name, slices[label].columns[name], role, weighted=weighted)
            for label in ordered
        ]

    with ThreadPoolExecutor(thread_count()) as pool:
        by_column = list(pool.map(of_column, source.names))
    return [
        tuple(figures for column in by_column for figures in column[place])
        for place in range(len(ordered))
    ]


def _nothing(source: Source) -> RowsPartial:
    """Return the partial of no rows."""
    columns = {name: partial_of(source.read(name)) for name in source.names}
    return RowsPartial(0, 0.0, columns)


def _by(source: Source, by: str | Sequence[str] | None) -> tuple[str, ...]:
    named = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    return tuple(check_column(name, source.names, "slicing") for name in named)


def _named(
    source: Source, what: str, named: Sequence[str], declared: Sequence[str]
) -> tuple[str, ...]:
    for name in named:
        check_column(name, source.names, what)
    return tuple(name for name in source.names if name in {*named, *declared})


def _declared(schema: Schema | str | None, source: Source) -> dict[str, list[str]]:
    """Return the columns that a schema says are categories, text to read, and images."""
    found: dict[str, list[str]] = {"categorical": [], "text": [], "images": []}
    if schema is None:
        return found
    from workbench.data.schemas.records import schema as recorded

    if isinstance(schema, str):
        schema = recorded(schema)
    for feature in schema.to_proto().feature:
        kind = feature.WhichOneof("domain_info")
        if kind == "int_domain" and feature.int_domain.is_categorical:
            found["categorical"].append(feature.name)
        elif kind == "natural_language_domain":
            found["text"].append(feature.name)
        elif kind == "image_domain":
            found["images"].append(feature.name)
    return found


def _on_cluster(source: Source) -> tuple[Partials, Cross]:
    """Return what makes partials on a Ray cluster, of columns and of pairs of them."""
    if source.artifact is None:
        raise InvalidInput(
            f"{source.name} lies in this process, where no worker can read it",
            hint="wb.ingest it first, or leave cluster=True out",
        )
    from workbench.data.statistics.workers import crossed_on_workers, on_workers

    return on_workers, crossed_on_workers
