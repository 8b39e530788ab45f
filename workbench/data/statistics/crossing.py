"""How two columns go together: a second pass, whose bins follow from the figures of the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TypeAlias

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.data.columns import check_column
from workbench.data.statistics.blocks import Block
from workbench.data.statistics.cross_partials import CrossPartial, Pairs, Tally, cross_partials
from workbench.data.statistics.figures import CrossFigures, DatasetStatistics, FeatureStatistics
from workbench.data.statistics.scanning import thread_count

# Without a label, all pairs are held together of so few columns.
_FEW = 20

#: Yields what blocks' rows give, so many at a time, in order.
Cross: TypeAlias = Callable[[Sequence[Block], Pairs], Iterable[CrossPartial]]


def in_this_process(blocks: Sequence[Block], pairs: Pairs) -> Iterator[CrossPartial]:
    """Yield what the blocks' rows give, each table's columns in threads."""
    with ThreadPoolExecutor(thread_count()) as pool:
        for block in blocks:
            yield from cross_partials(block, pairs, pool.map)


def cross_figures(
    figures: DatasetStatistics,
    blocks: Sequence[Block],
    roles: Mapping[str, str],
    cross: bool | Sequence[str],
    make: Cross = in_this_process,
) -> tuple[CrossFigures, ...]:
    """Return the figures of pairs of columns.

    Parameters
    ----------
    figures : DatasetStatistics
        Of the same rows; where it has a weight, so have these.
    blocks : sequence of Block
    roles : mapping of str to str
    cross : True or sequence of str
        The columns of which each pair is wanted; True takes all of numbers for the correlation, and
        each column with the label (every pair of at most 20, without one) for mutual information.
    make : callable
        Reads the rows, here or elsewhere.

    Raises
    ------
    InvalidInput
        If there is no such column, or it has no values that could be held against others.
    """
    known = {each.name: each for each in figures.features if _is_plain(each)}
    informed = _pairs(figures, known, roles, cross)
    named = known if cross is True else dict.fromkeys(name for pair in informed for name in pair)
    numbers = [name for name in named if known[name].type in ("INT", "FLOAT", "BOOL", "TIME")]
    columns = list(dict.fromkeys([*numbers, *(name for pair in informed for name in pair)]))
    if not columns:
        return ()
    features = tuple(known[name] for name in columns)
    asked = Pairs(features, tuple(numbers), tuple(informed), figures.weight)
    found = CrossPartial(None, ())
    for number, each in enumerate(make(blocks, asked)):
        found = found.merged(each) if number else each
    counts = dict(zip(informed, found.counts, strict=False))  # no rows have none
    place = {name: index for index, name in enumerate(numbers)}
    order = list(known)
    pairs = sorted(
        {*informed, *combinations(numbers, 2)}, key=lambda pair: tuple(map(order.index, pair))
    )
    return tuple(
        CrossFigures(
            a,
            b,
            found.moments.correlation(place[a], place[b])
            if found.moments is not None and a in place and b in place
            else None,
            _information(counts[a, b]) if (a, b) in counts else None,
        )
        for a, b in pairs
        if (a, b) in informed or (b, a) not in informed
    )


def _is_plain(feature: FeatureStatistics) -> bool:
    kinds = ("INT", "FLOAT", "BOOL", "TIME", "STRING")
    return feature.type in kinds and not feature.lists and not feature.path


def _pairs(
    figures: DatasetStatistics,
    known: Mapping[str, FeatureStatistics],
    roles: Mapping[str, str],
    cross: bool | Sequence[str],
) -> list[tuple[str, str]]:
    """Return the pairs whose mutual information is wanted."""
    if cross is not True and cross is not False:
        for name in cross:
            check_column(name, [each.name for each in figures.features], "crossed")
            if name not in known:
                raise InvalidInput(
                    f"{name!r} has no single values to hold against others",
                    hint="cross columns of numbers, texts, times and truth values",
                )
        return list(combinations(dict.fromkeys(cross), 2))
    label = next((name for name in known if roles.get(name) == "label"), None)
    if label is not None:
        return [(name, label) for name in known if name != label]
    return list(combinations(known, 2)) if len(known) <= _FEW else []


def _information(counts: Tally) -> float:
    """Return the mutual information of a table of counts, in bits."""
    total = counts.sum()
    if not total:
        return 0.0
    joint = counts / total
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    some = joint > 0
    return max(0.0, float((joint[some] * np.log2(joint[some] / apart[some])).sum()))
