"""The language of `wb.runs(where=…)`: comparisons joined by ``and``; parsed, never evaluated."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.tracking.params import decode

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_TERM = re.compile(
    r"""\s*(?:(metrics|params)\.(?:([\w./:-]+)|`([^`]+)`)|(state|name|experiment))\s*
        (>=|<=|!=|==|=|>|<)\s*
        ('[^']*'|"[^"]*"|[^\s'"]+)\s*""",
    re.VERBOSE,
)
_AND = re.compile(r"and\b", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    """One comparison.

    Attributes
    ----------
    group : str
        metrics, params, or empty for a fact of the run itself.
    key : str
    compare : callable
    value : object
    """

    group: str
    key: str
    compare: Callable[[Any, Any], bool]
    value: object

    def holds(self, facts: Mapping[str, Mapping[str, object]]) -> bool:
        """Return whether it is true of a run; never where the run lacks the key."""
        if self.key not in facts[self.group]:
            return False
        have = facts[self.group][self.key]
        alike = isinstance(have, str) == isinstance(self.value, str)
        return self.compare(have, self.value) if alike else self.compare is operator.ne


def parse_where(text: str) -> list[Term]:
    """Read a filter.

    Raises
    ------
    InvalidInput
        If it is none; the message shows where it stops making sense.

    Examples
    --------
    >>> [term.key for term in parse_where("metrics.auc > 0.7 and params.lr < 0.1")]
    ['auc', 'lr']
    """
    terms: list[Term] = []
    position = 0
    while True:
        found = _TERM.match(text, position)
        if found is None:
            raise InvalidInput(
                f"the filter {text!r} cannot be read from {text[position:][:40]!r} on",
                hint="write comparisons joined by 'and': metrics.auc > 0.7 and params.lr < 0.1",
            )
        group, key, quoted, fact, sign, value = found.groups()
        number = value[1:-1] if value[0] in "'\"" else decode(value)
        terms.append(Term(group or "", key or quoted or fact, _OPERATORS[sign], number))
        position = found.end()
        if position == len(text):
            return terms
        joint = _AND.match(text, position)
        position = joint.end() if joint else position
        if joint is None:
            raise InvalidInput(
                f"the filter {text!r} cannot be read from {text[position:][:40]!r} on",
                hint="only 'and' joins comparisons",
            )
