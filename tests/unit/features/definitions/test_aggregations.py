"""What may be aggregated, how it is named, and what is refused with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from workbench.core.errors import InvalidInput
from workbench.data.datasets import Dataset
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.aggregations import Aggregation, tile_of
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.registration import feature_view, views
from workbench.workspace import Workspace

CARD = Entity("card", keys=["card"])


@pytest.fixture
def purchases(place: Workspace) -> Dataset:
    rows = pa.table(
        {
            "card": ["a"],
            "at": [datetime(2013, 5, 1, tzinfo=UTC)],
            "amount": [1.5],
            "items": pa.array([3], pa.int32()),
            "price": [Decimal("1.25")],
            "shop": ["x"],
            "tags": [["new"]],
        }
    )
    return ingest(rows, name="purchases", time="at")


def test_a_feature_a_window_has_the_type_of_what_is_put_together(purchases: Dataset) -> None:
    view = feature_view(
        name="spending",
        entities=CARD,
        source=purchases,
        aggregations=[
            Aggregation("count", windows=["1h", timedelta(days=1)]),
            Aggregation("sum", "items", windows="90m"),
            Aggregation("sum", "amount", windows="30d"),
            Aggregation("max", "price", windows="30d"),
            Aggregation("last", "shop", windows="30d"),
            Aggregation("top_k", "shop", windows="30d", k=3),
            Aggregation("decayed", "items", half_life="7d"),
        ],
    )
    assert {each.name: each.type for each in view.columns} == {
        "count_1h": "int64",
        "count_1d": "int64",
        "items_sum_90m": "int64",
        "amount_sum_30d": "float64",
        "price_max_30d": "float64",
        "shop_last_30d": "string",
        "shop_top_3_30d": "list<string>",
        "items_decayed_7d": "float64",
    }
    assert [each.name for each in view.inputs] == ["items", "amount", "price", "shop"]
    assert views(["spending"])[0].aggregations == view.aggregations


@pytest.mark.parametrize(
    ("aggregation", "message"),
    [
        (Aggregation("sum", "shop", windows="1h"), "takes the sum of 'shop', which holds string"),
        (Aggregation("count", "tags", windows="1h"), "aggregates 'tags', which holds list<string>"),
        (Aggregation("sum", "amuont", windows="1h"), "no column 'amuont'.*'amount'"),
        (Aggregation("last", "card", windows="1h"), "'card' is both a key and a feature"),
    ],
)
def test_what_cannot_be_aggregated_is_refused(
    purchases: Dataset, aggregation: Aggregation, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        feature_view(name="v", entities=CARD, source=purchases, aggregations=[aggregation])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ttl": timedelta(days=1)}, "its windows say how old an event may be"),
        ({"features": ["amount"]}, "names features and aggregations"),
        ({"static": True, "time": None}, "no time"),
    ],
)
def test_an_aggregating_view_has_a_time_and_no_age(
    purchases: Dataset, options: dict[str, Any], message: str
) -> None:
    count = Aggregation("count", windows="1h")
    with pytest.raises(InvalidInput, match=message):
        feature_view(name="v", entities=CARD, source=purchases, aggregations=[count], **options)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("avg", "x"), {"windows": "1h"}, "'avg' is no aggregation"),
        (("sum",), {"windows": "1h"}, "sum needs a column"),
        (("sum", "x"), {}, "sum needs windows"),
        (("sum", "x"), {"windows": "1 week"}, "'1 week' is no stretch of time"),
        (("sum", "x"), {"windows": timedelta(milliseconds=5)}, "whole seconds"),
        (("sum", "x"), {"windows": "0h"}, "no stretch of whole seconds"),
        (("sum", "x"), {"windows": "1h", "k": 2}, "k=2 means nothing for sum"),
        (("sum", "x"), {"windows": "1h", "half_life": "1h"}, "sum has no half-life"),
        (("decayed", "x"), {"windows": "1h"}, "decayed takes no windows"),
        (("decayed", "x"), {}, "decayed needs a half-life"),
    ],
)
def test_an_aggregation_that_means_nothing_is_refused(
    arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        Aggregation(*arguments, **options)


def test_a_window_has_some_sixty_tiles_at_least_and_some_four_hundred_at_most() -> None:
    for hours in (1, 2, 3, 7, 24, 100, 24 * 7, 24 * 30, 24 * 90, 24 * 365):
        window = timedelta(hours=hours)
        assert 60 <= window / tile_of(window) <= 400
        assert timedelta(days=1) % tile_of(window) == timedelta(0)
