"""Fitting a graph: one pass over the rows for each layer of analyzers, part by part.

What an analyzer makes of a part of a dataset depends on the part's rows, on its own definition and
on what the analyzers before it found. All three have digests, so it is kept, and a version with one
more span costs the reading of that span. Parts are merged in their order, wherever they were
read, so the result is the same on one process and on a cluster.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.core.progress import progress
from workbench.data.datasets.kept import holds, keep, kept
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
#: What yields a pass's packed states of some parts, in their order; see `workers`.
Computer = Callable[["Pass", Sequence[Part]], Iterator[list[bytes]]]


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
                found |= _merged(fitting, source.parts, compute or compute_here, advance)
            if streamed:
                found |= _folded(Pass(graph, dict(states), tuple(streamed)), source.parts)
                if not merged:
                    advance(source.rows)
            states |= found
    return states


def part_states(fitting: Pass, part: Part) -> list[State]:
    """Return the states of a pass's analyzers after one part."""
    states: list[State | None] = [None] * len(fitting.places)
    analyzers = [fitting.analyzer(place) for place in fitting.places]
    for values in _batches(fitting, part):
        for each, (place, analyzer) in enumerate(zip(fitting.places, analyzers, strict=True)):
            args = [values[arg] for arg in fitting.graph.nodes[place].args]
            more = analyzer.partial(*args)
            before = states[each]
            states[each] = more if before is None else analyzer.merge(before, more)
    return [each for each in states if each is not None]


def _batches(fitting: Pass, part: Part) -> Iterator[list[Any]]:
    plan = fitting.plan()
    columns = fitting.columns(plan)
    start = 0
    with np.errstate(all="ignore"):
        for table in part.tables(columns, BATCH):
            for first in range(0, table.num_rows, BATCH):
                rows = table.slice(first, BATCH)
                yield plan.run(Batch(rows, start))
                start += rows.num_rows


def _merged(
    fitting: Pass, parts: Sequence[Part], compute: Computer, advance: Advance
) -> dict[int, State]:
    analyzers = {place: fitting.analyzer(place) for place in fitting.places}
    found: dict[int, State] = {}
    for states in _by_part(fitting, [part for part in parts if part.rows], compute, advance):
        for place, content in zip(fitting.places, states, strict=True):
            more = unpack(content)
            found[place] = (
                more if place not in found else analyzers[place].merge(found[place], more)
            )
    return _finished(fitting, analyzers, found)


def _by_part(
    fitting: Pass, parts: Sequence[Part], compute: Computer, advance: Advance
) -> Iterator[list[bytes]]:
    """Yield the states of each part, in order: those kept, and those made and kept now."""
    definitions = [fitting.graph.definition(each, fitting.states) for each in fitting.places]
    missing = [part for part in parts if not _all_kept(part, definitions)]
    made = iter(compute(fitting, missing))
    waiting = iter(missing)
    coming = next(waiting, None)
    for part in parts:
        if part is coming:
            states = next(made)
            coming = next(waiting, None)
            if part.file is not None:
                for definition, state in zip(definitions, states, strict=True):
                    keep(_key(part, definition), state)
        else:
            states = [kept(_key(part, each), _gone) for each in definitions]
        advance(part.rows)
        yield states


def _gone() -> bytes:
    raise NotFound("the workspace's cache was emptied meanwhile", hint="fit again")


def compute_here(fitting: Pass, parts: Sequence[Part]) -> Iterator[list[bytes]]:
    """Yield the packed states of each part, read in this process, several at a time."""
    threads = workspace.current().settings.num_cpus or os.cpu_count() or 1
    readers = ThreadPoolExecutor(threads)
    waiting: deque[Future[list[bytes]]] = deque()
    try:
        for part in parts:
            waiting.append(readers.submit(_packed_states, fitting, part))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        readers.shutdown(cancel_futures=True)


def _packed_states(fitting: Pass, part: Part) -> list[bytes]:
    return [pack(each) for each in part_states(fitting, part)]


def _folded(fitting: Pass, parts: Sequence[Part]) -> dict[int, State]:
    """Return what analyzers find that must see all rows in order."""
    found: dict[int, State] = {}
    analyzers = {place: fitting.analyzer(place) for place in fitting.places}
    for part in parts:
        for values in _batches(fitting, part):
            for place, analyzer in analyzers.items():
                more = analyzer.partial(*(values[arg] for arg in fitting.graph.nodes[place].args))
                found[place] = more if place not in found else analyzer.merge(found[place], more)
    return _finished(fitting, analyzers, found)


def _finished(
    fitting: Pass, analyzers: Mapping[int, Analyzer], found: Mapping[int, State]
) -> dict[int, State]:
    return {
        place: analyzer.finish(found[place], fitting.graph.describe(place))
        for place, analyzer in analyzers.items()
    }


def _mergeable(graph: Graph, place: int) -> bool:
    return ANALYZERS[graph.nodes[place].op].mergeable


def _all_kept(part: Part, definitions: Sequence[str]) -> bool:
    return part.file is not None and all(holds(_key(part, each)) for each in definitions)


def _key(part: Part, definition: str) -> dict[str, object]:
    digest = None if part.file is None else part.file.digest
    return {"what": "transform", "format": _FORMAT, "file": digest, "analyzer": definition}
