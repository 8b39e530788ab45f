"""A deployment's process answers for the features that its model reads, beside predictions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import workbench as wb
from workbench.features.log.predictions import PredictionLog
from workbench.serving.endpoint import Endpoint
from workbench.serving.feature_service import compile_service
from workbench.serving.inputs import Inputs
from workbench.serving.models import Served


def load(plan: Mapping[str, Any]) -> Served:
    """Return a model that gives each row its one input."""
    return Served(
        token=plan["token"],
        ref=f"same@{plan['token']}",
        version=plan["token"],
        flavor="python",
        signature={"inputs": [{"name": "x", "type": "float64"}], "output": "probability"},
        run=lambda rows: np.array([row["x"] for row in rows]),
        inputs=Inputs({"x": "float64"}),
        fetch=lambda given: [{} for _ in given],
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    wb.connect(home=tmp_path)
    table = pa.table({"tailnum": ["N1"], "seats": [150]})
    view = wb.feature_view(
        name="plane",
        entities=[wb.Entity("plane", keys=["tailnum"])],
        source=wb.ingest(table, name="planes"),
    )
    wb.feature_service("planes", [view])
    wb.materialize()
    return tmp_path


def test_features_are_answered_for_beside_predictions_and_through_a_swap(home: Path) -> None:
    endpoint = Endpoint("same", PredictionLog(home / "log"), load)

    async def ask(path: str, content: Any = None) -> Any:
        method = "GET" if content is None else "POST"
        body = b"" if content is None else json.dumps(content).encode()
        answer = await endpoint.answer(method, path, body, {})
        assert answer.status == 200, answer.body
        assert bool(answer.headers.get("x-request-id")) == (
            method == "POST" and "events" not in path
        )
        return answer.body if path == "/metrics" else json.loads(answer.body)

    async def life() -> None:
        entities = {"entities": [{"tailnum": "N1"}]}
        for token in ("1", "2", "3"):
            if token == "3":
                wb.feature_service("planes", ["plane:seats"], description="newer")
            await endpoint.reconfigure({"token": token, "features": compile_service("planes")})
            while (await ask("/-/status"))["token"] != token:
                await asyncio.sleep(0.01)
            (found,) = (await ask("/v1/features/planes", entities))["results"]
            assert found["values"] == {"seats": 150}
            await ask("/v1/events/sales", {"events": [{"id": found["id"], "sold": True}]})
        said = await ask("/v1/models/same:predict", {"instances": [{"x": 0.5}]})
        assert said == {"predictions": [0.5]}
        metrics = (await ask("/metrics")).decode()
        assert 'workbench_requests_total{deployment="same",status="200"} 1.0' in metrics
        assert 'workbench_feature_requests_total{service="planes",status="200"} 3.0' in metrics
        names = [line.split()[2] for line in metrics.splitlines() if line.startswith("# TYPE")]
        assert len(names) == len(set(names))

    asyncio.run(life())
    endpoint.close()
    log = wb.feature_log("planes").read()
    assert log["service"].to_pylist() == ["planes@1", "planes@1", "planes@2"]
    assert set(wb.tracked_events("sales")["id"].to_pylist()) == set(log["request_id"].to_pylist())


def test_a_model_that_reads_no_features_has_no_such_address(home: Path) -> None:
    endpoint = Endpoint("same", PredictionLog(home / "log"), load)
    asyncio.run(endpoint.reconfigure({"token": "1", "features": None}))
    answer = asyncio.run(endpoint.answer("POST", "/v1/features/planes", b"{}", {}))
    assert answer.status == 404
    endpoint.close()
