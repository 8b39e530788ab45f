"""Features found for a person who clicks: out of a cell, and in datasets related to a spine.

A cell's text is read, never run. What was found for a spine is kept for a while, so that the code
of what is accepted can be written from it.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from workbench import workspace
from workbench.core.calls import Name, call
from workbench.core.errors import InvalidInput, NotFound
from workbench.data.datasets import Dataset, dataset
from workbench.features.definitions.aggregations import short
from workbench.features.discovery.candidates import Candidates
from workbench.features.discovery.frames import frames_in
from workbench.features.discovery.from_cell import Proposal, feature_from_cell
from workbench.features.discovery.proving import proposed
from workbench.features.discovery.readings import Undecided
from workbench.features.discovery.relations import relations_of
from workbench.features.discovery.synthesis import discover_features
from workbench.features.discovery.writing import Definition
from workbench.features.offline.spines import read_spine

Told = Callable[[int, int], None]

#: A longer cell is not read.
_LONGEST = 100_000
#: So many searches are kept.
_KEPT = 8
_LINE = re.compile(r"line (\d+):")

_found: OrderedDict[str, Candidates] = OrderedDict()
_finding = threading.Lock()


def from_cell(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the view that a cell stands for, or what is in the way.

    Parameters
    ----------
    wanted : mapping
        ``source``; ``before``, the cells above it; and what a person has said: ``name``, ``keys``
        and ``frames``.

    Returns
    -------
    dict
        ``proposal``, or ``trouble`` with the line, and the question that would settle it.

    Raises
    ------
    InvalidInput
        If it is said in another form.
    """
    try:
        return {"proposal": _told(_proposal(wanted)), "trouble": None}
    except (InvalidInput, NotFound) as error:
        line = _LINE.match(error.message)
        asks = None
        if isinstance(error, Undecided):
            asks = {"frame": error.frame, "keys": [list(each) for each in error.keys]}
        trouble = {"message": error.message, "hint": error.hint, "asks": asks}
        return {"proposal": None, "trouble": trouble | {"line": line and int(line[1])}}


def prove(wanted: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Return what trying out the view of a cell shows; asked as `from_cell` is."""
    return _proposal(wanted).prove(progress=told).to_json()


def related(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the datasets that could tell of a spine, and by which keys.

    Those that share a key are chosen, unless they would tell a row its own label.
    """
    spine = read_spine(dataset(_text(wanted, "spine")))
    label = _text(wanted, "label") or spine.label
    left_out = [each for each in (_text(wanted, "time") or spine.time, label) if each]
    own = {each.name for each in spine.datasets}
    listed = []
    for each in workspace.current().metadata.artifacts(("dataset",), latest_only=True):
        known = Dataset(each)
        found, _ = relations_of(spine.schema, [known], None, left_out, own)
        holds = label in {column.name for column in known.columns}
        tells = holds and known.created is None  # known later, a row does not find itself
        listed.append(
            {
                "name": known.name,
                "ref": known.ref,
                "rows": known.rows,
                "keys": (keys := [list(relation.keys) for relation in found]),
                "key": _likely(known, keys),
                "why_not": "label" if tells else None if found else "apart",
            }
        )
    listed.sort(key=lambda each: (each["why_not"] is not None, each["why_not"] != "apart"))
    return {"datasets": listed}


def discover(wanted: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Return what related datasets could tell of a label, the most worthy first."""
    spine, label, time = (_text(wanted, name) for name in ("spine", "label", "time"))
    datasets = _texts(wanted, "datasets")
    if not datasets:
        raise InvalidInput("no related dataset is chosen", hint="choose one that shares a key")
    relations = _relations(wanted)
    found = discover_features(
        spine,
        label=label or None,
        time=time or None,
        datasets=datasets,
        relations=relations or None,
        progress=told,
    )
    search = uuid.uuid4().hex
    with _finding:
        _found[search] = found
        while len(_found) > _KEPT:
            _found.popitem(last=False)
    return {
        "search": search,
        "rows": found.rows,
        "label": found.label,
        "metric": found.metric,
        "chance": found.chance,
        "seconds": found.seconds,
        "notes": list(found.notes),
        "candidates": [
            {
                "feature": each.feature,
                "view": each.definition.name,
                "source": each.source,
                "parts": _parts(each.definition),
                "worth": each.worth,
                "present": each.present,
                "sure": each.sure,
                "like": each.like,
            }
            for each in found
        ],
        "code": call(
            "wb.discover_features",
            spine,
            **({"label": label} if label else {}),
            **({"time": time} if time else {}),
            datasets=datasets,
            **({"relations": relations} if relations else {}),
        ),
    }


def accepted(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the code that defines the views of some features that were found.

    Raises
    ------
    NotFound
        If the search is no longer kept.
    InvalidInput
        If one of them was not found, or a view of its name is of other rows.
    """
    with _finding:
        found = _found.get(_text(wanted, "search"))
    if found is None:
        raise NotFound("what was found is no longer kept", hint="search once more")
    return {"code": found.code(*_texts(wanted, "features"))}


def _likely(known: Dataset, keys: list[list[str]]) -> list[str] | None:
    """Return which of several keys is meant: one that is declared, or of text.

    Whole numbers that two datasets have in common are mostly measures, or of the calendar.
    """
    texts = {each.name for each in known.columns if each.family == "STRING"}
    declared = [each for each in keys if each == list(known.key)]
    return next(iter(declared + [each for each in keys if set(each) <= texts]), None)


def _parts(wanted: Definition) -> dict[str, Any] | None:
    """Return what a feature is made of, to be said in the reader's language.

    None for one of several datasets, which its source says in words.
    """
    if wanted.dataset is None:
        return None
    keys = ", ".join(wanted.keys)
    if not wanted.aggregations:
        return {"column": wanted.features[0], "dataset": wanted.dataset, "keys": keys}
    (made,) = wanted.aggregations
    return {
        "function": made.function,
        "column": made.column,
        "dataset": wanted.dataset,
        "keys": keys,
        "window": short(made.lengths[0]),
    }


def _relations(wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    said = wanted.get("relations") or {}
    if not isinstance(said, dict):
        raise InvalidInput(
            f"relations={said!r} is not said by name", hint='{"weather": ["origin"]}'
        )
    return {name: _texts(said, name) for name in said}


def _proposal(wanted: Mapping[str, Any]) -> Proposal:
    source = _text(wanted, "source")
    if len(source) > _LONGEST:
        raise InvalidInput(
            f"the cell has {len(source):,} characters", hint="select the part that makes features"
        )
    said = wanted.get("frames") or {}
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise InvalidInput(f"frames={said!r} is not said by name", hint='{"df": "flights"}')
    known = workspace.current().metadata
    above = {
        name: ref
        for name, ref in frames_in(_texts(wanted, "before")).items()
        if known.versions("dataset", ref.partition("@")[0])
    }
    return feature_from_cell(
        source,
        name=_text(wanted, "name") or None,
        keys=_texts(wanted, "keys") or None,
        frames=above | {name: each for name, each in said.items() if each},
    )


def _told(found: Proposal) -> dict[str, Any]:
    wanted = found.definition
    view = proposed(wanted)
    types = {each.name: each.type for each in view.columns}
    made = [
        {
            "feature": name,
            "function": each.function,
            "column": each.column,
            "window": short(length),
            "type": types.get(name, ""),
        }
        for each in wanted.aggregations
        for length, name in zip(each.lengths, each.features, strict=True)
    ] or [
        {"feature": name, "function": None, "column": name, "window": None, "type": kind}
        for name, kind in types.items()
    ]
    return {
        "view": wanted.name,
        "entity": wanted.entity,
        "keys": [{"name": each.name, "type": each.type} for each in view.keys],
        "time": view.time,
        "created": view.created if view.created != view.time else None,
        "reads": list(view.source.datasets.values()),
        "sql": wanted.sql,
        "features": made,
        "notes": list(found.notes),
        "code": found.code,
        "call": call("wb.feature_from_cell", Name("cell")),
    }


def _text(wanted: Mapping[str, Any], name: str) -> str:
    value = wanted.get(name) or ""
    if not isinstance(value, str):
        raise InvalidInput(f"{name}={value!r} is no text", hint=f"give {name} as text")
    return value


def _texts(wanted: Mapping[str, Any], name: str) -> list[str]:
    value = wanted.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidInput(f"{name}={value!r} is no list of texts", hint=f'{name}=["…"]')
    return value
