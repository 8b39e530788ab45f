"""A feature service inside a process: keys in, features out, and what was served into the log.

It knows no HTTP. All that it needs of the workspace was compiled into its plan, so it runs in a
replica too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench import workspace
from workbench.core.clock import micros
from workbench.core.errors import Unavailable
from workbench.core.ids import new_id
from workbench.data.columns import Column
from workbench.features.definitions.kinds import SERVICE
from workbench.features.definitions.views import service_from
from workbench.features.log.served import FeatureLog, log_folder
from workbench.features.log.served_records import STATUSES, Feature, Row, Shape, row_id
from workbench.features.online.fetching import Fetched, ReadyPlan
from workbench.features.online.plans import plan_of
from workbench.features.online.stores.store import OnlineStore, open_store
from workbench.serving.feature_measures import FeatureMeasures
from workbench.serving.feature_protocol import Question

_CODES = {status: code for code, status in enumerate(STATUSES)}
#: Above this many entities a question is answered in a thread, so that it does not hold up others.
FEW = 64


def compile_service(reference: str) -> dict[str, Any]:
    """Compile all that a process must know to answer for a feature service, as JSON.

    Raises
    ------
    NotFound
        If there is no such service, or one of its views is gone.
    """
    space = workspace.current()
    service = service_from(space.metadata.artifact(SERVICE, reference))
    return {
        "name": service.name,
        "ref": service.ref,
        "retrieval": plan_of(service),
        "online_url": space.settings.online_url,
        "home": str(space.home),
    }


class ServedFeatures:
    """Answers for one feature service.

    Parameters
    ----------
    plan : mapping
        As `compile_service` made it.
    measures : FeatureMeasures
    logged : bool
        Whether to log what is served.
    now : callable, optional
        For tests; the machine's time by default.

    Attributes
    ----------
    name : str
    plan : mapping
    shape : Shape
        What it takes and gives.
    log : FeatureLog or None
    """

    def __init__(
        self,
        plan: Mapping[str, Any],
        measures: FeatureMeasures,
        *,
        logged: bool = True,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.name: str = plan["name"]
        self.plan = plan
        self.shape = shape_of(plan)
        self._ready = ReadyPlan(plan["retrieval"])
        self._store: OnlineStore = open_store(plan["online_url"])
        # A file answers at once; whoever answers over a network may keep one waiting.
        self._near = plan["online_url"].partition("://")[0] not in ("redis", "rediss", "unix")
        self._now = now or _now
        folder = log_folder(Path(plan["home"]), self.name)
        self.log = FeatureLog(folder, self.shape) if logged else None
        self._counts = measures.add(self.name, self.shape, self.log)

    async def answer(self, question: Question, request_id: str = "") -> tuple[Fetched, list[str]]:
        """Return what is known of the entities, and the id of each.

        Raises
        ------
        InvalidInput
            If an entity lacks a key or an input, or gives it in another type.
        Unavailable
            If the store does not answer, or a view was never materialized.
        """
        if self._near and len(question.entities) <= FEW:
            return self.get(question, request_id)
        return await asyncio.to_thread(self.get, question, request_id)

    def get(self, question: Question, request_id: str = "") -> tuple[Fetched, list[str]]:
        """Do what `answer` does, in the thread that calls."""
        entities = question.entities
        now = self._now()
        found = self._ready.fetch(self._store, entities, at=question.at, now=now)
        if found.absent:
            raise Unavailable(
                f"the view {found.absent[0]!r} has nothing in the online store",
                hint=f"run wb.materialize([{found.absent[0]!r}])",
            )
        request_id = request_id or new_id()
        self._counts.count(found.answers)
        if self.log is not None:
            self._keep(question, found, request_id, micros(now))
        count = len(entities)
        return found, [row_id(request_id, i, count) for i in range(count)]

    def close(self) -> None:
        """Write what is left of the log, and let go of the store."""
        if self.log is not None:
            self.log.close()
        self._store.close()

    def _keep(self, question: Question, found: Fetched, request_id: str, now: int) -> None:
        assert self.log is not None  # noqa: S101  # asked by the caller
        keys = [each.name for each in self.shape.keys]
        inputs = [each.name for each in self.shape.inputs]
        rows = []
        by_entity = zip(*found.answers, strict=True)
        for entity, row, answers in zip(question.entities, found.rows, by_entity, strict=True):
            rows.append(
                Row(
                    [entity.get(name) for name in keys],
                    [entity.get(name) for name in inputs],
                    list(row.values()),
                    bytes([_CODES[each[0]] for each in answers]),
                    [each[1] for each in answers],
                )
            )
        at = None if question.at is None else micros(question.at)
        instant = now if at is None else at
        stood = [None if each == instant else each for each in found.instants]
        as_of = stood if any(each is not None for each in stood) else None
        self.log.append(request_id, now, rows, at=at, as_of=as_of)


def shape_of(plan: Mapping[str, Any]) -> Shape:
    """Return what the rows of a compiled service are."""
    retrieval = plan["retrieval"]
    keys = {
        key["name"]: Column(key["name"], key["type"])
        for view in retrieval["views"]
        for key in view["keys"]
    }
    features = {
        each["name"]: Feature(each["name"], each["type"], view["ref"], each["position"])
        for view in retrieval["views"]
        for each in view["columns"]
    }
    inputs: dict[str, Column] = {}
    for step in retrieval["on_demand"]:
        for each in step["arguments"]:
            if each["from"] is None:
                inputs[each["name"]] = Column(each["name"], each["type"])
        for each in step["outputs"]:
            if each["name"] is not None:
                features[each["name"]] = Feature(each["name"], each["type"], step["ref"])
    return Shape(
        plan["ref"],
        tuple(keys.values()),
        tuple(each for name, each in inputs.items() if name not in keys),
        tuple(features[name] for name in retrieval["features"]),
        tuple(view["ref"] for view in retrieval["views"]),
    )


def _now() -> datetime:
    return datetime.now(UTC)
