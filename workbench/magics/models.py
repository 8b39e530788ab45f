"""`%evaluate`, `%register`, `%promote`: judging a model and giving it a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.core.errors import InvalidInput
from workbench.magics.framework import Call, Magic, Parser

if TYPE_CHECKING:
    from workbench.evaluation.gates import Gate

_GATE = re.compile(r"\s*(\w+)\s*(>=|<=|>)\s*(\S+)\s*")


def _evaluate_parser() -> Parser:
    example = "%evaluate run delay_examples --slices carrier month --gate 'auc >= 0.65'"
    parser = Parser("%evaluate", "Judge a model on rows that it has not seen.", example)
    parser.add_argument("model", help="a reference, or a variable: a run, a model version")
    parser.add_argument("data", help="a dataset's reference, or a variable that holds one")
    parser.add_argument("--split", default="test")
    parser.add_argument("--slices", nargs="+", default=[], metavar="COLUMN")
    parser.add_argument("--baseline", help="a second model: a reference or a variable")
    parser.add_argument(
        "--gate",
        action="append",
        default=[],
        metavar="CONDITION",
        help="'auc >= 0.65', 'log_loss <= 0.5' or 'auc > baseline'; repeatable",
    )
    return parser


def _evaluate(call: Call) -> Any:
    from workbench.evaluation.evaluate import evaluate

    given = call.arguments
    return evaluate(
        call.value(given.model),
        call.value(given.data),
        split=given.split,
        slices=given.slices,
        baseline=None if given.baseline is None else call.value(given.baseline),
        gates=[gate_of(text) for text in given.gate],
    )


def gate_of(text: str) -> Gate:
    """Read a gate.

    Raises
    ------
    InvalidInput
        If it is none.

    Examples
    --------
    >>> gate_of("auc >= 0.65").at_least
    0.65
    """
    from workbench.evaluation.gates import Gate

    found = _GATE.fullmatch(text)
    hint = "write 'auc >= 0.65', 'log_loss <= 0.5' or 'auc > baseline'"
    if found is None:
        raise InvalidInput(f"{text!r} is not a gate", hint=hint)
    metric, sign, bound = found.groups()
    if sign == ">" and bound == "baseline":
        return Gate(metric, better_than_baseline=True)
    try:
        limit = float(bound)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a gate", hint=hint) from error
    return Gate(metric, at_most=limit) if sign == "<=" else Gate(metric, at_least=limit)


def _register_parser() -> Parser:
    example = "%register run delay --alias champion --features delay_features"
    parser = Parser("%register", "Make a trained model the next version of a name.", example)
    parser.add_argument("model", help="a variable: a run or a model")
    parser.add_argument("name")
    parser.add_argument("--alias", help="points at this version from now on")
    parser.add_argument("--features", help="the feature service that serves it: name or variable")
    return parser


def _register(call: Call) -> Any:
    from workbench.registry import register

    given = call.arguments
    features = None if given.features is None else call.value(given.features)
    return register(call.value(given.model), given.name, alias=given.alias, features=features)


def _promote_parser() -> Parser:
    description = "Point an alias at a version, and serve it where that alias is served."
    parser = Parser("%promote", description, "%promote delay@3 --alias champion")
    parser.add_argument("model", help="a model version's reference")
    parser.add_argument("--alias", default="champion")
    return parser


def _promote(call: Call) -> Any:
    from workbench.serving.deployments import promote

    return promote(call.value(call.arguments.model), call.arguments.alias)


MAGICS = (
    Magic("%evaluate", _evaluate_parser(), _evaluate, ("model", "dataset")),
    Magic("%register", _register_parser(), _register, ("model",)),
    Magic("%promote", _promote_parser(), _promote, ("model",)),
)
