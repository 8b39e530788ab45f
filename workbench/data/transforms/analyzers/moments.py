"""Mean and deviation, smallest and largest, covariance and principal components."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.data.transforms.analyzers.analyzer import Analyzer, State, nothing_in
from workbench.data.transforms.analyzers.exact import moments, root, rounded

_MOST = 1e300  # covariances beyond it have no components in doubles


class Moments(Analyzer):
    """Mean, and the population's variance, of the values that are not missing; rounded once."""

    name = "moments"

    def partial(self, *values: Any) -> State:
        """Return count, sum and sum of squares."""
        x = values[0][np.isfinite(values[0])]
        (total,), (squares,) = moments([x])
        return {"count": len(x), "total": total, "squares": squares}

    def merge(self, state: State, more: State) -> State:
        """Return the sums."""
        return {name: state[name] + more[name] for name in state}

    def finish(self, state: State, what: str) -> State:
        """Return mean, var and std."""
        count = state["count"]
        if not count:
            raise nothing_in(what)
        mean = Fraction(state["total"]) / count
        variance = Fraction(state["squares"]) / count - mean * mean
        std = root(variance)
        return {"count": count, "mean": float(mean), "var": rounded(variance), "std": std}


class Extremes(Analyzer):
    """Smallest and largest of the values that are not missing."""

    name = "extremes"

    def partial(self, *values: Any) -> State:
        """Return both; none of no values."""
        x = values[0][np.isfinite(values[0])]
        if not len(x):
            return _NO_EXTREMES
        # −0 and 0 are equal, so either could come first; both are 0 here.
        return {"min": [float(x.min()) + 0.0], "max": [float(x.max()) + 0.0]}

    def merge(self, state: State, more: State) -> State:
        """Return both of both."""
        lows, highs = state["min"] + more["min"], state["max"] + more["max"]
        return {"min": [min(lows)], "max": [max(highs)]} if lows else _NO_EXTREMES

    def finish(self, state: State, what: str) -> State:
        """Return min and max."""
        if not state["min"]:
            raise nothing_in(what)
        return {"min": state["min"][0], "max": state["max"][0]}


_NO_EXTREMES: State = {"min": [], "max": []}


class Covariance(Analyzer):
    """Means and covariances (of the population) over the rows that miss none of the numbers."""

    name = "covariance"

    def partial(self, *values: Any) -> State:
        """Return count, sums and sums of products, of the upper triangle."""
        columns = np.broadcast_arrays(*values)
        complete = np.logical_and.reduce([np.isfinite(each) for each in columns])
        totals, products = moments([each[complete] for each in columns])
        return {"count": int(complete.sum()), "totals": totals, "products": products}

    def merge(self, state: State, more: State) -> State:
        """Return the sums."""
        return {
            "count": state["count"] + more["count"],
            "totals": [a + b for a, b in zip(state["totals"], more["totals"], strict=True)],
            "products": [a + b for a, b in zip(state["products"], more["products"], strict=True)],
        }

    def finish(self, state: State, what: str) -> State:
        """Return means and the matrix, row by row."""
        count = state["count"]
        if not count:
            raise nothing_in(what)
        means = [Fraction(each) / count for each in state["totals"]]
        matrix = np.zeros((len(means), len(means)))
        products = iter(state["products"])
        for i, first in enumerate(means):
            for j in range(i, len(means)):
                matrix[i, j] = matrix[j, i] = rounded(
                    Fraction(next(products)) / count - first * means[j]
                )
        return {"means": [float(each) for each in means], "matrix": matrix.tolist()}


class PrincipalComponents(Covariance):
    """The directions of the largest variance; each points where its largest weight is positive."""

    name = "principal_components"

    def finish(self, state: State, what: str) -> State:
        """Return means, components (rows of unit length) and the variance along each."""
        found = super().finish(state, what)
        matrix = np.array(found["matrix"])
        if np.abs(matrix).max() > _MOST:
            raise InvalidInput(
                f"{what} are too large for principal components", hint="scale them first: z_score"
            )
        variances, vectors = np.linalg.eigh(matrix)
        chosen = np.argsort(variances)[::-1][: self.params["components"]]
        components = vectors[:, chosen].T
        largest = np.abs(components).argmax(axis=1)
        signs = np.sign(components[np.arange(len(components)), largest])
        return {
            "means": found["means"],
            "components": (components * signs[:, None]).tolist(),
            "variances": variances[chosen].tolist(),
        }
