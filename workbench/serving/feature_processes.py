"""The process behind a feature service: running it here, or starting, finding and stopping it."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from workbench import workspace
from workbench.core.daemons import Daemons
from workbench.core.errors import NotFound
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_server import FeatureApp
from workbench.serving.feature_service import ServedFeatures, compile_service
from workbench.serving.plans import host_of
from workbench.serving.ports import check_free, free_port

# A token on the command line could be read by every user of the machine.
_TOKEN = "WORKBENCH_FEATURE_TOKEN"  # noqa: S105  # the variable's name
_DAEMON = "features-"


@dataclass(frozen=True)
class FeatureServer:
    """A process that answers for a feature service.

    Attributes
    ----------
    service : str
    url : str
        Such as ``http://127.0.0.1:8700``; the service is at ``/v1/features/<service>`` there.
    daemons : Daemons
        Of the workspace that it belongs to, whichever is the current one later.
    """

    service: str
    url: str
    daemons: Daemons = field(repr=False, compare=False)

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.daemons.get(_name(self.service)) is not None

    def stop(self) -> None:
        """End it; its log stays."""
        self.daemons.stop(_name(self.service))

    def _repr_html_(self) -> str:
        from html import escape

        where = f"{self.url}/v1/features/{quote(self.service, safe='')}"
        state = "running" if self.running else "stopped"
        return f"<p><b>{escape(self.service)}</b> ({state}) at <code>{escape(where)}</code></p>"


def serve_features(
    service: str, *, port: int | None = None, token: str = "", wait: float = 60.0
) -> FeatureServer:
    """Answer for a feature service over HTTP, from a process that outlives this one.

    It answers for the version that the service has now: after a change of its definition, or after
    it was precomputed, serve it again, and the new plan is followed at the same address.
    Deployments of models that read the service answer for it too, at their own address.

    Parameters
    ----------
    service : str
        Its name, or ``name@version``.
    port : int, optional
        A free one by default.
    token : str
        What requests must carry as ``Authorization: Bearer …``; nothing when empty.
    wait : float
        Seconds until it must answer.

    Returns
    -------
    FeatureServer
        The one that runs already, if it answers for this version.

    Raises
    ------
    NotFound
        If there is no such service.
    Unavailable
        If the port is in use, or it does not come up.

    Examples
    --------
    >>> serve_features("flights").url  # doctest: +SKIP
    'http://127.0.0.1:40123'
    """
    space = workspace.current()
    plan = compile_service(service)
    name, digest = str(plan["name"]), _digest(plan)
    host = space.settings.serving_host
    if (running := space.daemons.get(_name(name))) is not None:
        if running.facts["plan"] == digest:
            return FeatureServer(name, running.facts["url"], space.daemons)
        # Clients know the address: the new version answers there, after a moment.
        port = port or urlsplit(running.facts["url"]).port
        space.daemons.stop(_name(name))
    listens = port if port else free_port(host)
    check_free(host, listens)
    url = f"http://{host_of(space.settings)}:{listens}"

    def ready() -> dict[str, str] | None:
        import httpx

        try:
            answer = httpx.get(f"{url}/v2/health/ready", timeout=1.0)
        except httpx.HTTPError:
            return None
        return {"url": url, "plan": digest} if answer.is_success else None

    daemon = space.daemons.start(
        _name(name),
        [sys.executable, "-m", "workbench.serving.feature_processes", service, str(listens)],
        environment={**space.settings.environment(), _TOKEN: token},
        ready=ready,
        wait=wait,
    )
    return FeatureServer(name, daemon.facts["url"], space.daemons)


def feature_server(service: str) -> FeatureServer:
    """Return the process that answers for a service.

    Raises
    ------
    NotFound
        If none does.
    """
    daemons = workspace.current().daemons
    if (daemon := daemons.get(_name(service))) is None:
        raise NotFound(
            f"no process answers for the feature service {service!r}",
            hint=f"start one: wb.serve_features({service!r})",
        )
    return FeatureServer(service, daemon.facts["url"], daemons)


def run(
    service: str,
    port: int | None = None,
    *,
    token: str = "",
    told: Callable[[str], object] | None = None,
) -> None:
    """Answer for a feature service until this process is told to end; `told` gets its address.

    Raises
    ------
    NotFound
        If there is no such service.
    Unavailable
        If the port is in use.
    """
    import uvicorn

    space = workspace.current()
    plan = compile_service(service)
    host = space.settings.serving_host
    listens = port if port else free_port(host)
    check_free(host, listens)
    if told is not None:
        where = f"http://{host_of(space.settings)}:{listens}"
        told(f"{where}/v1/features/{quote(str(plan['name']), safe='')}")
    measures = FeatureMeasures()
    app = FeatureApp([ServedFeatures(plan, measures)], measures, space.home, token)
    config = uvicorn.Config(
        app,
        host=host,
        port=listens,
        access_log=False,
        log_level="warning",
        lifespan="on",
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )
    # What was imported lives as long as the process: the garbage collector need not walk it.
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run()


def _digest(plan: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()


def _name(service: str) -> str:
    return _DAEMON + quote(service, safe="").replace(".", "%2E")


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), token=os.environ.get(_TOKEN, ""))
