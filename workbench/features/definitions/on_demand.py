"""Defining features that are computed when they are asked for, of a request and other features."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from workbench import workspace
from workbench.core.errors import Conflict, InvalidInput, near
from workbench.core.references import check_name
from workbench.data.columns import Column
from workbench.features.definitions.computed import (
    OnDemandView,
    computed_from,
    computed_properties,
)
from workbench.features.definitions.kinds import ON_DEMAND, VIEW
from workbench.features.definitions.names import check_asked_name
from workbench.features.definitions.owners import owner_or_user
from workbench.features.definitions.programs import program_of
from workbench.features.definitions.selections import Asked, View, choose
from workbench.features.definitions.values import declared_type
from workbench.features.definitions.versions import check_change, warn_of_change
from workbench.metadata import Artifact, ColumnSource

_SAME = ("definition", "arguments", "description", "owner", "tags")


def on_demand_view(
    *,
    name: str | None = None,
    inputs: Mapping[str, type | str] | None = None,
    features: Asked | Sequence[Asked] = (),
    outputs: Mapping[str, type | str] | None = None,
    description: str = "",
    owner: str = "",
    tags: Sequence[str] = (),
    replace: bool = False,
) -> Callable[[Callable[..., object]], OnDemandView]:
    """Define features that a Python function computes at the moment of asking.

    The function gets one row as plain Python values: what the request says, and features of other
    views. In a training set the columns of the spine stand for the request. Both sides run the same
    text, row by row, so they give the same values; a value that is missing is None. The record
    keeps that text with all that it uses, so whoever computes the view runs its maker's code.

    Parameters
    ----------
    name : str, optional
        The function's name when left out.
    inputs : mapping of str to type, optional
        What a request gives: float, int, str, bool, datetime or date by name.
    features : views, services, ``"view"`` or ``"view:column"``
        What it is computed from. A parameter is named after an input, a feature's column, or, where
        two columns have the same name, ``view__column``; what no parameter takes is left out.
    outputs : mapping of str to type, optional
        The features, if the function returns a dict of them. Without it there is one feature, named
        as the view is, of the type that the function is said to return.
    description, owner, tags, replace
        As for `feature_view`.

    Returns
    -------
    callable
        A decorator that returns an `OnDemandView`: ask for its features as for any.

    Raises
    ------
    NotFound
        If a view does not exist.
    Conflict
        If a feature that others use would go, or take an input that they do not give.
    InvalidInput
        If a parameter is neither an input nor a feature, an input has no parameter, or the function
        uses something that its record cannot keep.

    Examples
    --------
    >>> @on_demand_view(inputs={"distance": float, "minutes": float})
    ... def speed(distance, minutes) -> float:
    ...     return distance / minutes * 60 if minutes else None
    >>> speed.features
    ('speed:speed',)
    """

    def decorate(function: Callable[..., object]) -> OnDemandView:
        called = check_asked_name(name or function.__name__)
        about = description or (inspect.getdoc(function) or "").strip().partition("\n")[0]
        given = [
            Column(each, declared_type(kind, f"the input {each!r}"))
            for each, kind in (inputs or {}).items()
        ]
        sources = _sources(features, {each.name for each in given})
        arguments = _arguments(function, given, sources)
        parts = {"description": about, "owner": owner_or_user(owner), "tags": _listed(tags)}
        reads = {sources[each][0].ref: sources[each][0] for each in arguments}
        properties = parts | computed_properties(
            _outputs(function, called, outputs),
            given,
            {each: f"{sources[each][0].ref}:{sources[each][1].name}" for each in arguments},
            {each: sources[each][1].type for each in arguments},
            {view.name: view.definition for view in reads.values()},
            function.__name__,
            _text(function, called),
            list({each.name: each for view in reads.values() for each in view.entities}.values()),
        )
        read = [view.artifact for view in reads.values()]
        return _recorded(called, properties, read, replace=replace)

    return decorate


def _recorded(
    name: str, properties: dict[str, Any], reads: Sequence[Artifact], *, replace: bool
) -> OnDemandView:
    metadata = workspace.current().metadata
    if metadata.versions(VIEW, name):
        raise Conflict(
            f"there is a feature view {name!r} already", hint="give the on-demand view another name"
        )
    newest = next(iter(metadata.versions(ON_DEMAND, name)), None)
    if newest is not None:
        if all(newest.properties.get(each) == properties[each] for each in _SAME):
            return computed_from(newest)
        check_change(newest, properties, replace=replace)
    by_ref = {each.ref: each for each in reads}
    how = f"python {properties['function']}"
    columns: dict[str, list[ColumnSource]] = {}
    for output in properties["columns"]:
        columns[output["name"]] = [
            ColumnSource(by_ref[feature.partition(":")[0]], feature.partition(":")[2], how)
            for feature in dict.fromkeys(properties["arguments"].values())
        ]
    with metadata.record(ON_DEMAND, name, reads=reads) as step:
        artifact = step.write(ON_DEMAND, name, properties=properties, columns=columns)
    if newest is not None:
        warn_of_change(artifact, newest)
    return computed_from(artifact)


def _sources(
    features: Asked | Sequence[Asked], inputs: Iterable[str]
) -> dict[str, tuple[View, Column]]:
    """Return the view and column behind each name that a parameter can have."""
    if isinstance(features, (list, tuple)) and not features:
        return {}
    chosen = choose(features)
    names = chosen.names(inputs)
    views = chosen.views
    found = {}
    for view, column in chosen.asked:
        typed = next(each for each in views[view].columns if each.name == column)
        found[names[view, column]] = (views[view], typed)
    return found


def _arguments(
    function: Callable[..., object], inputs: Sequence[Column], sources: Mapping[str, object]
) -> list[str]:
    """Return the parameters that are features."""
    given = {each.name for each in inputs}
    taken = inspect.signature(function).parameters
    named = f"{getattr(function, '__name__', function)}()"
    for each in taken.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD, each.POSITIONAL_ONLY):
            raise InvalidInput(
                f"{named} takes {each}", hint="name each input and feature as a parameter"
            )
        if each.default is not each.empty:
            raise InvalidInput(
                f"{named} has a default for {each.name!r}",
                hint="a missing value comes as None: say inside what then holds",
            )
        if each.name not in given and each.name not in sources:
            raise InvalidInput(
                f"{named} takes {each.name!r}, which is neither an input nor a feature",
                hint=near(
                    each.name,
                    [*given, *sources],
                    otherwise=f"inputs={{{each.name!r}: float}}, or name its view in features=",
                ),
            )
    if unused := [each for each in given if each not in taken]:
        raise InvalidInput(
            f"{named} does not take the input {unused[0]!r}", hint=near(unused[0], taken)
        )
    if not taken:
        raise InvalidInput(
            f"{named} takes nothing", hint="name inputs and features as its parameters"
        )
    return [each for each in taken if each not in given]


def _outputs(
    function: Callable[..., object], name: str, outputs: Mapping[str, type | str] | None
) -> list[Column]:
    if outputs is not None:
        if not outputs:
            raise InvalidInput(f"the on-demand view {name!r} has no outputs", hint="name one")
        return [
            Column(check_name(each), declared_type(kind, f"the output {each!r}"))
            for each, kind in outputs.items()
        ]
    said = function.__annotations__.get("return")
    with suppress(NameError):  # of another annotation, which is none of ours
        said = typing.get_type_hints(function).get("return", said)
    kinds = [each for each in typing.get_args(said) or (said,) if each is not type(None)]
    if len(kinds) != 1 or kinds[0] is None:
        raise InvalidInput(
            f"{function.__name__}() does not say what it returns",
            hint=f'write -> float, or outputs={{"{name}": float}}',
        )
    return [Column(name, declared_type(kinds[0], f"what {function.__name__}() returns"))]


def _text(function: Callable[..., object], name: str) -> str:
    try:
        return program_of(function)
    except InvalidInput as error:
        raise InvalidInput(
            f"the on-demand view {name!r} cannot be recorded: {error.message}", hint=error.hint
        ) from error


def _listed(tags: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((tags,) if isinstance(tags, str) else tags))
