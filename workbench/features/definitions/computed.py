"""On-demand views as they are recorded: frozen, versioned, read from an artifact."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.core.html_tables import html_facts
from workbench.data.columns import Column
from workbench.features.definitions.entities import Entity
from workbench.metadata import Artifact

if TYPE_CHECKING:
    from workbench.features.definitions.dependants import Dependant


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
    entities : tuple of Entity
        Those of the views that it reads.
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
    entities: tuple[Entity, ...] = ()
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
    def touches(self) -> tuple[Dependant, ...]:
        """What is in use and goes on with an earlier definition: training sets, models, others."""
        from workbench.features.definitions.versions import touches

        return touches(self.artifact)

    @property
    def definition(self) -> str:
        """A digest of what the view means."""
        return str(self.artifact.properties["definition"])

    def step(self, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
        """Return what `computing.compute` follows, as JSON that a deployment carries.

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
        facts = [
            ("on-demand view", self.ref),
            ("takes", [f"{each.name} ({each.type})" for each in self.inputs]),
            ("reads", list(self.arguments.values())),
            ("features", [f"{each.name} ({each.type})" for each in self.columns]),
        ]
        return f"{html_facts(facts)}<pre>{escape(self.code)}</pre>"


def computed_properties(
    columns: Sequence[Column],
    inputs: Sequence[Column],
    arguments: Mapping[str, str],
    types: Mapping[str, str],
    definitions: Mapping[str, str],
    function: str,
    code: str,
    entities: Sequence[Entity] = (),
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
        "entities": [{"name": each.name, "keys": list(each.keys)} for each in entities],
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
        entities=tuple(Entity(each["name"], keys=each["keys"]) for each in known["entities"]),
        description=known["description"],
        owner=known["owner"],
        tags=tuple(known["tags"]),
        artifact=artifact,
    )
