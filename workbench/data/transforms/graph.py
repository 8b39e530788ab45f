"""A traced transform: nodes in the order they are computed, and which of them are the outputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench.core.errors import InvalidInput
from workbench.data.transforms.expressions import Expression, Kind
from workbench.data.transforms.operations import ANALYZERS, OPS, kind_of

State = dict[str, Any]


@dataclass(frozen=True)
class Node:
    """One computation.

    Attributes
    ----------
    op : str
    args : tuple of int
        Earlier nodes' places.
    params : dict
        As JSON.
    """

    op: str
    args: tuple[int, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return kind_of(self.op)

    @property
    def column(self) -> str | None:
        """The column that it reads, if it reads one."""
        return self.params.get("column")


@dataclass(frozen=True)
class Graph:
    """Nodes and outputs; equal expressions are one node.

    Attributes
    ----------
    nodes : tuple of Node
    outputs : dict of str to int
        The output's node, by name.
    """

    nodes: tuple[Node, ...]
    outputs: dict[str, int]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that applying reads, in the order of their first use."""
        return self._columns(self.needed(self.outputs.values()))

    @cached_property
    def fitted_columns(self) -> tuple[str, ...]:
        """The columns that fitting reads: also labels of a target encoding, for example."""
        return self._columns(range(len(self.nodes)))

    @cached_property
    def layers(self) -> tuple[tuple[int, ...], ...]:
        """The analyzers, by how many passes over the rows must come before theirs."""
        depth = [0] * len(self.nodes)
        layers: dict[int, list[int]] = {}
        for place, node in enumerate(self.nodes):
            depth[place] = max((depth[each] for each in node.args), default=0)
            if node.kind is Kind.STATE:
                layers.setdefault(depth[place], []).append(place)
                depth[place] += 1
        return tuple(tuple(layers[each]) for each in sorted(layers))

    def needed(self, targets: Iterable[int], *, training: bool = False) -> tuple[int, ...]:
        """Return the nodes that computing `targets` takes, in order; analyzers' inputs are not."""
        found: set[int] = set()
        waiting = list(targets)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting.extend(self.arguments(place, training=training))
        return tuple(sorted(found))

    def arguments(self, place: int, *, training: bool = False) -> tuple[int, ...]:
        """Return the nodes whose values a node is computed from, row by row.

        In training, a target encoding also looks at what its analyzer looked at.
        """
        node = self.nodes[place]
        if node.kind is Kind.STATE:
            return ()
        states = [each for each in node.args if self.nodes[each].kind is Kind.STATE]
        if training and OPS[node.op].training is not None:
            return (*node.args, *self.nodes[states[0]].args)
        return node.args

    def found(self, node: Node, states: Mapping[int, State]) -> list[State]:
        """Return what the analyzers found that a node uses."""
        return [states[each] for each in node.args if self.nodes[each].kind is Kind.STATE]

    def lineage(self, output: str) -> dict[str, str]:
        """Return the columns that an output comes from, with what was done to each.

        Columns that only an analyzer saw are ``fitted on``.

        Examples
        --------
        >>> from workbench.data import transforms as t
        >>> transform = t.Transform(lambda c: {"far": t.z_score(t.log(c["distance"]))})
        >>> transform.graph.lineage("far")
        {'distance': 'log, z_score'}
        """
        target = self.outputs[output]
        applied = {
            column: ", ".join(self._path(place, target))
            for place in self.needed([target])
            if (column := self.nodes[place].column) is not None
        }
        seen = self._columns(self._behind(target))
        return applied | {column: "fitted on" for column in seen if column not in applied}

    def definition(self, place: int, states: Mapping[int, State]) -> str:
        """Return a digest of all that a node's value depends on but the rows themselves."""
        node = self.nodes[place]
        inside = [
            states[each] if each in states else self.definition(each, states) for each in node.args
        ]
        said = json.dumps([node.op, node.params, inside], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def describe(self, place: int) -> str:
        """Return the columns behind a node, for an error to name."""
        columns = self._columns(self._behind(place))
        return f"column {columns[0]!r}" if len(columns) == 1 else f"columns {', '.join(columns)}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        nodes = [[each.op, list(each.args), each.params] for each in self.nodes]
        return {"nodes": nodes, "outputs": self.outputs}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Graph:
        """Return the graph that `to_json` wrote."""
        nodes = tuple(Node(op, tuple(args), params) for op, args, params in state["nodes"])
        for place, node in enumerate(nodes):
            if node.op not in OPS and node.op not in ANALYZERS:
                raise InvalidInput(
                    f"a transform with {node.op!r}", hint="it takes a newer version to read it"
                )
            if any(not 0 <= each < place for each in node.args):
                raise ValueError(f"node {place} is computed from {node.args}")
        return cls(nodes, {name: int(place) for name, place in state["outputs"].items()})

    def __repr__(self) -> str:
        named = {place: name for name, place in self.outputs.items()}
        lines = []
        for place, node in enumerate(self.nodes):
            inside = [f"%{each}" for each in node.args]
            inside += [f"{name}={_short(value)}" for name, value in node.params.items()]
            output = f"  → {named[place]}" if place in named else ""
            lines.append(f"%{place} = {node.op}({', '.join(inside)}){output}")
        return "\n".join(lines)

    def _columns(self, places: Iterable[int]) -> tuple[str, ...]:
        read = (self.nodes[each].column for each in places)
        return tuple(dict.fromkeys(each for each in read if each is not None))

    def _behind(self, target: int) -> list[int]:
        found: set[int] = set()
        waiting = [target]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting.extend(self.nodes[place].args)
        return sorted(found)

    def _path(self, source: int, target: int) -> list[str]:
        """Return the operations through which `source` reaches `target`."""
        reached = {source}
        for place in self.needed([target]):
            if reached.intersection(self.arguments(place)):
                reached.add(place)
        return [self.nodes[each].op for each in sorted(reached - {source})]


def build(outputs: Mapping[str, Expression]) -> Graph:
    """Return the graph of expressions by name."""
    nodes: list[Node] = []
    places: dict[str, int] = {}
    seen: dict[int, int] = {}

    def place_of(expression: Expression) -> int:
        if id(expression) in seen:
            return seen[id(expression)]
        args = tuple(place_of(each) for each in expression.args)
        key = json.dumps([expression.op, args, expression.params], sort_keys=True)
        if key not in places:
            places[key] = len(nodes)
            nodes.append(Node(expression.op, args, expression.params))
        seen[id(expression)] = places[key]
        return places[key]

    chosen = {name: place_of(expression) for name, expression in outputs.items()}
    graph = Graph(tuple(nodes), chosen)
    for name, place in chosen.items():
        if not any(graph.nodes[each].column for each in graph.needed([place])):
            raise InvalidInput(f"the output {name!r} comes from no column")
    return graph


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
