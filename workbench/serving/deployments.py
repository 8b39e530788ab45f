"""Models behind addresses: deploying, finding, rolling back, promoting and stopping."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound, Unavailable, WorkbenchError
from workbench.core.files import file_lock
from workbench.core.references import check_name
from workbench.features.governance.permits import check_permitted
from workbench.features.log.predictions import prediction_folder, read
from workbench.metadata import Artifact
from workbench.registry import ModelVersion, model
from workbench.serving import client, plans
from workbench.serving.revisions import Revision, before

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KIND = "deployment"
# Seconds that a live endpoint is given to write the predictions that wait.
_SETTLING = 2.0


@dataclass(frozen=True)
class Deployment:
    """A model that answers at an address.

    Attributes
    ----------
    artifact : Artifact
        Kind "deployment"; its version is the revision.
    """

    artifact: Artifact

    @property
    def name(self) -> str:
        """What it is called, and the last part of its address."""
        return self.artifact.name

    @property
    def revision(self) -> int:
        """1, 2, 3, …: how often the name was deployed."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@revision``."""
        return self.artifact.ref

    @property
    def model(self) -> str:
        """The reference of the model version that this revision serves."""
        return str(self.artifact.properties["model"])

    @property
    def url(self) -> str:
        """Where it answers, such as ``http://127.0.0.1:8000/delay``."""
        return str(self.artifact.properties["url"])

    @property
    def state(self) -> str:
        """``live``; ``replaced`` by a later revision; ``stopped``; or ``down``: nothing answers."""
        newest = workspace.current().metadata.find_artifact(self.artifact.id)
        said = str((newest or self.artifact).properties.get("state", "live"))
        if said != "live":
            return said
        return "live" if client.status(self.url) is not None else "down"

    def predict(
        self,
        rows: pd.DataFrame | Sequence[Mapping[str, Any]] | Mapping[str, Any],
        *,
        request_id: str | None = None,
    ) -> Any:
        """Return the probabilities that the endpoint gives over HTTP, as anyone else gets them.

        Parameters
        ----------
        rows : DataFrame, list of dict or dict
            Keys to look features up by, and columns; one dict gives one number.
        request_id : str, optional
            What the log calls it, and what happens later is told with: ``wb.track_event("landings",
            request_id, late=True)``. Of several rows, the third is ``request_id/2``.

        Raises
        ------
        InvalidInput
            If the endpoint refuses a row.
        Unavailable
            If nothing answers.
        """
        instances = [rows] if isinstance(rows, Mapping) else rows
        values = client.predict(self.url, self.name, instances, request_id)
        return values[0] if isinstance(rows, Mapping) else values

    def predictions(self, *, since: datetime | None = None, limit: int | None = None) -> pa.Table:
        """Return the log of this deployment's predictions; see `predictions`."""
        return predictions(self.name, since=since, limit=limit)

    def stop(self) -> None:
        """Take the deployment down; its records and its log stay."""
        _stop(self.name)

    def _repr_html_(self) -> str:
        from html import escape

        call = f"{self.url}/v1/models/{self.name}:predict"
        return (
            f"<p><b>{escape(self.ref)}</b> ({escape(self.state)}) serves {escape(self.model)} at "
            f"<code>{escape(call)}</code></p>"
        )


def deploy(
    reference: str | ModelVersion,
    name: str | None = None,
    *,
    port: int | None = None,
    allow_code: bool = False,
    allow_tags: Sequence[str] = (),
    wait: float = 120.0,
) -> Deployment:
    """Serve a model over HTTP; return once it answers.

    A name that is deployed already gets the new model in place: it is loaded and warmed up beside
    the old one, which answers until then. The deployment stays when this process ends.

    Parameters
    ----------
    reference : str or ModelVersion
        ``"delay@champion"``.
    name : str, optional
        Of the deployment; the model's own by default.
    port : int, optional
        Of all endpoints of the workspace; by default the setting `serving_port`, or a free one.
    allow_code : bool
        Serve a pickled callable too; opening it runs what its maker put in it.
    allow_tags : sequence of str
        Tags that this deployment may carry although the setting `blocked_tags` names them.
    wait : float
        Seconds until the model must answer.

    Raises
    ------
    NotFound
        If there is no such model.
    InvalidInput
        If the model has features and no way to get them, or does not answer to its signature.
    GateFailed
        If the model, or a feature that it looks up, carries a tag that may not be deployed.
    Unavailable
        If the port is in use, or the model is not up in time; a former one goes on answering.

    Examples
    --------
    >>> deploy("delay@champion", name="delay").predict([{"carrier": "UA"}])  # doctest: +SKIP
    [0.21]
    """
    version = model(reference) if isinstance(reference, str) else reference
    asked = reference if isinstance(reference, str) else version.ref
    return _deploy(
        version,
        asked,
        check_name(name or version.name),
        port,
        allow_code=allow_code,
        allow_tags=allow_tags,
        wait=wait,
    )


def deployment(name: str) -> Deployment:
    """Return a deployment: its newest revision, or ``name@revision``.

    Raises
    ------
    NotFound
        If nothing was deployed under that name.
    """
    return Deployment(workspace.current().metadata.artifact(KIND, name))


def deployments() -> list[Deployment]:
    """Return the newest revision of every deployment."""
    found = workspace.current().metadata.artifacts(KIND, latest_only=True)
    return [Deployment(artifact) for artifact in found]


def rollback(name: str, *, wait: float = 120.0) -> Deployment:
    """Serve again what the revision before the present one served.

    It becomes a new revision. Rolling back twice goes back two steps.

    Raises
    ------
    NotFound
        If nothing was deployed under that name, or no revision lies before.
    """
    current = deployment(name)
    history = [
        Revision(each.version, each.properties["model"], each.properties.get("restores"))
        for each in workspace.current().metadata.versions(KIND, current.name)
        if each.version <= current.revision
    ]
    found = before(history)
    if found is None:
        raise NotFound(
            f"{current.ref} has no revision before it", hint="deploy another version of the model"
        )
    return _deploy(
        model(found.model),
        found.model,
        current.name,
        allow_code=bool(current.artifact.properties.get("allow_code")),
        allow_tags=current.artifact.properties.get("allow_tags", ()),
        wait=wait,
        restores=found.origin,
    )


def promote(reference: str | ModelVersion, alias: str = "champion") -> ModelVersion:
    """Point an alias at a model version, and serve it where that alias is served.

    Deployments that were made from ``name@alias`` and are live get the new version in place.

    Parameters
    ----------
    reference : str or ModelVersion
        ``"delay@3"``.
    alias : str

    Raises
    ------
    NotFound
        If there is no such model version.
    GateFailed
        If it carries a tag that may not be deployed where that alias is served.
    """
    version = model(reference) if isinstance(reference, str) else reference
    followed = f"{version.name}@{alias}"
    following = [
        each
        for each in deployments()
        if each.artifact.properties.get("reference") == followed
        and each.model != version.ref
        and each.state == "live"
    ]
    for each in following:  # before anything changes
        allowed = each.artifact.properties.get("allow_tags", ())
        check_permitted(version.artifact, plans.compile_plan(version).columns, allowed=allowed)
    version.set_alias(alias)
    for each in following:
        facts = each.artifact.properties
        _deploy(
            version,
            followed,
            each.name,
            allow_code=bool(facts.get("allow_code")),
            allow_tags=facts.get("allow_tags", ()),
        )
    return model(version.ref)


def predictions(name: str, *, since: datetime | None = None, limit: int | None = None) -> pa.Table:
    """Return the predictions that a deployment made, oldest first.

    What it answered before this call is in the log when this returns: a live endpoint is given up
    to two seconds to write what waits.

    Parameters
    ----------
    name : str
        The deployment.
    since : datetime, optional
    limit : int, optional
        Only the last so many.

    Returns
    -------
    pyarrow.Table
        time (UTC), request_id, deployment, model, probability, latency_ms, then each input, be it
        given or looked up.

    Raises
    ------
    NotFound
        If nothing was deployed under that name.
    """
    known = deployment(name)
    until = time.monotonic() + _SETTLING
    while (said := client.status(known.url)) is not None and said["waiting"]:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return read(_log_folder(known.name), since=since, limit=limit)


def _deploy(
    version: ModelVersion,
    asked: str,
    name: str,
    port: int | None = None,
    *,
    allow_code: bool = False,
    allow_tags: Sequence[str] = (),
    wait: float = 120.0,
    restores: int | None = None,
) -> Deployment:
    if not plans.NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot be part of an address", hint="use letters, digits, '-', '_' and '.'"
        )
    space = workspace.current()
    compiled = plans.compile_plan(version)
    check_permitted(version.artifact, compiled.columns, allowed=allow_tags)
    from workbench.serving import ray

    facts = {
        "model": version.ref,
        "reference": asked,
        "allow_code": allow_code,
        "allow_tags": list(allow_tags),
    }
    lock = space.home / "run" / f"deploy-{name}.lock"
    with (
        file_lock(lock, wait=wait, what=f"the deployment {name!r}"),
        space.metadata.record(
            "deploy", name, reads=[version.artifact, *compiled.reads], properties=facts
        ) as step,
    ):
        former = _live(name)
        with file_lock(space.home / "run" / "serving.lock", what="the start of Ray Serve"):
            listens = ray.start(space.settings, port)
        url = f"http://{plans.host_of(space.settings)}:{listens}/{name}"
        plan = {**compiled.content, "allow_code": allow_code, "token": step.id}
        ray.put(name, _log_folder(name), plan)
        try:
            _await(name, url, step.id, wait)
        except WorkbenchError:
            # Serve would give a replica that it starts anew the plan that failed.
            if former is None:
                ray.delete(name)
            else:
                ray.put(name, _log_folder(name), former.artifact.properties["plan"])
            raise
        artifact = step.write(
            KIND,
            name,
            properties={
                **facts,
                "url": url,
                "port": listens,
                "state": "live",
                "feature_service": compiled.service,
                "restores": restores,
                "plan": plan,
            },
            columns=compiled.columns,
        )
        if former is not None:
            space.metadata.update_artifact(former.artifact.id, state="replaced")
    return Deployment(artifact)


def _await(name: str, url: str, token: str, wait: float) -> None:
    from workbench.serving import ray

    until = time.monotonic() + wait
    pause = 0.05
    while True:
        state = client.status(url)
        if state is not None and state["token"] == token:
            return
        if state is not None and state["wanted"] == token and state["error"]:
            raise InvalidInput(
                f"{name!r} could not load its model: {state['error']}",
                hint="what was served before still answers",
            )
        if state is None and (said := ray.trouble(name)):
            raise InvalidInput(f"{name!r} could not start: {_cause(said)}")
        if time.monotonic() > until:
            raise Unavailable(
                f"{name!r} did not answer at {url} within {wait:.0f} s",
                hint="give it longer with wait=, or see the log of Ray",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def _cause(message: str) -> str:
    """Return the line of Serve's message that says what was wrong."""
    lines = [line.strip() for line in message.strip().splitlines() if line.strip()]
    named = [line for line in lines if "Error: " in line or line.startswith("workbench.")]
    return (named or lines)[-1][:500]


def _stop(name: str) -> None:
    from workbench.serving import ray

    space = workspace.current()
    with file_lock(space.home / "run" / f"deploy-{name}.lock", what=f"the deployment {name!r}"):
        if ray.reachable():
            ray.delete(name)
        for each in space.metadata.versions(KIND, name):
            if each.properties.get("state") == "live":
                space.metadata.update_artifact(each.id, state="stopped")


def _live(name: str) -> Deployment | None:
    found = workspace.current().metadata.versions(KIND, name)
    live = [Deployment(each) for each in found if each.properties.get("state") == "live"]
    return live[0] if live and live[0].state == "live" else None


def _log_folder(name: str) -> Path:
    return prediction_folder(workspace.current().home, name)
