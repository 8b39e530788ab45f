"""Fitting a graph: one pass over the rows for each layer of analyzers, part by part.

What an analyzer makes of a part of a dataset depends on the part's rows, on its own definition and
on what the analyzers before it found. All three have digests, so it is kept, and a version with one
more span costs the reading of that span. Parts are merged in their order, wherever they were
read, so the result is the same on one process and on a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.core.errors import InvalidInput
from workbench.core.progress import progress
from workbench.data.datasets.kept import holds, kept
from workbench.data.datasets.sources import Part, Source
from workbench.data.transforms.analyzers import ANALYZERS, Analyzer
from workbench.data.transforms.graph import Graph, State
from workbench.data.transforms.lanes import ArrayLane, Batch
from workbench.data.transforms.packing import pack, unpack
from workbench.data.transforms.plans import Plan, bind

#: Rows that are computed at once.
BATCH = 1 << 17
_FORMAT = 1

Advance = Callable[[float], None]
#: What computes a pass's states of some parts, by their places among all; see `ray`.
Computer = Callable[["Pass", Mapping[int, Part], Advance], Mapping[int, list[bytes]]]


@dataclass(frozen=True)
class Pass:
    """Some analyzers, to be shown all rows.

    Attributes
    ----------
    graph : Graph
    states : dict of int to dict
        What the analyzers before them found.
    places : tuple of int
        The analyzers.
    """

    graph: Graph
    states: dict[int, State]
    places: tuple[int, ...]

    def analyzer(self, place: int) -> Analyzer:
        """Return the analyzer at a place."""
        node = self.graph.nodes[place]
        return ANALYZERS[node.op](node.params)

    def plan(self) -> Plan:
        """Return what computes the analyzers' arguments of a batch."""
        targets = {each for place in self.places for each in self.graph.nodes[place].args}
        return bind(self.graph, self.states, ArrayLane(), targets, training=True)

    def columns(self, plan: Plan) -> list[str]:
        """Return the columns that the plan reads."""
        read = (self.graph.nodes[place].column for place, _, _ in plan.steps)
        return list(dict.fromkeys(each for each in read if each is not None))


def fit(graph: Graph, source: Source, *, compute: Computer | None = None) -> dict[int, State]:
    """Return what each analyzer of a graph finds in a source, by its place.

    Parameters
    ----------
    graph : Graph
    source : Source
    compute : callable, optional
        Works out parts elsewhere; by default they are read here, one after another.

    Raises
    ------
    InvalidInput
        If there are no rows, or an analyzer finds no values.
    """
    if not source.rows:
        raise InvalidInput(f"{source.name} has no rows to fit on", hint="check the split")
    states: dict[int, State] = {}
    total = source.rows * len(graph.layers)
    with progress(f"Transform of {source.name}", total) as advance:
        for layer in graph.layers:
            merged = [place for place in layer if _mergeable(graph, place)]
            streamed = [place for place in layer if not _mergeable(graph, place)]
            found: dict[int, State] = {}
            if merged:
                fitting = Pass(graph, dict(states), tuple(merged))
                found |= _merged(fitting, source.parts, compute or _here, advance)
            if streamed:
                found |= _folded(Pass(graph, dict(states), tuple(streamed)), source.parts)
            states |= found
    return states


def part_states(fitting: Pass, part: Part, advance: Advance = lambda _: None) -> list[State]:
    """Return the states of a pass's analyzers after one part."""
    states: list[State | None] = [None] * len(fitting.places)
    analyzers = [fitting.analyzer(place) for place in fitting.places]
    for values, rows in _batches(fitting, part):
        for each, (place, analyzer) in enumerate(zip(fitting.places, analyzers, strict=True)):
            args = [values[arg] for arg in fitting.graph.nodes[place].args]
            more = analyzer.partial(*args)
            before = states[each]
            states[each] = more if before is None else analyzer.merge(before, more)
        advance(rows)
    return [each for each in states if each is not None]


def _batches(fitting: Pass, part: Part) -> Any:
    plan = fitting.plan()
    columns = fitting.columns(plan)
    start = 0
    with np.errstate(all="ignore"):
        for table in part.tables(columns, BATCH):
            for first in range(0, table.num_rows, BATCH):
                rows = table.slice(first, BATCH)
                yield plan.run(Batch(rows, start)), rows.num_rows
                start += rows.num_rows


def _merged(
    fitting: Pass, parts: Sequence[Part], compute: Computer, advance: Advance
) -> dict[int, State]:
    definitions = [fitting.graph.definition(each, fitting.states) for each in fitting.places]
    missing = {
        place: part
        for place, part in enumerate(parts)
        if part.rows and not _all_kept(part, definitions)
    }
    advance(sum(part.rows for place, part in enumerate(parts) if place not in missing))
    made = compute(fitting, missing, advance)
    found: dict[int, State] = {}
    analyzers = [fitting.analyzer(place) for place in fitting.places]
    for number, part in enumerate(parts):
        if not part.rows:
            continue
        for each, (place, analyzer) in enumerate(zip(fitting.places, analyzers, strict=True)):
            state = unpack(_stored(part, definitions[each], made.get(number, ()), each))
            found[place] = state if place not in found else analyzer.merge(found[place], state)
    return {
        place: analyzer.finish(found[place], fitting.graph.describe(place))
        for place, analyzer in zip(fitting.places, analyzers, strict=True)
    }


def _here(fitting: Pass, parts: Mapping[int, Part], advance: Advance) -> Mapping[int, list[bytes]]:
    return {
        place: [pack(each) for each in part_states(fitting, part, advance)]
        for place, part in parts.items()
    }


def _folded(fitting: Pass, parts: Sequence[Part]) -> dict[int, State]:
    """Return what analyzers find that must see all rows in order."""
    found: dict[int, State] = {}
    analyzers = {place: fitting.analyzer(place) for place in fitting.places}
    for part in parts:
        for values, _ in _batches(fitting, part):
            for place, analyzer in analyzers.items():
                more = analyzer.partial(*(values[arg] for arg in fitting.graph.nodes[place].args))
                found[place] = more if place not in found else analyzer.merge(found[place], more)
    return {
        place: analyzer.finish(found[place], fitting.graph.describe(place))
        for place, analyzer in analyzers.items()
    }


def _mergeable(graph: Graph, place: int) -> bool:
    return ANALYZERS[graph.nodes[place].op].mergeable


def _all_kept(part: Part, definitions: Sequence[str]) -> bool:
    return part.file is not None and all(holds(_key(part, each)) for each in definitions)


def _stored(part: Part, definition: str, made: Sequence[bytes], place: int) -> bytes:
    if part.file is None:
        return made[place]
    return kept(_key(part, definition), lambda: made[place])


def _key(part: Part, definition: str) -> dict[str, object]:
    digest = None if part.file is None else part.file.digest
    return {"what": "transform", "format": _FORMAT, "file": digest, "analyzer": definition}
