"""Partials made where the workers of a Ray cluster are; merged here, in the same order as ever."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import cloudpickle

from workbench import cluster
from workbench.data.statistics.blocks import Block
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
        # Plain pickle cannot carry how a block is read; Ray's own would name our code twice.
        packed = (cloudpickle.dumps(block) for block in blocks)
        for each in cluster.in_order(_packed_partials, cloudpickle.dumps(asked), packed):
            yield unpack(each)


def _packed_partials(asked: bytes, block: bytes) -> bytes:
    """Return a block's partials; runs in a worker."""
    wanted: Asked = cloudpickle.loads(asked)
    return pack(block_partials(cloudpickle.loads(block), wanted, wanted.columns))
