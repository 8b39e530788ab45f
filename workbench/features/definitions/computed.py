"""On-demand views as they are recorded, and computing them, row by row, the same on both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.core.errors import InvalidInput, near
from workbench.data.columns import Column
from workbench.features.definitions.programs import load
from workbench.features.definitions.values import read_value
from workbench.metadata import Artifact

KIND = "on_demand_view"
_LONGEST = 300


@dataclass(frozen=True)
class OnDemandView:
    """Features that a Python function makes of a request and of other features, when asked.

    Attributes
    ----------
    name : str
    columns : tuple of Column
        The features.
    inputs : tuple of Column
        What a request, or a row of a spine, gives.
    arguments : mapping of str to str
        For each parameter that is a feature: ``view@version:column``.
    types : mapping of str to str
        Their types.
    function : str
        Its name in `code`.
    code : str
        A program that stands alone; see `programs`.
    description, owner : str
    tags : tuple of str
    artifact : Artifact
    """

    name: str
    columns: tuple[Column, ...]
    inputs: tuple[Column, ...]
    arguments: Mapping[str, str]
    types: Mapping[str, str]
    function: str
    code: str
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    artifact: Artifact = field(repr=False, kw_only=True)

    def __hash__(self) -> int:
        return hash(self.artifact.id)

    @property
    def version(self) -> int:
        """1, 2, 3, … within its name."""
        return self.artifact.version

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def features(self) -> tuple[str, ...]:
        """The features as they are asked for, ``view:column``."""
        return tuple(f"{self.name}:{column.name}" for column in self.columns)

    @property
    def reads(self) -> tuple[str, ...]:
        """The features that it is computed from, ``view@version:column``."""
        return tuple(dict.fromkeys(self.arguments.values()))

    @property
    def definition(self) -> str:
        """A digest of what the view means."""
        return str(self.artifact.properties["definition"])

    def step(self, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
        """Return what `compute` follows, as JSON that a deployment carries.

        Parameters
        ----------
        names : mapping of (view, column) to str
            What each feature is called in a row: those it reads, and those of its own that are
            wanted.
        """
        arguments: list[dict[str, str | None]] = [
            {"name": each.name, "type": each.type, "from": None} for each in self.inputs
        ]
        for parameter, feature in self.arguments.items():
            reference, _, column = feature.partition(":")
            source = names[reference.partition("@")[0], column]
            arguments.append({"name": parameter, "type": self.types[parameter], "from": source})
        return {
            "view": self.name,
            "ref": self.ref,
            "code": self.code,
            "function": self.function,
            "arguments": arguments,
            "outputs": [
                {"column": each.name, "type": each.type, "name": names.get((self.name, each.name))}
                for each in self.columns
            ],
        }

    def _repr_html_(self) -> str:
        from html import escape

        facts = [
            ("on-demand view", self.ref),
            ("takes", ", ".join(f"{each.name} ({each.type})" for each in self.inputs) or "–"),
            ("reads", ", ".join(self.arguments.values()) or "–"),
            ("features", ", ".join(f"{each.name} ({each.type})" for each in self.columns)),
        ]
        cells = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{escape(value)}</td></tr>"
            for name, value in facts
        )
        return f"<table>{cells}</table><pre>{escape(self.code)}</pre>"


def computed_properties(
    columns: Sequence[Column],
    inputs: Sequence[Column],
    arguments: Mapping[str, str],
    types: Mapping[str, str],
    definitions: Mapping[str, str],
    function: str,
    code: str,
) -> dict[str, Any]:
    """Return a view as the JSON that its artifact keeps; `computed_from` reads it back.

    `definitions` are those of the views that it reads, by name.
    """
    named = {
        parameter: [feature.partition("@")[0], feature.partition(":")[2], types[parameter]]
        for parameter, feature in arguments.items()
    }
    meaning = {
        "columns": [{"name": each.name, "type": each.type} for each in columns],
        "inputs": [{"name": each.name, "type": each.type} for each in inputs],
        "function": function,
        "code": code,
    }
    said = json.dumps([meaning, named, dict(definitions)], sort_keys=True)
    return {
        **meaning,
        "arguments": dict(arguments),
        "types": dict(types),
        "definition": hashlib.sha256(said.encode()).hexdigest(),
    }


def computed_from(artifact: Artifact) -> OnDemandView:
    """Return the view that an artifact of kind ``on_demand_view`` keeps."""
    known = artifact.properties
    return OnDemandView(
        name=artifact.name,
        columns=tuple(Column(each["name"], each["type"]) for each in known["columns"]),
        inputs=tuple(Column(each["name"], each["type"]) for each in known["inputs"]),
        arguments=known["arguments"],
        types=known["types"],
        function=known["function"],
        code=known["code"],
        description=known["description"],
        owner=known["owner"],
        tags=tuple(known["tags"]),
        artifact=artifact,
    )


def compute(
    steps: Sequence[Mapping[str, Any]],
    rows: Sequence[dict[str, Any]],
    given: Sequence[Mapping[str, Any]],
    where: str = "entity",
) -> None:
    """Add on-demand features to rows of other features.

    Parameters
    ----------
    steps : sequence of mappings
        As `OnDemandView.step` makes them, each after those that it reads.
    rows : sequence of dict
        Features by name; changed.
    given : sequence of mappings
        What each row's request says.
    where : str
        What a row is called in an error: ``"entity"``, ``"row"``.

    Raises
    ------
    InvalidInput
        If a request lacks an input or gives it in another type, the function fails, or it returns
        something else than it said; the error names the row's values.
    """
    for step in steps:
        function = load(step["code"], step["function"])
        outputs = step["outputs"]
        for position, (row, request) in enumerate(zip(rows, given, strict=True)):
            here = f"{where} {position}"
            arguments = _arguments(step, row, request, here)
            try:
                result = function(**arguments)
            except Exception as error:  # whatever a user's function raises
                raise _failed(step, here, arguments, error) from error
            values = _values(step, result, here, arguments)
            for output in outputs:
                if output["name"] is not None:
                    row[output["name"]] = read_value(
                        values[output["column"]],
                        output["type"],
                        output["column"],
                        f"what {step['function']}() returned for {here}",
                    )


def _arguments(
    step: Mapping[str, Any], row: Mapping[str, Any], request: Mapping[str, Any], where: str
) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for each in step["arguments"]:
        name, source = each["name"], each["from"]
        if source is None and name not in request:
            raise InvalidInput(
                f"{where} has no {name!r}, which the on-demand view {step['view']!r} takes",
                hint=near(name, request, otherwise=f"give {name!r} with the keys"),
            )
        value = request[name] if source is None else row[source]
        arguments[name] = read_value(value, each["type"], name, where)
    return arguments


def _values(
    step: Mapping[str, Any], result: object, where: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any]:
    wanted = [each["column"] for each in step["outputs"]]
    if isinstance(result, Mapping):
        if set(result) == set(wanted):
            return result
        said = f"a dict of {', '.join(map(repr, result)) or 'nothing'}"
    elif len(wanted) == 1:
        return {wanted[0]: result}
    else:
        said = f"a {type(result).__name__}"
    raise InvalidInput(
        f"{step['function']}() returned {said} for {where} ({_shown(arguments)})",
        hint=f"return a dict of {', '.join(map(repr, wanted))}",
    )


def _failed(
    step: Mapping[str, Any], where: str, arguments: Mapping[str, Any], error: Exception
) -> InvalidInput:
    missing = [name for name, value in arguments.items() if value is None]
    hint = "mend the function, and define the view again"
    if missing:
        hint = f"a value that is missing is None, as {missing[0]!r} is here: let it return None"
    return InvalidInput(
        f"{step['function']}() of the view {step['ref']} failed for {where} "
        f"({_shown(arguments)}): {type(error).__name__}: {error}",
        hint=hint,
    )


def _shown(arguments: Mapping[str, Any]) -> str:
    text = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
