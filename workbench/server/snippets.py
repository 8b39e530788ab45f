"""The code that stands for a record: what gets it, and what made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import workbench
from workbench.metadata import Artifact, Execution
from workbench.tracking.params import decode


@dataclass(frozen=True)
class Name:
    """A variable among the arguments of a call, written as it is."""

    text: str


def literal(value: object) -> str:
    """Return a Python literal, with double quotes where that needs no escaping.

    Examples
    --------
    >>> print(literal('flights'), literal('a "b"'), literal({'lr': 0.1}))
    "flights" 'a "b"' {"lr": 0.1}
    """
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    if isinstance(value, Name):
        return value.text
    text = repr(value)
    if isinstance(value, str) and text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'
    return text


def call(function: str, *positional: object, **named: object) -> str:
    """Return a call with literal arguments; a named one that is empty is left out.

    Examples
    --------
    >>> print(call("wb.deploy", "delay@champion", name="delay", port=None))
    wb.deploy("delay@champion", name="delay")
    """
    arguments = [literal(value) for value in positional]
    arguments += [
        f"{name}={literal(value)}"
        for name, value in named.items()
        if value not in (None, "", {}, [])
    ]
    one_line = f"{function}({', '.join(arguments)})"
    if len(one_line) <= 79 or len(arguments) < 2:
        return one_line
    return f"{function}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def using(module: str, name: str, *positional: object, **named: object) -> str:
    """Return a call of a function of ours, with its import where `wb` does not offer it."""
    if name in workbench.__all__:
        return call(f"wb.{name}", *positional, **named)
    return f"from {module} import {name}\n\n{call(name, *positional, **named)}"


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
    if artifact.kind == "feature_view":  # the first time that it is carried into the online store
        return call("wb.materialize", artifact.ref)
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


def _fetch_view(artifact: Artifact) -> str:
    columns = _names(artifact.properties.get("columns"))
    features = [f"{artifact.name}:{each}" for each in columns]
    keys = ", ".join(f"{literal(key)}: ..." for key in _names(artifact.properties.get("keys")))
    return call("wb.online", features, Name(f"{{{keys}}}"))


_FETCH: dict[str, Callable[[Artifact], str]] = {
    "dataset": lambda artifact: call("wb.dataset", artifact.ref),
    "model": lambda artifact: call("wb.model", artifact.ref),
    "feature_view": _fetch_view,
    "deployment": lambda artifact: using("workbench.serving", "deployment", artifact.name),
    "dashboard": lambda artifact: using("workbench.dashboards", "dashboard", artifact.name),
}


def _make_any(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    return _fetch_any(artifact)


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
    return call(
        "wb.ingest",
        _source(properties.get("source")),
        name=artifact.name,
        time=properties.get("time"),
        created=properties.get("created"),
        label=properties.get("label"),
    )


def _source(source: object) -> object:
    """Return what was ingested: a path where it was a file; a table in memory has no name."""
    if isinstance(source, dict):
        paths = source.get("paths") or source.get("path")
        if isinstance(paths, list) and len(paths) == 1:
            return paths[0]
        return paths or Name("frame")
    return source or Name("frame")


def _make_view(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    properties = artifact.properties
    if properties.get("code"):
        return str(properties["code"]).rstrip()
    seconds = properties.get("ttl_seconds")
    named = {
        "name": artifact.name,
        "entities": Name(_entities(properties.get("entities"))),
        "ttl": None if seconds is None else Name(f"timedelta(seconds={seconds:g})"),
    }
    if properties.get("sql"):
        function = artifact.name if artifact.name.isidentifier() else "view"
        times = {"time": properties.get("time"), "created": properties.get("created")}
        header = call("@wb.feature_view", **named, **times)
        return f"{header}\ndef {function}():\n    return {literal(properties['sql'])}"
    source = next((each.ref for each in inputs if each.kind == "dataset"), None)
    columns = _names(properties.get("columns"))
    return call("wb.feature_view", **named, source=source, features=columns)


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


_MAKE: dict[str, Callable[[Artifact, Execution | None, list[Artifact]], str]] = {
    "dataset": _make_dataset,
    "feature_view": _make_view,
    "model": _make_model,
    "deployment": _make_deployment,
    "dashboard": _make_dashboard,
    "alert": _make_alert,
}


def _names(columns: object) -> list[str]:
    """Return the names out of a list of columns, however it was written."""
    if not isinstance(columns, list):
        return []
    return [str(each["name"]) if isinstance(each, dict) else str(each) for each in columns]


def _entities(entities: object) -> str:
    if not isinstance(entities, list):
        return "[]"
    listed = (call("wb.Entity", each["name"], keys=each["keys"]) for each in entities)
    return f"[{', '.join(listed)}]"
