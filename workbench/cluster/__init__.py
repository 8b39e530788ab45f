"""The one door to Ray: everything that runs on more than one process comes through here.

`node` is the workspace's own Ray node, a daemon; `connection` finds or starts it, or reaches a
cluster by address; `pool` keeps warm workers and runs one function on all of them, `worker` is what
lives in each; `tasks` works many small pieces out, in order.
"""

from workbench.cluster.connection import address, connect, own_node, start, status, stop
from workbench.cluster.pool import WorkerPool, close_pools, pool
from workbench.cluster.tasks import in_order

__all__ = [
    "WorkerPool",
    "address",
    "close_pools",
    "connect",
    "in_order",
    "own_node",
    "pool",
    "start",
    "status",
    "stop",
]
