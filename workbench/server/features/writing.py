"""The code that stands for a view or a service: what reads it, and what defined it."""

from __future__ import annotations

from textwrap import indent

from workbench.core.calls import Name, call, literal
from workbench.features.definitions.aggregations import Aggregation
from workbench.metadata import Artifact, Execution

#: A list longer than this is broken into lines.
_LONG = 72


def fetching_view(artifact: Artifact) -> str:
    """Return the code that reads a view's features of an entity."""
    keys = ", ".join(f"{literal(key)}: ..." for key in named(artifact.properties.get("keys")))
    return call("wb.online", artifact.name, Name(f"{{{keys}}}"))


def fetching_on_demand(artifact: Artifact) -> str:
    """Return the code that computes an on-demand view's features for a request."""
    said = artifact.properties
    names = [key for each in said.get("entities") or [] for key in each["keys"]]
    names += named(said.get("inputs"))
    given = ", ".join(f"{literal(name)}: ..." for name in dict.fromkeys(names))
    return call("wb.online", artifact.name, Name(f"{{{given}}}"))


def fetching_service(artifact: Artifact) -> str:
    """Return the code that reads a service's features of entities."""
    return call("wb.online", artifact.name, Name("entities"))


def making_view(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    """Return the code that defines a view again."""
    properties = artifact.properties
    if properties.get("code"):
        return str(properties["code"]).rstrip()
    seconds = properties.get("ttl_seconds")
    said = {
        "name": artifact.name,
        "entities": Name(_entities(properties.get("entities"))),
        "ttl": None if seconds is None else Name(_timedelta(seconds)),
    }
    told = {
        "static": (properties.get("static") and properties.get("sql")) or None,
        "aggregations": _aggregations(properties.get("aggregations")),
        "description": properties.get("description"),
        "owner": properties.get("owner"),
        "tags": properties.get("tags"),
    }
    needed = "" if seconds is None else "from datetime import timedelta\n\n"
    if properties.get("sql"):
        function = artifact.name if artifact.name.isidentifier() else "view"
        times = {"time": properties.get("time"), "created": properties.get("created")}
        header = call("@wb.feature_view", **said, **times, **told)
        query = f'"""\n{indent(properties["sql"], " " * 8)}\n    """'
        if '"""' in properties["sql"] or "\\" in properties["sql"]:
            query = literal(properties["sql"])
        return f"{needed}{header}\ndef {function}():\n    return {query}"
    source = next((each.ref for each in inputs if each.kind == "dataset"), None)
    columns = None if told["aggregations"] else _listed(named(properties.get("columns")))
    return needed + call("wb.feature_view", **said, source=source, features=columns, **told)


def making_on_demand(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    """Return the program that an on-demand view runs, as it is kept."""
    return str(artifact.properties.get("code") or "").rstrip()


def making_service(artifact: Artifact, made_by: Execution | None, inputs: list[Artifact]) -> str:
    """Return the code that makes a service again."""
    said = artifact.properties
    features = [str(each) for each in said.get("features") or []]
    told = said.get("description") or None
    return call("wb.feature_service", artifact.name, _listed(features), description=told)


def _listed(values: list[str]) -> Name:
    """Return a list as an argument, a value a line where it is long.

    Examples
    --------
    >>> _listed(["temp", "humid"]).text
    '["temp", "humid"]'
    """
    line = literal(values)
    if len(line) <= _LONG:
        return Name(line)
    return Name("[\n" + "".join(f"        {literal(each)},\n" for each in values) + "    ]")


def _timedelta(seconds: float) -> str:
    """Return a duration as a person would write it.

    Examples
    --------
    >>> _timedelta(21_600), _timedelta(90)
    ('timedelta(hours=6)', 'timedelta(seconds=90)')
    """
    units = (("days", 86_400), ("hours", 3_600), ("minutes", 60))
    for unit, size in units:
        if seconds and seconds % size == 0:
            return f"timedelta({unit}={seconds / size:g})"
    return f"timedelta(seconds={seconds:g})"


def _aggregations(known: object) -> Name | None:
    if not isinstance(known, list) or not known:
        return None
    calls = [Aggregation.from_json(each).code for each in known]
    return Name("[\n" + "".join(f"        {each},\n" for each in calls) + "    ]")


def named(columns: object) -> list[str]:
    """Return the names out of a list of columns, however it was written."""
    if not isinstance(columns, list):
        return []
    return [str(each["name"]) if isinstance(each, dict) else str(each) for each in columns]


def _entities(entities: object) -> str:
    if not isinstance(entities, list):
        return "[]"
    listed = (call("wb.Entity", each["name"], keys=each["keys"]) for each in entities)
    return f"[{', '.join(listed)}]"
