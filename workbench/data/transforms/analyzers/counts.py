"""How often each category occurs, alone, in documents, and with a label."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.data.transforms.analyzers.analyzer import Analyzer, State, nothing_in
from workbench.data.transforms.analyzers.exact import grouped
from workbench.data.transforms.lanes import Distinct

#: Distinct words that are counted; each takes about 100 bytes.
MOST = 10_000_000


class Words(Analyzer):
    """Categories by frequency, the most frequent first, ties by the text."""

    name = "words"

    def partial(self, *values: Any) -> State:
        """Return the count of each."""
        return {"counts": _tally(values[0], lambda word: () if word is None else (word,))}

    def merge(self, state: State, more: State) -> State:
        """Return the counts of both."""
        counts = state["counts"]
        for word, count in more["counts"].items():
            counts[word] = counts.get(word, 0) + count
        if len(counts) > MOST:
            raise InvalidInput(
                f"there are over {MOST:,} distinct categories", hint="hash them: hash_bucket(…)"
            )
        return state

    def finish(self, state: State, what: str) -> State:
        """Return those that occur ``min_count`` times, at most ``top_k`` of them."""
        if not state["counts"]:
            raise nothing_in(what)
        return {"words": self._chosen(state["counts"])}

    def _chosen(self, counts: dict[str, int]) -> list[str]:
        least = self.params["min_count"]
        ordered = sorted((-count, word) for word, count in counts.items() if count >= least)
        return [word for _, word in ordered][: self.params["top_k"]]


class DocumentFrequencies(Words):
    """In how many lists of tokens each token occurs; a missing list is an empty one."""

    name = "document_frequencies"

    def partial(self, *values: Any) -> State:
        """Return the number of documents, and the count of each token."""
        return {"counts": _tally(values[0], lambda tokens: set(tokens or ())), **_rows(values[0])}

    def merge(self, state: State, more: State) -> State:
        """Return the counts of both."""
        state["documents"] += more["documents"]
        return super().merge(state, more)

    def finish(self, state: State, what: str) -> State:
        """Return the chosen tokens and ln((1 + documents) / (1 + with the token)) + 1 for each."""
        if not state["counts"]:
            raise nothing_in(what)
        words = self._chosen(state["counts"])
        above = 1 + state["documents"]
        idf = [math.log(above / (1 + state["counts"][word])) + 1 for word in words]
        return {"words": words, "idf": idf}


class TargetSums(Analyzer):
    """A label's sum and count by category and fold; rows without a label do not count."""

    name = "target_sums"

    def partial(self, *values: Any) -> State:
        """Return them for the categories of a batch."""
        text, label, folds = values
        number = self.params["folds"]
        known = np.isfinite(label)
        # A last place for the rows of a text that has no values at all.
        groups = text.codes[known] * number + np.asarray(folds)[known].astype(np.int64)
        count = len(text.values) * number
        totals = grouped(label[known], groups, count)
        counts = np.bincount(groups, minlength=count).tolist()
        state: State = {"words": {}, "totals": [0] * number, "counts": [0] * number}
        for place, word in enumerate(text.values):
            part = slice(place * number, (place + 1) * number)
            one: State = {"words": {}, "totals": totals[part], "counts": counts[part]}
            if word is not None and any(counts[part]):
                one["words"] = {word: [totals[part], counts[part]]}
            state = self.merge(state, one)
        return state

    def merge(self, state: State, more: State) -> State:
        """Return the sums of both."""
        words = state["words"]
        for word, (totals, counts) in more["words"].items():
            before = words.get(word)
            words[word] = (
                [totals, counts]
                if before is None
                else [_plus(before[0], totals), _plus(before[1], counts)]
            )
        if len(words) > MOST:
            raise InvalidInput(
                f"there are over {MOST:,} distinct categories", hint="encode something coarser"
            )
        return {
            "words": words,
            "totals": _plus(state["totals"], more["totals"]),
            "counts": _plus(state["counts"], more["counts"]),
        }

    def finish(self, state: State, what: str) -> State:
        """Return them as doubles."""
        if not sum(state["counts"]):
            raise nothing_in(what)
        return {
            "words": {
                word: [[float(each) for each in totals], counts]
                for word, (totals, counts) in sorted(state["words"].items())
            },
            "totals": [float(each) for each in state["totals"]],
            "counts": state["counts"],
        }


class Mode(Analyzer):
    """The most frequent number, the smallest of several."""

    name = "mode"

    def partial(self, *values: Any) -> State:
        """Return the count of each."""
        x = values[0][np.isfinite(values[0])]
        distinct, counts = np.unique(x + 0.0, return_counts=True)
        return {"counts": dict(zip(distinct.tolist(), counts.tolist(), strict=True))}

    merge = Words.merge

    def finish(self, state: State, what: str) -> State:
        """Return it."""
        if not state["counts"]:
            raise nothing_in(what)
        return {"mode": min(state["counts"].items(), key=lambda each: (-each[1], each[0]))[0]}


def _tally(text: Distinct, words_of: Any) -> dict[str, int]:
    tally: dict[str, int] = {}
    counts = np.bincount(text.codes, minlength=len(text.values)).tolist()
    for value, count in zip(text.values, counts, strict=True):
        if count:
            for word in words_of(value):
                tally[word] = tally.get(word, 0) + count
    return tally


def _rows(text: Distinct) -> State:
    return {"documents": len(text.codes)}


def _plus(first: list[int | Fraction], second: list[int | Fraction]) -> list[int | Fraction]:
    return [a + b for a, b in zip(first, second, strict=True)]
