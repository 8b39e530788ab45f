"""The words of texts that are written to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.statistics.counting import distinct_texts
from workbench.data.statistics.texts import Texts

#: A text of so many characters and words is taken to be written to be read.
CHARACTERS, WORDS = 50, 5
_AT_ONCE = 1 << 24
# Whatever is neither a letter of any script, nor a digit, nor an apostrophe.
_BETWEEN = r"[^\pL\pN']+"


@dataclass(frozen=True, eq=False)
class Words:
    """The words of some texts, in lower case.

    Attributes
    ----------
    texts : int
        How many texts they are of.
    words : Texts
    """

    texts: int
    words: Texts

    @classmethod
    def of(cls, values: pa.Array, counts: npt.NDArray[np.int64], limit: int) -> Words:
        """Return the words of distinct texts that each occur so often."""
        found = Texts(pa.array([], pa.large_string()), np.zeros(0, np.int64), None, 0)
        for piece, times in _pieces(values, counts):
            found = found.merged(_counted(piece, times).bounded(limit), limit)
        return cls(int(counts.sum()), found)

    def merged(self, other: Words, limit: int) -> Words:
        """Return the words of both sets of texts."""
        return Words(self.texts + other.texts, self.words.merged(other.words, limit))


def is_prose(values: pa.Array, lengths: pa.Array) -> pa.Array:
    """Return which texts, of such lengths, look as if they were written to be read."""
    long = pc.greater_equal(lengths, CHARACTERS)
    if not pc.any(long).as_py():
        return long
    spaces = pc.count_substring_regex(pc.if_else(long, values, ""), r"\s+")
    return pc.greater_equal(spaces, WORDS - 1)


def _pieces(
    values: pa.Array, counts: npt.NDArray[np.int64]
) -> Iterator[tuple[pa.Array, npt.NDArray[np.int64]]]:
    """Yield the texts some megabytes at a time: their words take several times their room."""
    step = max(1, len(values) * _AT_ONCE // max(values.nbytes, 1))
    for start in range(0, len(values), step):
        yield values[start : start + step], counts[start : start + step]


def _counted(values: pa.Array, counts: npt.NDArray[np.int64]) -> Texts:
    split = pc.split_pattern_regex(pc.utf8_lower(values), _BETWEEN)
    words, times = split.flatten(), counts[pc.list_parent_indices(split).to_numpy()]
    there = pc.not_equal(words, "")
    words, times = words.filter(there), times[there.to_numpy(zero_copy_only=False)]
    if (times == 1).all():
        found, occurring = distinct_texts(pa.chunked_array([words]))
    else:
        coded = words.dictionary_encode()
        found = coded.dictionary
        occurring = np.bincount(coded.indices.to_numpy(), times, len(found)).astype(np.int64)
    return Texts(found.cast(pa.large_string()), occurring, None, int(times.sum()))
