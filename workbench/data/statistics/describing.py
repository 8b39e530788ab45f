"""The figures of a column, taken of its partial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from workbench.data.statistics.figures import (
    FeatureStatistics,
    ImageFigures,
    ListFigures,
    WeightedFigures,
    WordFigures,
)
from workbench.data.statistics.images import Images
from workbench.data.statistics.number_figures import (
    TOP,
    finite_quantiles,
    number_figures,
    spread_of,
)
from workbench.data.statistics.numbers import Counted, Numbers
from workbench.data.statistics.partials import (
    BytesPartial,
    Level,
    ListPartial,
    NumberPartial,
    Partial,
    Presence,
    StructPartial,
    TextPartial,
)
from workbench.data.statistics.partials_of import Looks, partial_of
from workbench.data.statistics.words import Words


def describe(
    name: str, column: pa.ChunkedArray, role: str | None = None, looks: Looks | None = None
) -> FeatureStatistics:
    """Return the figures of a column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> describe("delay", pa.chunked_array([[1.0, None, 3.0]])).mean
    2.0
    """
    return figures_of(name, partial_of(column, looks), role)[0]


def figures_of(
    name: str, partial: Partial, role: str | None = None, *, weighted: bool = False
) -> list[FeatureStatistics]:
    """Return the figures of a column, and those of its fields after them.

    Parameters
    ----------
    name : str
    partial : Partial
        Of all the rows.
    role : str, optional
        What the column is to the dataset.
    weighted : bool
        Whether rows have weights.
    """
    return [replace(each, role=role) for each in _figures((name,), partial, weighted)]


def _figures(path: tuple[str, ...], partial: Partial, weighted: bool) -> list[FeatureStatistics]:
    match partial:
        case NumberPartial():
            return [number_figures(partial, _known(path, partial.presence, weighted))]
        case TextPartial():
            return [_of_texts(path, partial, weighted)]
        case BytesPartial():
            return [_of_bytes(path, partial, weighted)]
        case ListPartial():
            return _of_lists(path, partial, weighted)
        case StructPartial():
            return _of_structs(path, partial, weighted)


def _known(path: tuple[str, ...], presence: Presence, weighted: bool) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": ".".join(path),
        "path": path if len(path) > 1 else (),
        "rows": presence.rows,
        "count": presence.count,
        "missing": presence.rows - presence.count,
    }
    if weighted:
        known["weighted"] = WeightedFigures(presence.weight, presence.missing_weight)
    return known


def _of_texts(path: tuple[str, ...], partial: TextPartial, weighted: bool) -> FeatureStatistics:
    known = _known(path, partial.presence, weighted)
    if weighted:
        heavy = tuple(partial.texts.weighted_top(TOP))
        known["weighted"] = replace(known["weighted"], top=heavy)
    count, lengths = partial.presence.count, partial.lengths
    return FeatureStatistics(
        type="STRING",
        unique=partial.texts.unique,
        approximate=partial.texts.distinct is not None,
        top=tuple(partial.texts.top(TOP)),
        avg_length=lengths.total / count if count else None,
        min_length=lengths.shortest,
        max_length=lengths.longest,
        words=_words(partial.words, count),
        images=_images(partial.images),
        **known,
    )


def _of_bytes(path: tuple[str, ...], partial: BytesPartial, weighted: bool) -> FeatureStatistics:
    count, lengths = partial.presence.count, partial.lengths
    return FeatureStatistics(
        type="BYTES",
        unique=min(partial.hashed.unique, count),
        approximate=partial.hashed.distinct is not None,
        avg_length=lengths.total / count if count else None,
        min_length=lengths.shortest,
        max_length=lengths.longest,
        images=_images(partial.images),
        **_known(path, partial.presence, weighted),
    )


def _of_lists(
    path: tuple[str, ...], partial: ListPartial, weighted: bool
) -> list[FeatureStatistics]:
    known = _known(path, partial.presence, weighted)
    lists = tuple(_level(each) for each in partial.levels)
    result = []
    for inner in _figures(path, partial.values, weighted):
        heavy = inner.weighted
        if heavy is not None:
            rows: WeightedFigures = known["weighted"]
            heavy = replace(heavy, count=rows.count, missing=rows.missing)
        result.append(
            replace(
                inner,
                rows=known["rows"],
                count=known["count"],
                missing=known["missing"],
                lists=(*lists, *inner.lists),
                weighted=heavy,
            )
        )
    return result


def _level(level: Level) -> ListFigures:
    held = level.lengths
    count = int(held.counts.sum()) if isinstance(held, Counted) else held.count
    if not count:
        return ListFigures(0, level.missing, 0, 0, 0, 0)
    spread = spread_of(held)
    total = (
        int(held.values @ held.counts)
        if isinstance(held, Counted)
        else round(held.moments.mean * count)
    )
    return ListFigures(
        count,
        level.missing,
        spread.zeros,
        int(spread.minimum),
        int(spread.maximum),
        total,
        tuple(finite_quantiles(spread.finite)),
    )


def _of_structs(
    path: tuple[str, ...], partial: StructPartial, weighted: bool
) -> list[FeatureStatistics]:
    whole = FeatureStatistics(type="STRUCT", **_known(path, partial.presence, weighted))
    fields = [
        figures
        for name, field in partial.fields.items()
        for figures in _figures((*path, name), field, weighted)
    ]
    return [whole, *fields]


def _words(words: Words | None, texts: int) -> WordFigures | None:
    """Return the figures of words, if most texts have been read."""
    if words is None or words.texts * 2 <= texts:
        return None
    total = words.words.total
    return WordFigures(total, total / words.texts, words.words.unique, tuple(words.words.top(TOP)))


def _images(images: Images | None) -> ImageFigures | None:
    """Return the figures of images, if most values are."""
    if images is None:
        return None
    looked_into = sum(images.formats.values()) + images.unreadable
    if looked_into <= images.others:
        return None

    def sizes(numbers: Numbers) -> tuple[float, ...]:
        if isinstance(numbers, Counted) and not len(numbers.values):
            return ()
        return tuple(finite_quantiles(spread_of(numbers).finite))

    return ImageFigures(
        dict(sorted(images.formats.items())),
        dict(sorted(images.modes.items())),
        images.unreadable + images.others,
        sizes(images.widths),
        sizes(images.heights),
        images.max_bytes,
    )
