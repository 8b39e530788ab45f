"""On-demand views: one function, recorded as text, computed the same for a row and a request."""

from __future__ import annotations

import functools
import getpass
import inspect
import json
import math
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.data.datasets.ingest import ingest
from workbench.features.definitions.computed import OnDemandView
from workbench.features.definitions.computing import compute
from workbench.features.definitions.entities import Entity
from workbench.features.definitions.on_demand import on_demand_view
from workbench.features.definitions.registration import feature_service, feature_view
from workbench.features.definitions.selections import choose, resolve
from workbench.features.definitions.views import FeatureView
from workbench.workspace import Workspace

PLANE = Entity("plane", keys=["tailnum"])
SEATS_AT_MOST = 500


@pytest.fixture
def plane(place: Workspace) -> FeatureView:
    table = pa.table({"tailnum": ["N1", "N2"], "seats": [150, 4], "year": [2003, None]})
    return feature_view(
        name="plane", entities=[PLANE], source=ingest(table, name="planes"), owner="ada"
    )


def run(
    view: OnDemandView, row: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    chosen = choose(view)
    found = {f"plane:{name}": value for name, value in row.items()}
    compute(chosen.steps(chosen.names()), [found], [given or {}])
    return {name: value for name, value in found.items() if ":" not in name}


def test_a_feature_is_made_of_a_request_and_of_other_features(plane: FeatureView) -> None:
    @on_demand_view(inputs={"booked": int}, features=[plane], tags="pii", owner="ada")
    def load_factor(booked: int, seats: int) -> float | None:
        """How full the plane is.

        By seats.
        """
        return None if not seats else booked / min(seats, SEATS_AT_MOST)

    assert load_factor.ref == "load_factor@1"
    assert load_factor.features == ("load_factor:load_factor",)
    assert load_factor.description == "How full the plane is."
    assert (load_factor.owner, load_factor.tags) == ("ada", ("pii",))
    assert load_factor.reads == ("plane@1:seats",)
    assert "SEATS_AT_MOST = 500" in load_factor.code
    assert "on_demand_view" not in load_factor.code
    assert run(load_factor, {"seats": 150}, {"booked": 75}) == {"load_factor": 0.5}
    assert run(load_factor, {"seats": None}, {"booked": 75}) == {"load_factor": None}


def test_what_is_asked_for_brings_what_it_reads(plane: FeatureView) -> None:
    @on_demand_view(features="plane")
    def age(year: int) -> int:
        return 2013 - year

    @on_demand_view(features=["age", "plane:seats"], outputs={"old": bool, "small": "bool"})
    def kinds(age: int, seats: int) -> dict[str, bool]:
        return {"old": age > 20, "small": seats < 10}

    chosen = choose(["kinds:old", "plane:seats"])
    assert chosen.asked == (("kinds", "old"), ("plane", "seats"))
    assert [(each.view.name, set(each.columns)) for each in chosen.selections] == [
        ("plane", {"seats", "year"})
    ]
    assert [each.name for each in chosen.computed] == ["age", "kinds"]
    names = chosen.names(["seats"])
    assert names["plane", "seats"] == "plane__seats"
    row = {names["plane", "seats"]: 4, names["plane", "year"]: 1990}
    compute(chosen.steps(names), [row], [{}])
    assert row[names["kinds", "old"]] is True
    assert names["age", "age"] == "age:age"  # on the way only
    assert [each.view.name for each in resolve("kinds")] == ["plane"]


def test_the_same_definition_is_the_same_version_and_what_it_uses_counts(
    plane: FeatureView,
) -> None:
    def defined(rate: float) -> OnDemandView:
        def taxed(price: float) -> float:
            return price * rate

        return on_demand_view(inputs={"price": float})(taxed)

    first = defined(1.5)
    assert defined(1.5).ref == first.ref == "taxed@1"
    assert defined(2.0).ref == "taxed@2"
    assert run(first, {}, {"price": 2.0}) == {"taxed": 3.0}


def helper(x: float) -> float:
    return math.floor(x) + inner(x)


def inner(x: float, by: float = SEATS_AT_MOST) -> float:
    return sum(each for each in [x / by])


def test_functions_and_modules_that_it_uses_travel_with_it() -> None:
    from workbench.features.definitions.programs import load, program_of

    def told(x: float, at: datetime) -> float:
        day = (at + timedelta(hours=1)).astimezone(UTC)
        return helper(x) + day.hour + float(json.loads("1"))

    text = program_of(told)
    assert "import math" in text
    assert "from datetime import timedelta" in text
    code = f"{text}\nprint(told(2.5, datetime_(2013, 1, 1, 5)))"
    code = code.replace("import math", "import math\nfrom datetime import datetime as datetime_", 1)
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    at = datetime(2013, 1, 1, 5)  # noqa: DTZ001
    assert float(alone.stdout) == told(2.5, at) == load(text, "told")(2.5, at)


class Holder:
    rate = 2.0


HELD = Holder()
COUNT = 0


def test_what_its_text_cannot_carry_is_refused(place: Workspace) -> None:
    def held(x: float) -> float:
        return x * HELD.rate

    def counted(x: float) -> float:
        global COUNT  # noqa: PLW0603
        COUNT += 1
        return x

    def undefined(x: float) -> float:
        return x * float(nowhere)  # type: ignore[name-defined]  # noqa: F821

    def own(x: float) -> float:
        return x * len(conftest.__name__)

    from tests import conftest

    for function, message in (
        (held, "'held' cannot be recorded.*'HELD', a Holder"),
        (counted, "changes the global 'COUNT'"),
        (undefined, "'nowhere', which is not defined"),
        (own, "other processes do not have"),
    ):
        with pytest.raises(InvalidInput, match=message):
            on_demand_view(inputs={"x": float})(function)
    with pytest.raises(InvalidInput, match=r"'x'|lambda"):
        on_demand_view(name="x", inputs={"x": float}, outputs={"y": float})(lambda x: x)


def test_parameters_are_inputs_or_features(plane: FeatureView) -> None:
    def typo(seat: int) -> float:
        return seat

    def defaulted(seats: int = 3) -> float:
        return seats

    def rest(**seats: int) -> float:
        return 1.0

    def nothing() -> float:
        return 1.0

    def silent(seats):
        return seats

    for function, message in (
        (typo, "'seat', which is neither.*did you mean 'seats'"),
        (defaulted, "has a default for 'seats'"),
        (rest, r"takes \*\*seats"),
        (nothing, "takes nothing"),
        (silent, "does not say what it returns"),
    ):
        with pytest.raises(InvalidInput, match=message):
            on_demand_view(features=[plane])(function)
    with pytest.raises(InvalidInput, match="does not take the input 'fare'"):
        on_demand_view(features=[plane], inputs={"fare": float}, outputs={"a": int})(silent)
    with pytest.raises(InvalidInput, match="the input 'seats' is said to be of type 'text'"):
        on_demand_view(inputs={"seats": "text"}, outputs={"a": int})(silent)
    with pytest.raises(NotFound, match="'plan'"):
        on_demand_view(features=["plan"], outputs={"a": int})(silent)


def test_a_failure_names_the_rows_values(plane: FeatureView) -> None:
    @on_demand_view(inputs={"fare": float}, features=[plane])
    def per_seat(fare: float, seats: int) -> float:
        return fare / seats

    with pytest.raises(InvalidInput, match=r"entity 0 \(fare=5.0, seats=0\): ZeroDivisionError"):
        run(per_seat, {"seats": 0}, {"fare": 5})
    with pytest.raises(InvalidInput, match=r"seats=None.*a value that is missing is None"):
        run(per_seat, {"seats": None}, {"fare": 5})
    with pytest.raises(InvalidInput, match=r"entity 0 has no 'fare'.*did you mean 'fares'"):
        run(per_seat, {"seats": 1}, {"fares": 5})
    with pytest.raises(InvalidInput, match=r"'fare' = 'much'.*must be a number"):
        run(per_seat, {"seats": 1}, {"fare": "much"})


def test_what_it_returns_is_of_the_type_it_said(plane: FeatureView) -> None:
    @on_demand_view(inputs={"x": float}, outputs={"a": int, "b": str})
    def two(x: float) -> object:
        return {"a": x, "b": "ü"} if x > 0 else x

    assert run(two, {}, {"x": 3}) == {"a": 3, "b": "ü"}
    with pytest.raises(InvalidInput, match=r"returned a float for entity 0 \(x=-1.0\)"):
        run(two, {}, {"x": -1})
    with pytest.raises(InvalidInput, match=r"'a' = 2.5.*whole number"):
        run(two, {}, {"x": 2.5})


def test_a_view_of_newer_data_answers_and_one_of_another_meaning_does_not(
    plane: FeatureView,
) -> None:
    @on_demand_view(features=[plane])
    def age(year: int) -> int:
        return 2013 - year

    ingest(pa.table({"tailnum": ["N1"], "seats": [1], "year": [2000]}), name="planes")
    newer = plane.refresh()
    assert newer.ref == "plane@2"
    assert [each.view.ref for each in resolve("age")] == ["plane@2"]
    assert [each.view.ref for each in resolve([plane, "age"])] == ["plane@1"]
    service = feature_service("ages", ["age"])
    assert service.reads == ("plane@2", "age@1")
    ingest(pa.table({"tailnum": ["N1"], "seats": [1], "year": [2001]}), name="planes")
    plane.refresh()
    assert [each.view.ref for each in resolve("ages")] == ["plane@2"]  # a service is pinned
    other = feature_view(name="plane", entities=[PLANE], source="planes", features=["year"])
    assert [each.view.ref for each in resolve("age")] == ["plane@3"]
    with pytest.raises(InvalidInput, match=r"age@1 reads plane@1, and plane@4 is defined in"):
        resolve([other, "age"])


def test_views_share_their_names(plane: FeatureView) -> None:
    def age(year: int) -> int:
        return 2013 - year

    with pytest.raises(Conflict, match="a feature view 'plane' already"):
        on_demand_view(name="plane", features=[plane])(age)
    on_demand_view(features=[plane])(age)
    with pytest.raises(Conflict, match="an on-demand view 'age' already"):
        feature_view(name="age", entities=[PLANE], source="planes")


def test_lineage_goes_through_it(place: Workspace, plane: FeatureView) -> None:
    from workbench.lineage import lineage

    @on_demand_view(features=[plane])
    def age(year: int) -> int:
        return 2013 - year

    found = lineage(age)
    assert {(each.source_column, each.target_column, each.how) for each in found.columns} >= {
        ("year", "age", "python age")
    }
    assert [node.ref for node in found.upstream()] == ["plane@1", "planes@1"]
    assert lineage("on_demand_view:age").root == found.root


def test_no_owner_is_known_where_the_system_knows_no_user(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    view = feature_view(
        name="plane", entities=[PLANE], source=ingest(pa.table({"tailnum": ["N1"]}), name="p")
    )
    assert view.owner == ""


def wrapped(function: Callable[[float], float]) -> Callable[[float], float]:
    @functools.wraps(function)
    def inner_one(x: float) -> float:
        return function(x) + 1

    return inner_one


@wrapped
def plus_one(x: float) -> float:
    return x


def test_text_that_is_not_what_runs_is_refused(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uses(x: float) -> float:
        return plus_one(x)

    def changed(x: float) -> float:
        return x * 2

    with pytest.raises(InvalidInput, match=r"plus_one\(\) is wrapped by a decorator"):
        on_demand_view(inputs={"x": float})(uses)
    text = "def changed(x: float) -> float:\n    return x * 3\n"
    monkeypatch.setattr(inspect, "getsource", lambda _: text)
    with pytest.raises(InvalidInput, match=r"source of changed\(\) is another one than what runs"):
        on_demand_view(inputs={"x": float})(changed)


def test_text_inside_keeps_its_indent(place: Workspace) -> None:
    @on_demand_view(inputs={"x": int})
    def told(x: int) -> str:
        """Two lines.

        Of words.
        """
        lines = """
            a
              b
        """
        return lines.splitlines()[x]

    assert [run(told, {}, {"x": i})["told"] for i in (1, 2)] == ["            a", "              b"]


def test_a_notebooks_cell_defines_one(place: Workspace) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        shell.run_cell("import workbench as wb\nRATE = 2\ndef doubled(x):\n    return x * RATE")
        done = shell.run_cell(
            "@wb.on_demand_view(inputs={'x': float})\n"
            "def rated(x) -> float:\n"
            "    # twice as much\n"
            "    return doubled(x)\n"
            "rated.code"
        )
        assert done.success, done.error_in_exec
        assert "RATE = 2" in done.result
        assert "# twice as much" in done.result
        assert run(resolve_on_demand("rated"), {}, {"x": 4}) == {"rated": 8.0}
    finally:
        InteractiveShell.clear_instance()


def resolve_on_demand(name: str) -> OnDemandView:
    return choose(name).computed[-1]


def test_nothing_is_written_to_what_has_no_rows(plane: FeatureView) -> None:
    from workbench.features.online.pushing import push

    @on_demand_view(features=[plane])
    def age(year: int) -> int:
        return 2013 - year

    with pytest.raises(InvalidInput, match=r"'age' is computed on demand.*what it reads: plane"):
        push("age", [{"tailnum": "N1", "seats": 1, "year": 2}])
    for source in ("age", age):
        with pytest.raises(InvalidInput, match=r"age.*(has no rows|is no source)"):
            feature_view(name="top", entities=[PLANE], source=source)  # type: ignore[arg-type]
    feature_view(name="other", entities=[PLANE], source="planes")
    feature_service("both", ["plane", "other"])
    with pytest.raises(InvalidInput, match="'both' is of several views; name one: plane, other"):
        push("both", [{"tailnum": "N1"}])
