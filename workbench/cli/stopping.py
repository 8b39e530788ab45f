"""What runs in a workspace, and stopping it in an order that records how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.workspace import Workspace


@dataclass(frozen=True)
class Running:
    """The names of what runs.

    Attributes
    ----------
    daemons, deployments : tuple of str
    """

    daemons: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()


def running(workspace: Workspace) -> Running:
    """Return what runs in the current workspace now."""
    from workbench.serving.deployments import deployments

    return Running(
        tuple(each.name for each in workspace.daemons.all()),
        tuple(each.name for each in deployments() if each.state == "live"),
    )


def stop_all_but(workspace: Workspace, spared: Running) -> list[str]:
    """Stop what runs and is not spared; return the names of what was stopped.

    Endpoints go first, so that their records say that they were stopped rather than lost, and the
    node that they run on goes last.
    """
    from workbench.serving.deployments import deployment

    now = running(workspace)
    stopped = []
    for name in now.deployments:
        if name not in spared.deployments:
            deployment(name).stop()
            stopped.append(name)
    names = sorted(set(now.daemons) - set(spared.daemons), key=lambda each: (each == "ray", each))
    return stopped + [name for name in names if workspace.daemons.stop(name)]
