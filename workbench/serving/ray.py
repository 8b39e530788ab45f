"""The endpoint as a Ray Serve application, and what is asked of Ray Serve from outside.

One application a deployment, at the route `/<name>`, with one replica that takes no processor away
from training. Its plan travels as Serve's `user_config`: Serve keeps it, hands it to a replica that
it starts anew, and a change of it does not restart the replica. Serve and its replicas belong to
the Ray node, not to the process that deployed; they stay when that process ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ray import serve
from starlette.requests import Request
from starlette.responses import Response

import workbench
from workbench import cluster
from workbench.cluster.connection import before_leaving
from workbench.core.errors import Conflict
from workbench.core.settings import Settings
from workbench.features.log.predictions import PredictionLog
from workbench.serving.endpoint import Endpoint
from workbench.serving.models import load
from workbench.serving.ports import check_free, free_port

_DEPLOYMENT = "endpoint"
# Requests beyond this wait at the proxy; each takes about a millisecond of the replica's loop.
_AT_ONCE = 100


class Replica:
    """One process that answers for a deployment."""

    def __init__(self, name: str, log: str) -> None:
        # One prediction is a few small matrix products: threads cost more than they bring.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._endpoint = Endpoint(name, PredictionLog(Path(log)), load)

    async def reconfigure(self, plan: dict[str, Any]) -> None:
        """Take a plan; called by Serve before the first request and at each change."""
        await self._endpoint.reconfigure(plan)

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        body = await request.body()
        query = request.scope.get("query_string", b"").decode("latin-1")
        answer = await self._endpoint.answer(request.method, path, body, request.headers, query)
        return Response(answer.body, answer.status, answer.headers, answer.content_type)

    def __del__(self) -> None:
        """Write what is left of the log; called by Serve when it stops the replica."""
        if hasattr(self, "_endpoint"):
            self._endpoint.close()


def _forget_controller() -> None:
    """Drop the handle that Serve keeps for the process.

    Serve tells a handle of another cluster by the driver's job id, and the first driver of each
    cluster has the same one.
    """
    from ray.serve.context import _set_global_client

    _set_global_client(None)  # type: ignore[no-untyped-call]  # Ray has no types here


before_leaving(_forget_controller)


def start(settings: Settings, port: int | None) -> int:
    """Start Serve where it does not run yet, and return the port it listens on.

    Raises
    ------
    Unavailable
        If the port is in use.
    Conflict
        If Serve runs already, on another port than the one asked for.
    """
    cluster.connect()
    wanted = settings.serving_port if port is None else port
    running = running_port()
    if running is not None:
        if wanted not in (0, running):
            raise Conflict(
                f"endpoints answer on port {running} already, not on {wanted}",
                hint="leave the port out, or run wb.cluster.stop() first to end all of them",
            )
        return running
    if wanted == 0:
        wanted = free_port(settings.serving_host)
    check_free(settings.serving_host, wanted)
    with _quiet():
        serve.start(
            proxy_location="HeadOnly" if cluster.own_node() else "EveryNode",
            http_options={"host": settings.serving_host, "port": wanted},
            logging_config={"enable_access_log": False, "log_level": "WARNING"},
        )
    return wanted


def running_port() -> int | None:
    """Return the port that Serve listens on, or None when it does not run; Ray is connected."""
    from ray.serve.context import _get_global_client  # Serve tells its options nowhere else

    with _quiet():
        client = _get_global_client(raise_if_no_controller_running=False)
    return None if client is None else int(client.http_config.port)


def put(name: str, log: Path, plan: Mapping[str, Any]) -> None:
    """Make an application, or give it another plan; returns before it has taken it."""
    replica = serve.deployment(
        name=_DEPLOYMENT,
        num_replicas=1,
        ray_actor_options={"num_cpus": 0},
        max_ongoing_requests=_AT_ONCE,
        user_config=dict(plan),
        max_constructor_retry_count=1,
        health_check_period_s=10,
        graceful_shutdown_timeout_s=5,
        logging_config={"enable_access_log": False, "log_level": "WARNING"},
    )(Replica)
    # Serve draws a random version for an application that is run from Python, and so restarts its
    # replicas at each run. With a version that stands for the code, only a change of code does.
    replica._version = _code_version()
    with _quiet():
        serve.run_many(
            [serve.RunTarget(replica.bind(name, str(log)), name, f"/{name}")],
            wait_for_ingress_deployment_creation=False,
            wait_for_applications_running=False,
        )


def trouble(name: str) -> str | None:
    """Return why an application does not come up, or None while there is hope."""
    app = serve.status().applications.get(name)
    if app is None:
        return None
    deployment = app.deployments.get(_DEPLOYMENT)
    if app.status in ("DEPLOY_FAILED", "UNHEALTHY") or (
        deployment is not None and deployment.status in ("DEPLOY_FAILED", "UNHEALTHY")
    ):
        said = deployment.message if deployment is not None and deployment.message else app.message
        return said or str(app.status)
    return None


def delete(name: str) -> None:
    """Remove an application; nothing happens if there is none."""
    if running_port() is None:
        return
    with _quiet(), contextlib.suppress(serve.exceptions.RayServeException):
        serve.delete(name)


def reachable() -> bool:
    """Connect to the Ray that serves, and return whether there is one; starts none."""
    if cluster.address() is None:
        return False
    cluster.connect()
    return True


def _code_version() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return f"{workbench.__version__}-{digest[:16]}"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Serve's progress messages out of the notebook."""
    logger = logging.getLogger("ray.serve")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
