"""Sparse and weighted columns: whether the columns that form one fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.data.schemas.features import find, is_passive
from workbench.data.validation.anomalies import Anomaly, found
from workbench.data.validation.evidence import CompositeFigures, Evidence, Path
from workbench.data.validation.wording import counted


@dataclass(frozen=True)
class _Kind:
    """What the columns beside the value are called."""

    name: str
    part: str
    parts: str
    one: str


_SPARSE = _Kind("SPARSE", "index", "indices", "An index")
_WEIGHTED = _Kind("WEIGHTED", "weight", "weights", "A weight")


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
            yield _collision(name, _WEIGHTED)
        elif name in sparse and plain is not None:
            yield _collision(name, _SPARSE)
        elif name in evidence.composites:
            kind = _WEIGHTED if name in weighted else _SPARSE
            yield from _check(kind, evidence.composites[name], (name,))


def clashing(proto: Any, name: str) -> bool:
    """Return whether a column has the name of a sparse or weighted one that is looked at."""
    both = [*proto.sparse_feature, *proto.weighted_feature]
    return any(each.name == name and not is_passive(each) for each in both)


def _collision(name: str, kind: _Kind) -> Anomaly:
    return found(
        (name,),
        f"{kind.name}_FEATURE_NAME_COLLISION",
        "Name used twice",
        f"A {kind.name.lower()} column and another one are both named {name!r}.",
    )


def _check(kind: _Kind, figures: CompositeFigures, path: Path) -> Iterator[Anomaly]:
    part = kind.part
    if figures.missing_value:
        yield found(
            path,
            f"{kind.name}_FEATURE_MISSING_VALUE",
            "Missing value column",
            f"{kind.one} and no value in {counted(figures.missing_value, 'row')}.",
        )
    for name, count in figures.missing.items():
        if count:
            yield found(
                path,
                f"{kind.name}_FEATURE_MISSING_{part.upper()}",
                f"Missing {part} column",
                f"No {part} {name!r}, and other parts, in {counted(count, 'row')}.",
            )
    for name, (least, most) in figures.differences.items():
        if least or most:
            yield found(
                path,
                f"{kind.name}_FEATURE_LENGTH_MISMATCH",
                f"As many {kind.parts} as values",
                f"The {part} {name!r} has from {least:+,} to {most:+,} entries more than values.",
            )
