"""Finding out what is to be known of some rows: from themselves, or from statistics of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.datasets.dataset import KIND as DATASET
from workbench.data.datasets.dataset import Dataset
from workbench.data.datasets.sources import Source, open_source
from workbench.data.schemas import Constraint, Expression, Reference, Schema
from workbench.data.schemas.features import is_passive, walk
from workbench.data.statistics import DatasetStatistics, Statistics, describe_source
from workbench.data.validation.evidence import Broken, Evidence, Path, weighed
from workbench.data.validation.language import measure_language
from workbench.data.validation.messages import evidence_of_message
from workbench.data.validation.references import count_orphans
from workbench.data.validation.scanning import count_breaking
from workbench.data.validation.semantics import asks
from workbench.data.validation.together import measure_composite

if TYPE_CHECKING:
    from workbench.metadata import Artifact


@dataclass(frozen=True)
class Gathered:
    """What was found out, and where the rows are.

    Attributes
    ----------
    evidence : Evidence
    artifact : Artifact or None
        The record of the rows or of the statistics.
    open : callable or None
        Opens the rows, where they are at hand.
    """

    evidence: Evidence
    artifact: Artifact | None
    open: Callable[[], Source] | None


def gather(
    data: Any,
    schema: Schema,
    constraints: Sequence[Constraint],
    *,
    split: str | None = None,
    span: str | None = None,
    references: Mapping[str, Any] | None = None,
    history: Sequence[Any] | None = None,
) -> Gathered:
    """Return what is known of some rows, with all that a schema asks about.

    Parameters
    ----------
    data : Statistics, DatasetFeatureStatisticsList, or what `open_source` takes
    schema : Schema
    constraints : sequence of Constraint
    split, span : str, optional
        Of a dataset.
    references : mapping, optional
        Other data, by the name that a `Reference` says.
    history : sequence of int or data, optional
        Earlier row counts, the newest last; those of a dataset are known otherwise.
    """
    proto = schema.to_proto()
    counts = None if history is None else tuple(_count(each) for each in history)
    if hasattr(data, "DESCRIPTOR"):
        _refuse_parts("a message of statistics", split, span)
        evidence = evidence_of_message(data)
        return Gathered(_with_history(evidence, counts), None, None)
    if isinstance(data, Statistics):
        _refuse_parts("statistics", split, span)
        return _of_statistics(data, proto, constraints, references or {}, counts)

    def opened() -> Source:
        return open_source(data, split=split, span=span)

    source = opened()
    figures, *_ = describe_source(source, schema=schema)
    evidence = _measured(source, figures, proto, constraints, references or {})
    earlier = _earlier(source.artifact, split, span) if counts is None else _both(counts)
    return Gathered(replace(evidence, earlier=earlier), source.artifact, opened)


def figures_of(data: Any) -> tuple[Evidence, Artifact | None]:
    """Return the figures of data to compare with, and its record."""
    if hasattr(data, "DESCRIPTOR"):
        return evidence_of_message(data), None
    if isinstance(data, Statistics):
        return Evidence(weighed(data.datasets[0])), data.artifact
    source = open_source(data)
    return Evidence(describe_source(source)[0]), source.artifact


def rows_of(data: Any) -> float:
    """Return how many rows other data has."""
    return figures_of(data)[0].figures.rows if hasattr(data, "DESCRIPTOR") else _count(data)


def _count(data: Any) -> int:
    if isinstance(data, int):
        return data
    return data.rows if isinstance(data, Statistics) else open_source(data).rows


def _refuse_parts(what: str, split: str | None, span: str | None) -> None:
    for word, asked in (("split", split), ("span", span)):
        if asked is not None:
            raise InvalidInput(
                f"{word}={asked!r} is asked of {what}, which cannot be divided",
                hint=f"take the statistics of that {word}, or give the dataset",
            )


def _of_statistics(
    data: Statistics,
    proto: Any,
    constraints: Sequence[Constraint],
    references: Mapping[str, Any],
    counts: tuple[int, ...] | None,
) -> Gathered:
    figures = weighed(data.datasets[0])
    facts = {} if data.artifact is None else data.artifact.properties
    reference, split, span = facts.get("dataset"), facts.get("split"), facts.get("span")
    if not reference or figures.sampled_from:
        return Gathered(_with_history(Evidence(figures), counts), data.artifact, None)

    def opened() -> Source:
        return open_source(str(reference), split=split, span=span)

    evidence = Evidence(figures)
    if _asks_for_rows(proto, constraints):
        evidence = _measured(opened(), figures, proto, constraints, references)
    earlier = _both(counts) if counts is not None else _earlier(opened().artifact, split, span)
    return Gathered(replace(evidence, earlier=earlier), data.artifact, opened)


def _asks_for_rows(proto: Any, constraints: Sequence[Constraint]) -> bool:
    """Return whether statistics do not answer all that is asked."""
    if any(isinstance(each, (Expression, Reference)) for each in constraints):
        return True
    languages = any(asks(each.natural_language_domain) for _, each in walk(proto))
    return bool(languages or proto.sparse_feature or proto.weighted_feature)


def _measured(
    source: Source,
    figures: DatasetStatistics,
    proto: Any,
    constraints: Sequence[Constraint],
    references: Mapping[str, Any],
) -> Evidence:
    composites = [
        each
        for each in (*proto.sparse_feature, *proto.weighted_feature)
        if not is_passive(each) and each.name not in source.names
    ]
    return Evidence(
        figures,
        composites={each.name: measure_composite(source, each) for each in composites},
        language={
            path: measure_language(source, proto, feature.natural_language_domain, path)
            for path, feature in walk(proto)
            if asks(feature.natural_language_domain) and path[0] in source.names
        },
        domains=_images(figures),
        broken={
            each: _broken(source, each, references)
            for each in constraints
            if isinstance(each, (Expression, Reference))
        },
        read=True,
    )


def _images(figures: DatasetStatistics) -> dict[Path, str]:
    return {
        each.path or (each.name,): "image_domain {}"
        for each in figures.features
        if each.type == "BYTES" and each.images and not each.images.unreadable
    }


def _broken(
    source: Source, constraint: Expression | Reference, references: Mapping[str, Any]
) -> Broken:
    if isinstance(constraint, Reference):
        return count_orphans(source, constraint, references)
    return Broken(*count_breaking(constraint.sql, source))


def _both(counts: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {"versions": counts, "spans": counts}


def _with_history(evidence: Evidence, counts: tuple[int, ...] | None) -> Evidence:
    return evidence if counts is None else replace(evidence, earlier=_both(counts))


def _earlier(
    artifact: Artifact | None, split: str | None, span: str | None
) -> dict[str, tuple[int, ...]]:
    """Return the row counts of earlier versions, and of the spans before, of the same split."""
    if artifact is None or artifact.kind != DATASET:
        return {}
    known = workspace.current().metadata.versions(DATASET, artifact.name)
    versions = [Dataset(each) for each in known if each.version < artifact.version]
    versions.sort(key=lambda each: each.version)
    before = []
    for name in Dataset(artifact).spans:
        if name == span:
            break
        before.append(sum(file.rows for file in Dataset(artifact).select(split, name)))
    return {
        "versions": tuple(_rows(each, split, span) for each in versions),
        "spans": tuple(before if span is not None else before[:-1]),
    }


def _rows(data: Any, split: str | None, span: str | None) -> int:
    if (split is not None and split not in data.splits) or (
        span is not None and span not in data.spans
    ):
        return 0
    return sum(file.rows for file in data.select(split, span))
