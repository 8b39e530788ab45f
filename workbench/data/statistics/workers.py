"""Partials made where the workers of a Ray cluster are; merged here, in the same order as ever."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import cloudpickle

from workbench import cluster
from workbench.data.statistics.blocks import Block
from workbench.data.statistics.cross_partials import CrossPartial, Pairs, cross_partials
from workbench.data.statistics.keeping import Slices, pack, unpack
from workbench.data.statistics.scanning import Asked, block_partials


def on_workers(blocks: Sequence[Block], asked: Asked) -> Generator[Slices]:
    """Yield the blocks' partials in order, each made by one task.

    A worker reads a block's files from the artifact store.

    Raises
    ------
    Unavailable
        If a worker cannot read the files, or dies.
    """
    if blocks:
        for each in cluster.in_order(_packed_partials, cloudpickle.dumps(asked), _packed(blocks)):
            yield unpack(each)


def crossed_on_workers(blocks: Sequence[Block], pairs: Pairs) -> Generator[CrossPartial]:
    """Yield what the blocks' rows give of pairs of columns, as `on_workers` does of columns."""
    if blocks:
        shared = cloudpickle.dumps(pairs)
        for each in cluster.in_order(_cross_partials, shared, _packed(blocks)):
            yield from each


def _packed(blocks: Sequence[Block]) -> Iterator[bytes]:
    # Plain pickle cannot carry how a block is read; Ray's own would name our code twice.
    return (cloudpickle.dumps(block) for block in blocks)


def _packed_partials(asked: bytes, block: bytes) -> bytes:
    """Return a block's partials; runs in a worker."""
    wanted: Asked = cloudpickle.loads(asked)
    return pack(block_partials(cloudpickle.loads(block), wanted, wanted.columns))


def _cross_partials(pairs: bytes, block: bytes) -> list[CrossPartial]:
    """Return what a block's rows give of pairs of columns; runs in a worker."""
    return list(cross_partials(cloudpickle.loads(block), cloudpickle.loads(pairs)))
