"""The code that stands for a record: what gets it, and what made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.core.calls import Name, call, literal
from workbench.metadata import Artifact, Execution
from workbench.server.features import writing
from workbench.server.imports import using
from workbench.tracking.params import decode


def fetching(artifact: Artifact) -> str:
    """Return the code that gets an artifact."""
    return _FETCH.get(artifact.kind, _fetch_any)(artifact)


def fetching_run(run: Execution) -> str:
    """Return the code that gets a run."""
    listed = call("wb.runs", run.context or "default", limit=None)
    return f"next(run for run in {listed} if run.id == {literal(run.id)})"


def fetching_job(name: str) -> str:
    """Return the code that lists a job's runs."""
    return using("workbench.jobs", "jobs", name)


def making(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    """Return the code that makes an artifact again, as far as its record tells."""
    return _MAKE.get(artifact.kind, _make_any)(artifact, made_by, inputs)


def describing(artifact: Artifact) -> str | None:
    """Return the code that computes statistics of a record's values, or None where it has none."""
    if artifact.kind == "dataset":
        return call("wb.statistics", artifact.ref)
    return None


def making_run(run: Execution, params: Mapping[str, str], inputs: list[Artifact]) -> str:
    """Return the code that repeats a run."""
    data = next((each for each in inputs if each.kind == "dataset"), None)
    values = {name: decode(text) for name, text in params.items()}
    experiment = run.context or "default"
    if data is None:
        started = call("wb.start_run", experiment, name=run.name, params=values)
        return f"with {started} as run:\n    ..."
    function = str(run.properties.get("function") or "fit")
    train = call(
        "wb.train",
        Name(function if function.isidentifier() else "fit"),
        data=data.ref,
        params=values,
        workers=run.properties.get("workers"),
        experiment=experiment,
    )
    source = run.properties.get("code")
    return (f"{str(source).rstrip()}\n\n\n" if source else "") + f"run = {train}"


def making_job(
    path: str, parameters: Mapping[str, Any], schedule: Mapping[str, Any] | None, name: str
) -> str:
    """Return the code that runs a job's notebook, or that puts it on its schedule."""
    if schedule is None:
        return call("wb.run_notebook", path, parameters=dict(parameters), name=name)
    return call(
        "wb.schedule",
        path,
        cron=schedule.get("cron"),
        timezone=schedule.get("timezone"),
        parameters=dict(parameters),
        name=name,
    )


def _fetch_any(artifact: Artifact) -> str:
    return call("wb.lineage", f"{artifact.kind}:{artifact.ref}")


def _loading(module: str, function: str) -> Callable[[Artifact], str]:
    """Return what writes the code that reads what a record of statistics or anomalies holds."""

    def fetch(artifact: Artifact) -> str:
        record = call("workspace.current().metadata.artifact", artifact.kind, artifact.ref)
        imports = f"from workbench import workspace\nfrom {module} import {function}"
        return f"{imports}\n\n{function}({record})"

    return fetch


_FETCH: dict[str, Callable[[Artifact], str]] = {
    "schema": lambda artifact: call("wb.schema", artifact.ref),
    "statistics": _loading("workbench.data.statistics.statistics", "load_statistics"),
    "anomalies": _loading("workbench.data.validation.validation", "load_anomalies"),
    "dataset": lambda artifact: call("wb.dataset", artifact.ref),
    "model": lambda artifact: call("wb.model", artifact.ref),
    "feature_view": writing.fetching_view,
    "on_demand_view": writing.fetching_on_demand,
    "feature_service": writing.fetching_service,
    "deployment": lambda artifact: using("workbench.serving", "deployment", artifact.name),
    "dashboard": lambda artifact: using("workbench.dashboards", "dashboard", artifact.name),
}


def _make_any(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    return _fetch_any(artifact)


_DECLARED = ("time", "created", "label", "key", "split", "group", "stratify", "span")


def _make_dataset(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    properties = artifact.properties
    if made_by is not None and made_by.kind == "training_set":
        spine = properties.get("spine") or next(
            (each.ref for each in inputs if each.kind == "dataset"), ""
        )
        views = [each.name for each in inputs if each.kind in ("feature_view", "feature_service")]
        return call(
            "wb.training_set", spine, views, name=artifact.name, label=properties.get("label")
        )
    declared = dict(properties.get("declared") or properties)
    for name in ("key", "group", "stratify"):
        listed: list[str] = list(declared.get(name) or [])
        declared[name] = listed[0] if len(listed) == 1 else listed
    appended = made_by is not None and any(each.kind == "dataset" for each in inputs)
    # What was declared before holds for rows that are added; only their span may be new.
    said = ("span",) if appended else _DECLARED
    return call(
        "wb.ingest",
        _source(properties.get("source")),
        name=artifact.name,
        **{name: declared.get(name) for name in said},
        append=appended or None,
        bad_rows="set_aside" if properties.get("bad_rows") else None,
    )


def _source(source: object) -> object:
    """Return what was ingested: a path where it was a file; a table in memory has no name."""
    if isinstance(source, dict):
        paths = source.get("paths") or source.get("path")
        if isinstance(paths, list) and len(paths) == 1:
            return paths[0]
        return paths or Name("frame")
    return source or Name("frame")


def _make_model(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    alias = artifact.aliases[0] if artifact.aliases else None
    return call("wb.register", Name("run"), artifact.name, alias=alias)


def _make_deployment(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    model = artifact.properties.get("model") or next(
        (each.ref for each in inputs if each.kind == "model"), "…"
    )
    return call("wb.deploy", model, name=artifact.name)


def _make_dashboard(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    properties = artifact.properties
    return call(
        "wb.publish",
        properties.get("notebook") or properties.get("path") or "…",
        name=artifact.name,
    )


def _make_alert(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    properties = artifact.properties
    monitors = (each.name for each in inputs if each.kind == "monitor")
    monitor = str(properties.get("monitor") or next(monitors, "…")).partition("@")[0]
    when = properties.get("when") or "drift > 0.1"
    return call("wb.alert", monitor, when=when, channel=properties.get("channel"))


def _make_schema(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    base = next((each for each in inputs if each.kind == "schema"), None)
    if base is not None:  # edited by hand; what was changed stands in the table of changes
        return f"{fetching(base)}.edit(...).save()"
    return call("wb.infer_schema", artifact.properties.get("dataset") or artifact.name)


def _make_statistics(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    facts = artifact.properties
    asked = {name: facts.get(name) for name in ("split", "span", "by", "weight", "sample")}
    return call("wb.statistics", facts.get("dataset") or artifact.name, **asked)


def _make_anomalies(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    facts = artifact.properties
    schema = next((each.ref for each in inputs if each.kind == "schema"), artifact.name)
    return call("wb.validate", facts.get("data") or artifact.name, schema, facts.get("environment"))


_MAKE: dict[str, Callable[[Artifact, Execution | None, list[Artifact]], str]] = {
    "schema": _make_schema,
    "statistics": _make_statistics,
    "anomalies": _make_anomalies,
    "dataset": _make_dataset,
    "feature_view": writing.making_view,
    "on_demand_view": writing.making_on_demand,
    "feature_service": writing.making_service,
    "model": _make_model,
    "deployment": _make_deployment,
    "dashboard": _make_dashboard,
    "alert": _make_alert,
}
