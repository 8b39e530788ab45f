"""Plans of what is asked for, made ready once; again when a name has come to mean something else.

What names a version means the same for ever. What does not is looked at with each request, in
microseconds on SQLite: only after somebody has committed something are its versions read, and only
where those differ is it compiled again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.features.definitions.kinds import ON_DEMAND, SERVICE, VIEW
from workbench.features.online.fetching import ReadyPlan
from workbench.features.online.plans import plan_of

if TYPE_CHECKING:
    from workbench.features.definitions.selections import Asked

_PINNED = re.compile(r"[^@:]+@[0-9]+(:.*)?")
_KINDS = (VIEW, ON_DEMAND, SERVICE)
_MOST = 256


class _Known(NamedTuple):
    plan: ReadyPlan
    commits: object
    names: frozenset[str]
    meant: object


_named: dict[tuple[Any, ...], _Known] = {}


def ready_plan(features: Asked | Sequence[Asked]) -> ReadyPlan:
    """Return the plan of features, ready to be followed; see `plans.plan_of`."""
    from workbench import workspace
    from workbench.features.definitions.computed import OnDemandView
    from workbench.features.definitions.views import FeatureService, FeatureView

    records = (FeatureService, FeatureView, OnDemandView)

    def pinned(each: object) -> bool:
        return bool(_PINNED.fullmatch(each)) if isinstance(each, str) else isinstance(each, records)

    if isinstance(features, (str, *records)):
        features = [features]
    asked = tuple(features)
    database = workspace.current().settings.database_url
    if all(map(pinned, asked)):
        return _compiled(database, asked)
    if not all(isinstance(each, (str, *records)) for each in asked):
        return ReadyPlan(plan_of(asked))  # which says what is wrong
    return _of_names(database, asked)


def forget_plans() -> None:
    """Compile anew what is asked for from now on: how it is kept in the store has changed."""
    _compiled.cache_clear()
    _named.clear()


@lru_cache(maxsize=_MOST)
def _compiled(database: str, features: tuple[Asked, ...]) -> ReadyPlan:
    del database  # the same reference means something else there
    return ReadyPlan(plan_of(features))


def _of_names(database: str, asked: tuple[Asked, ...]) -> ReadyPlan:
    from workbench import workspace
    from workbench.metadata.artifacts import PARENT_VARIABLE

    # A job's look-ups are kept as its inputs: each job makes its own.
    at = (database, os.environ.get(PARENT_VARIABLE), asked)
    metadata = workspace.current().metadata
    known = _named.get(at)
    commits = metadata.commits()
    if known is not None and commits is not None and commits == known.commits:
        return known.plan
    names = known.names if known is not None else frozenset(map(_name, asked))
    while True:
        # Read before compiling: what changes in between differs the next time.
        meant = metadata.meanings(_KINDS, names)
        if known is not None and meant == known.meant:
            plan = known.plan
            break
        plan = ReadyPlan(plan_of(asked))
        found = names | {_name(each) for each in _views(plan.content)}
        if found == names:
            break
        names = found
    if len(_named) >= _MOST:
        _named.clear()
    _named[at] = _Known(plan, commits, names, meant)
    return plan


def _views(plan: Mapping[str, Any]) -> list[str]:
    return [each["view"] for each in (*plan["views"], *plan["on_demand"])]


def _name(asked: Asked) -> str:
    """Return the name of a view or a service, without version and column."""
    return re.split("[@:]", asked, maxsplit=1)[0] if isinstance(asked, str) else asked.name
