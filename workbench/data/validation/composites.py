"""Sparse and weighted columns: whether the columns that form one fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.data.schemas.features import find, is_passive
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import CompositeFigures, Evidence, Path
from workbench.data.validation.wording import counted


def check_composites(proto: Any, evidence: Evidence) -> Iterator[Anomaly]:
    """Yield anomalies of every sparse and weighted column of a schema, and of clashing names."""
    columns = {".".join(path) for path in evidence.columns} | set(evidence.composites)
    sparse = {each.name: each for each in proto.sparse_feature}
    weighted = {each.name: each for each in proto.weighted_feature}
    for name in dict.fromkeys([*weighted, *sparse]):
        plain = find(proto, name)
        other = plain if plain is not None else sparse.get(name)
        own = weighted.get(name, sparse.get(name))
        if name not in columns or is_passive(own) or (other is not None and is_passive(other)):
            continue
        if name in weighted and other is not None:
            yield _collision(name, "WEIGHTED")
        elif name in sparse and plain is not None:
            yield _collision(name, "SPARSE")
        elif name in evidence.composites:
            check = _check_weighted if name in weighted else _check_sparse
            yield from check(evidence.composites[name], (name,))


def clashing(proto: Any, name: str) -> bool:
    """Return whether a column has the name of a sparse or weighted one that is looked at."""
    both = [*proto.sparse_feature, *proto.weighted_feature]
    return any(each.name == name and not is_passive(each) for each in both)


def _collision(name: str, kind: str) -> Anomaly:
    return found(
        (name,),
        f"{kind}_FEATURE_NAME_COLLISION",
        "Name used twice",
        f"A {kind.lower()} column and another one are both named {name!r}.",
    )


def _check_sparse(figures: CompositeFigures, path: Path) -> Iterator[Anomaly]:
    if figures.missing_value:
        yield found(
            path,
            "SPARSE_FEATURE_MISSING_VALUE",
            "Missing value column",
            f"An index and no value in {counted(figures.missing_value, 'row')}.",
        )
    for name, count in figures.missing.items():
        if count:
            yield found(
                path,
                "SPARSE_FEATURE_MISSING_INDEX",
                "Missing index column",
                f"No index {name!r}, and other parts, in {counted(count, 'row')}.",
            )
    for name, (least, most) in figures.differences.items():
        if least or most:
            yield found(
                path,
                "SPARSE_FEATURE_LENGTH_MISMATCH",
                "As many indices as values",
                f"The index {name!r} has from {least:+,} to {most:+,} entries more than the value.",
            )


def _check_weighted(figures: CompositeFigures, path: Path) -> Iterator[Anomaly]:
    if figures.missing_value:
        yield found(
            path,
            "WEIGHTED_FEATURE_MISSING_VALUE",
            "Missing value column",
            f"A weight and no value in {counted(figures.missing_value, 'row')}.",
        )
    for name, count in figures.missing.items():
        if count:
            yield found(
                path,
                "WEIGHTED_FEATURE_MISSING_WEIGHT",
                "Missing weight column",
                f"A value and no weight {name!r} in {counted(count, 'row')}.",
            )
    for name, (least, most) in figures.differences.items():
        if least or most:
            yield found(
                path,
                "WEIGHTED_FEATURE_LENGTH_MISMATCH",
                "As many weights as values",
                f"The weight {name!r} has from {least:+,} to {most:+,} entries more than values.",
            )
