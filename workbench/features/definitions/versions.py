"""What a change of a definition touches, and when it is refused.

A version never changes: whatever uses one goes on with it. What is asked for by name gets the
newest version, so a feature that others use by name may not silently vanish or change its type.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import Conflict
from workbench.data.columns import family_of_name
from workbench.features.definitions.dependants import Dependant, Flow, current, in_use, listed

if TYPE_CHECKING:
    from workbench.metadata import Artifact


def check_change(former: Artifact, properties: Mapping[str, Any], *, replace: bool) -> None:
    """Refuse another definition of a view that takes features away from those who use them.

    Parameters
    ----------
    former : Artifact
        The newest version.
    properties : mapping
        What the next one would be.
    replace : bool
        Take them away all the same.

    Raises
    ------
    Conflict
        With the list of what uses the features that it would lose.
    """
    lost = _lost(former.properties, properties)
    if not lost or replace:
        return
    flow = Flow(workspace.current().metadata.versions(former.kind, former.name))
    used = in_use()
    found: dict[str, Dependant] = {}
    said: list[str] = []
    for feature, what in lost.items():
        using = list(filter(used, flow.dependants(feature)))
        said += [what] if using else []
        found |= {each.artifact.id: each for each in using}
    if found:
        raise Conflict(
            f"{former.name!r} would {' and '.join(dict.fromkeys(said))}, which "
            f"{listed(list(found.values()))} {'use' if len(found) > 1 else 'uses'}",
            hint=f"keep it, give the view another name, or say replace=True: what is pinned to "
            f"{former.ref} goes on with it, and what asks by name fails",
        )


def touches(artifact: Artifact) -> tuple[Dependant, ...]:
    """Return what is in use and goes on with an earlier definition of a view."""
    earlier = [
        each
        for each in workspace.current().metadata.versions(artifact.kind, artifact.name)
        if each.version < artifact.version
        and each.properties["definition"] != artifact.properties["definition"]
    ]
    return tuple(current(Flow(earlier).all())) if earlier else ()


def warn_of_change(artifact: Artifact, former: Artifact) -> None:
    """Say which training sets, models and others go on with the definition before this one."""
    if former.properties["definition"] == artifact.properties["definition"]:
        return
    if found := touches(artifact):
        one = len(found) == 1
        warnings.warn(
            f"{artifact.ref} is another definition than {former.ref}. "
            f"{_sentence(listed(found))} {'goes' if one else 'go'} on with an earlier one; "
            f"make {'it' if one else 'them'} anew to use this one",
            stacklevel=4,
        )


def _lost(former: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the features that a change takes away, each with what happens to it."""
    before, after = (
        {each["name"]: each["type"] for each in of["columns"]} for of in (former, properties)
    )
    keys = [[each["name"] for each in of.get("keys", ())] for of in (former, properties)]
    if keys[0] != keys[1]:
        what = f"be keyed by {', '.join(keys[1])} in place of {', '.join(keys[0])}"
        return dict.fromkeys(before, what)
    for key, other in zip(*(of.get("keys", ()) for of in (former, properties)), strict=True):
        if _kind(key["type"]) != _kind(other["type"]):
            what = f"be keyed by {key['name']} as {other['type']} in place of {key['type']}"
            return dict.fromkeys(before, what)
    if "arguments" in properties:  # computed on demand: its inputs are the request's
        given = {each["name"]: each["type"] for each in former["inputs"]}
        for each in properties["inputs"]:
            if given.get(each["name"]) != each["type"]:
                what = f"take the input {each['name']!r} ({each['type']}), which nobody gives yet"
                return dict.fromkeys(before, what)
    lost = {name: f"lose the feature {name!r}" for name in before if name not in after}
    for name, kind in after.items():
        if before.get(name, kind) != kind:
            lost[name] = f"change the feature {name!r} from {before[name]} to {kind}"
    return lost


def _kind(key: str) -> str:
    """Return what a key's type comes to: numbers of another width are asked for as before."""
    family = family_of_name(key)
    return key if family == "TIME" else family


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def refuse_if_used(versions: Sequence[Artifact], what: str, *, force: bool) -> None:
    """Refuse to take a view away that something in use was made of.

    Raises
    ------
    Conflict
        With the list of what was.
    """
    found = current(Flow(versions).all())
    if found and not force:
        raise Conflict(
            f"{what} is used by {listed(found)}",
            hint="make those without it first, or say force=True",
        )
