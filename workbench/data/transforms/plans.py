"""A graph bound to a lane: the functions to call, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.data.transforms.expressions import Kind
from workbench.data.transforms.graph import Graph, State
from workbench.data.transforms.operations import OPS

Step = tuple[int, Callable[..., Any], tuple[int, ...]]


@dataclass(frozen=True)
class Plan:
    """What computes some nodes of a graph.

    Attributes
    ----------
    steps : tuple of (place, function, places of arguments)
    size : int
        Nodes in the graph; the place after them is the row's, or the batch's, own.
    """

    steps: tuple[Step, ...]
    size: int

    def run(self, record: Any, given: Mapping[int, Any] | None = None) -> list[Any]:
        """Return the values by place; of nodes that the plan does not need, None.

        Parameters
        ----------
        record : mapping or Batch
            A row, or the batch.
        given : mapping, optional
            Values that are known already, by place.
        """
        values: list[Any] = [None] * (self.size + 1)
        values[self.size] = record
        for place, value in (given or {}).items():
            values[place] = value
        for place, function, args in self.steps:
            count = len(args)
            if count == 1:
                values[place] = function(values[args[0]])
            elif count == 2:
                values[place] = function(values[args[0]], values[args[1]])
            else:
                values[place] = function(*[values[each] for each in args])
        return values


def bind(
    graph: Graph,
    states: Mapping[int, State],
    lane: Any,
    targets: Iterable[int],
    *,
    training: bool = False,
    given: Iterable[int] = (),
) -> Plan:
    """Return the plan that computes `targets` in a lane.

    Parameters
    ----------
    graph : Graph
    states : mapping of int to dict
        What the analyzers found, by place.
    lane : Lane
    targets : iterable of int
    training : bool
        Whether for rows that the transform is fitted on.
    given : iterable of int
        Nodes whose values `run` will be given.
    """
    known = set(given)
    steps: list[Step] = []
    for place in _needed(graph, targets, known, training):
        node = graph.nodes[place]
        if node.kind is Kind.STATE or place in known:
            continue
        op = OPS[node.op]
        found = graph.found(node, states)
        in_training = training and op.training is not None
        made = (op.training if in_training and op.training else op.bind)(lane, node.params, *found)
        args = tuple(
            each
            for each in graph.arguments(place, training=training)
            if graph.nodes[each].kind is not Kind.STATE
        )
        steps.append((place, made, (len(graph.nodes),) if op.reads else args))
    return Plan(tuple(steps), len(graph.nodes))


def _needed(
    graph: Graph, targets: Iterable[int], known: set[int], training: bool
) -> tuple[int, ...]:
    found: set[int] = set()
    waiting = list(targets)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            if place not in known:
                waiting.extend(graph.arguments(place, training=training))
    return tuple(sorted(found))
