"""What statistics say of a set of rows: the records that the other rooms read."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.data.columns import Family
from workbench.data.statistics.distributions import Distribution


@dataclass(frozen=True)
class Bucket:
    """A bar of a histogram: values from `low` up to `high`, which only the last bar includes."""

    low: float
    high: float
    count: float


@dataclass(frozen=True)
class ListFigures:
    """How many values the lists of one level hold.

    Attributes
    ----------
    count, missing : int
        Lists that are there, empty ones included, and those that are null.
    empty : int
    minimum, maximum : int
        The fewest and the most values of a list.
    total : int
        Values in all of them.
    quantiles : tuple of float
        Eleven, of the number of values.
    """

    count: int
    missing: int
    empty: int
    minimum: int
    maximum: int
    total: int
    quantiles: tuple[float, ...] = ()


@dataclass(frozen=True)
class WeightedFigures:
    """Figures in which a row counts as much as it weighs.

    Attributes
    ----------
    count, missing : float
        The weights of rows with a value, and without.
    mean, std, median : float or None
        Of numbers.
    top : tuple of (str, float)
        Of STRING and BOOL.
    histogram : tuple of Bucket
        Over the same bars as the unweighted one.
    quantiles : tuple of float
        Eleven.
    """

    count: float
    missing: float
    mean: float | None = None
    std: float | None = None
    median: float | None = None
    top: tuple[tuple[str, float], ...] = ()
    histogram: tuple[Bucket, ...] = ()
    quantiles: tuple[float, ...] = ()


@dataclass(frozen=True)
class WordFigures:
    """Figures of text, word by word.

    Attributes
    ----------
    count : int
        Words in all values.
    mean : float
        Words a value.
    unique : int
    top : tuple of (str, int)
        The most frequent, lower case.
    """

    count: int
    mean: float
    unique: int
    top: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ImageFigures:
    """Figures of images.

    Attributes
    ----------
    formats, modes : dict of str to int
        Such as JPEG and RGB.
    unreadable : int
        Values that are no image.
    widths, heights : tuple of float
        Eleven quantiles, in pixels.
    max_bytes : int
    """

    formats: dict[str, int]
    modes: dict[str, int]
    unreadable: int
    widths: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    max_bytes: int = 0


@dataclass(frozen=True)
class CrossFigures:
    """How two columns go together, each row counting as much as it weighs.

    Attributes
    ----------
    a, b : str
    correlation : float or None
        Pearson's, of two columns of numbers, over the rows where both have a finite value.
    mutual_information : float or None
        In bits, between binned values.
    """

    a: str
    b: str
    correlation: float | None = None
    mutual_information: float | None = None


@dataclass(frozen=True)
class FeatureStatistics:
    """The figures of one column.

    Null and NaN both count as missing. Infinite values count as present, and in `minimum` and
    `maximum`; mean, standard deviation, median, quantiles and histogram are of the finite values.
    Times are in microseconds since 1970, UTC.

    Attributes
    ----------
    name : str
    type : str
        INT, FLOAT, STRING, BOOL, TIME, BYTES or STRUCT; of a list, that of its innermost values.
    rows, count, missing, nan : int
        Rows, those with a value, those without, and those of the latter that are NaN.
    zeros, infinite : int
    mean, std, minimum, median, maximum : float or None
        None where there is nothing to take them of.
    unique : int
        Distinct values.
    top : tuple of (str, int)
        The most frequent values, most frequent first, ties by name; of STRING and BOOL.
    avg_length : float or None
        Characters, of STRING.
    histogram : tuple of Bucket
        Twenty equally wide bars.
    quantiles : tuple of float
        Eleven: the minimum, the nine deciles, the maximum.
    distribution : Distribution or None
        Of numbers, in at most about 256 cells: enough to draw two columns over the same bars.
    role : str or None
        time, created or label, as the dataset declares.
    path : tuple of str
        From the column down to the field, of a field of a struct; ``name`` joins it by points.
    approximate : bool
        Whether there were too many distinct values to keep: quantiles are then within 0.1 % in
        rank, `unique` within 1 %, and `top` may miss a value as rare as its last.
    categorical : bool
        Whether whole numbers were counted as categories, so that they have `top`.
    min_length, max_length : int or None
        As `avg_length`; bytes, of BYTES.
    invalid_utf8 : int
        Values that are no text, of STRING read from bytes.
    lists : tuple of ListFigures
        Of a list, from the outermost level inwards; count, missing and rows are then of rows, and
        the other figures of the values in all the lists together.
    weighted : WeightedFigures or None
        Where each row has a weight.
    words : WordFigures or None
        Of STRING that is text to read.
    images : ImageFigures or None
        Of BYTES that are images, or STRING that names image files.
    """

    name: str
    type: Family
    rows: int
    count: int
    missing: int
    nan: int = 0
    zeros: int = 0
    infinite: int = 0
    mean: float | None = None
    std: float | None = None
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None
    unique: int = 0
    top: tuple[tuple[str, int], ...] = ()
    avg_length: float | None = None
    histogram: tuple[Bucket, ...] = ()
    quantiles: tuple[float, ...] = ()
    distribution: Distribution | None = None
    role: str | None = None
    path: tuple[str, ...] = ()
    approximate: bool = False
    categorical: bool = False
    min_length: int | None = None
    max_length: int | None = None
    invalid_utf8: int = 0
    lists: tuple[ListFigures, ...] = ()
    weighted: WeightedFigures | None = None
    words: WordFigures | None = None
    images: ImageFigures | None = None

    @property
    def missing_share(self) -> float:
        """Missing over rows; 0 of no rows."""
        return self.missing / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class DatasetStatistics:
    """The figures of one set of rows.

    Attributes
    ----------
    name : str
        The dataset's reference, or ``carrier=UA`` for a slice.
    rows : int
    features : tuple of FeatureStatistics
        One a column, in the columns' order; a struct's fields follow it.
    weight : str or None
        The column that says how much a row counts.
    weighted_rows : float or None
        What all rows weigh together.
    sampled_from : int or None
        How many rows there were, where only a sample of them was looked at.
    cross : tuple of CrossFigures
        Where they were asked for.
    """

    name: str
    rows: int
    features: tuple[FeatureStatistics, ...]
    weight: str | None = None
    weighted_rows: float | None = None
    sampled_from: int | None = None
    cross: tuple[CrossFigures, ...] = ()
