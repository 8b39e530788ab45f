"""A dataset's page: its head, each of its parts, and what can be done there."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from tornado.httpclient import HTTPClientError

import workbench as wb
from tests.server import room
from workbench import workspace

pytestmark = pytest.mark.server


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A workspace with the data room's records, and their ids; tests only add to it."""
    home = tmp_path_factory.mktemp("room")
    place = workspace.connect(home=home)
    with workspace.use(place):
        return place, room.fill(home, every=200)


@pytest.fixture
def ids(filled):
    place, ids = filled
    with workspace.use(place):
        yield ids


@pytest.fixture
def ask(ids, jp_fetch):
    """Ask the server; the answer's JSON."""

    async def ask(*path, **options):
        return json.loads((await jp_fetch("workbench", "api", *path, **options)).body)

    return ask


def rows_of(part, title):
    """Return a table's rows as dictionaries."""
    table = next(each for each in part["tables"] if each["title"] == title)
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def text(cell):
    return cell["text"] if isinstance(cell, dict) else cell


async def test_the_head_tells_what_the_dataset_is(ask, ids):
    page = await ask("records", ids["third"])
    dataset = wb.dataset("departures@3")
    facts = page["facts"]
    assert (facts["rows"], facts["spans"], facts["bad_rows"]) == (dataset.rows, 13, 3)
    assert facts["source"] == "departures-autumn.csv"
    assert (facts["first"][:10], facts["last"][:10]) == ("2013-01-01", "2014-01-01")
    assert page["chips"] == ["gold"]
    head = page["dataset"]
    assert {each["key"]: each["count"] for each in head["parts"]} == {
        "columns": 21,
        "spans": 13,
        "versions": 3,
        "schema": None,
        "anomalies": 5,
        "users": None,
        "bad_rows": 3,
    }
    assert head["previous"] == ids["second"]
    assert head["step"] == {"kind": "ingest", "in": None}


async def test_anomalies_stand_at_their_columns(ask, ids):
    page = await ask("records", ids["third"])
    marked = {
        each["name"]: [found["kind"] for found in each["anomalies"]]
        for each in page["statistics"]["features"]
        if each.get("anomalies")
    }
    assert marked["origin"] == ["ENUM_TYPE_UNEXPECTED_STRING_VALUES"]
    assert page["dataset"]["validated"]["count"] == sum(map(len, marked.values())) + len(
        page["statistics"].get("anomalies", ())
    )


async def test_statistics_can_be_chosen_and_laid_over_others(ask, ids):
    choices = (await ask("records", ids["third"]))["dataset"]["statistics_choices"]
    assert [(each["text"], each["other"]) for each in choices] == [
        ("", False),
        ("train", False),
        ("test", False),
        ("departures@2", True),
        ("departures@1", True),
    ]
    _, train, test, *_ = (each["id"] for each in choices)
    chosen = await ask("statistics", train, params={"against": test})
    names = [each["name"] for each in chosen["data"]["datasets"]]
    assert names == ["departures@3/train", "departures@3/test"]
    assert chosen["data"]["features"][1]["drift"] is not None
    assert 'wb.statistics("departures@3", split="train")' in chosen["code"]
    compile(chosen["code"], "code", "exec")


@pytest.mark.parametrize("has_schema", [False, True])
async def test_a_notebook_of_its_cells_runs(ask, ids, has_schema):
    dataset = wb.ingest(pd.DataFrame({"x": ["a", "b"]}), name=f"noted.{has_schema}")
    if has_schema:
        wb.infer_schema(dataset).edit("x", values=["a"]).save()
    names: dict[str, Any] = {}
    for cell in (await ask("records", dataset.id))["dataset"]["cells"]:
        exec(cell, names)
    assert names[f"noted_{has_schema}"].ref == dataset.ref
    assert names["anomalies"].columns == (("x",) if has_schema else ())


async def test_columns_say_what_they_are_for_and_an_awkward_name_arrives_whole(part, ids):
    columns = {
        text(each["column"]): each
        for each in rows_of(await part(ids["third"], "columns"), "Columns")
    }
    assert columns["time_hour"]["role"] == "time, key"
    assert columns["late"]["role"] == "label"
    assert columns["tailnum"]["description"] == "Registration of the plane"
    assert columns[room.AWKWARD]["type"] == "string"
    assert "made from" not in columns["late"]


async def test_a_columns_source_is_the_record_it_was_first_in(part, ids):
    columns = {
        text(each["column"]): each["made from"]["links"]
        for each in rows_of(await part(ids["examples"], "columns"), "Columns")
    }
    # The version that was read, although its own columns came with the versions before.
    assert [each["text"] for each in columns["distance"]] == ["departures@3.distance"]
    (temperature,) = (found for name, found in columns.items() if "temp" in name)
    assert [each["text"] for each in temperature] == ["departures_weather@1.temp"]


async def test_spans_hold_all_rows_and_know_the_version_that_brought_them(part, ids):
    answer = await part(ids["third"], "spans")
    spans = rows_of(answer, "Spans")
    dataset = wb.dataset("departures@3")
    assert {each["span"]: each["rows"] for each in spans} == dataset.spans
    assert all(each["train"] + each["test"] == each["rows"] for each in spans)
    assert [sum(rows) for rows in answer["spans"]["rows"]] == list(dataset.splits.values())
    came = [text(each["came with"]) for each in spans]
    assert came == ["departures@1"] * 6 + ["departures@2"] * 3 + ["departures@3"] * 4


async def test_a_span_that_was_replaced_came_with_the_version_that_did(part, ids):
    for rows, options in (
        (["2013-01-01", "2013-02-01"], {"span": "month", "time": "at"}),
        (["2013-02-02"], {"append": True, "replace": True}),
    ):
        frame = pd.DataFrame({"at": pd.to_datetime(rows, utc=True)})
        dataset = wb.ingest(frame, name="mended", **options)
    spans = rows_of(await part(dataset.id, "spans"), "Spans")
    assert [text(each["came with"]) for each in spans] == ["mended@1", "mended@2"]
    (second, first) = rows_of(await part(dataset.id, "versions"), "Versions")
    assert (second["added"], second["gone"]) == (1, 1)
    assert (first["added"], first["gone"]) == (None, None)


async def test_values_are_drawn_through_spans_once_each_has_statistics(part, ids):
    frame = pd.DataFrame(
        {"at": pd.to_datetime(["2013-01-01", "2013-02-01"], utc=True), "x": [1.0, 2.0]}
    )
    dataset = wb.ingest(frame, name="through", time="at", span="month")
    wb.statistics(dataset, span="2013-01")
    answer = await part(dataset.id, "spans")
    assert answer["through"] is None
    assert "SpansWidget" in answer["code"]
    wb.statistics(dataset, span="2013-02")
    through = (await part(dataset.id, "spans"))["through"]
    assert [each["name"] for each in through["spans"]] == ["2013-01", "2013-02"]
    assert {each["name"]: each["mean"] for each in through["columns"]}["x"] == [1.0, 2.0]


async def test_versions_tell_what_came_without_reading_rows(part, ids):
    third, second, _ = rows_of(await part(ids["third"], "versions"), "Versions")
    real = wb.dataset("departures@2").diff("departures@3")
    assert (third["added"], third["gone"]) == (real.added, real.removed)
    assert (third["version"], third["tags"]) == ("departures@3", "gold")
    assert second["version"]["record"] == ids["second"]


async def test_two_versions_are_compared_by_key(ask, ids):
    found = await ask("records", ids["third"], "compared", ids["second"])
    real = wb.dataset("departures@2").diff("departures@3")
    assert (found["a"]["name"], found["b"]["name"]) == ("departures@2", "departures@3")
    counts = [found[each] for each in ("added", "removed", "changed", "unchanged")]
    assert counts == [real.added, real.removed, real.changed, real.unchanged]
    moved = {each["name"]: each["drift"] for each in found["columns"]}
    assert moved["month"]["jsd"] > 0.05  # from statistics that both have


async def test_the_schema_is_the_one_it_was_held_to_with_all_its_changes(part, ids):
    answer = await part(ids["third"], "schema")
    assert answer["schema"]["record"] == ids["schema"]
    columns = {each["name"]: each for each in answer["schema"]["data"]["columns"]}
    assert columns["origin"]["values"] == ["EWR", "JFK"]
    changes = rows_of(answer, "Changes")
    assert {
        (each["version"], each["column"], each["expectation"], each["after"]) for each in changes
    } >= {("departures@3", "distance", "maximum", "4000")}
    assert rows_of(answer, "Constraints") == [{"constraint": "air_time < 600"}]


async def test_a_schema_is_edited_on_its_page(ask, ids):
    schema = wb.infer_schema(wb.ingest(pd.DataFrame({"x": [1, 2]}), name="edited"))
    assert schema.artifact is not None
    path = ("schemas", schema.artifact.id, "edits")

    async def send(**body):
        return await ask(*path, method="POST", body=json.dumps(body))

    wrong = await send(edits=[{"column": "y", "changes": {"minimum": 0}}])
    assert "y" in wrong["errors"]["y"]
    edits = [{"column": "x", "changes": {"minimum": 0, "maximum": 9}}]
    assert await send(edits=edits) == {"errors": {}}
    assert workspace.current().metadata.artifact("schema", "edited").version == 1
    assert (await send(edits=edits, save=True))["saved"]["text"] == "edited@2"
    page = await ask("records", workspace.current().metadata.artifact("schema", "edited").id)
    assert page["schema"]["data"]["columns"][0]["maximum"] == 9
    assert [each["column"] for each in rows_of(page, "Changes")] == ["x", "x"]


async def test_a_validation_tells_what_it_found_and_against_what(part, ids):
    (latest,) = (await part(ids["third"], "anomalies"))["validations"]
    assert (latest["state"], latest["schema"]["record"]) == ("failed", ids["schema"])
    found = {each["column"]: each for each in rows_of(latest, "Anomalies")}
    assert found.keys() >= {"origin", "distance"}
    assert all(each["severity"] == "error" and each["description"] for each in found.values())
    assert found["origin"]["anomaly"] == "Unexpected string values"


async def test_validations_come_newest_first_and_not_where_it_was_the_baseline(part, ids):
    before = wb.ingest(pd.DataFrame({"x": ["a", "b"]}), name="held")
    schema = wb.infer_schema(before)
    after = wb.ingest(pd.DataFrame({"x": ["a", "c"]}), name="held")
    wb.validate(after, schema)
    wb.validate(after, schema.edit("x", values=None).save(), baseline=before)
    validations = (await part(after.id, "anomalies"))["validations"]
    assert [each["state"] for each in validations] == ["passed", "failed"]
    assert (await part(before.id, "anomalies"))["validations"] == []


async def test_users_are_found_however_far_they_are(part, ids):
    users = rows_of(await part(ids["third"], "users"), "Users")
    assert [(text(each["record"]), each["kind"], text(each["through"])) for each in users] == [
        ("departures_examples@1", "dataset", ""),
        ("first try", "run", "departures_examples@1"),
        ("departures_late@1", "model", "first try"),
    ]


async def test_bad_rows_are_shown_as_they_stood(part, ids):
    answer = await part(ids["third"], "bad_rows")
    bad = rows_of(answer, "Bad rows")
    assert [each["value"] for each in bad] == ["far", "?", "<b>1,020</b>"]
    assert {each["column"] for each in bad} == {"distance"}
    assert answer["all"] == 3


async def test_parts_without_anything_offer_the_line_that_makes_it(ask, part, ids):
    dataset = wb.ingest(pd.DataFrame({"x": [1]}), name="bare")
    page = await ask("records", dataset.id)
    assert (page["statistics"], page["statistics_code"]) == (None, 'wb.statistics("bare@1")')
    assert "bad_rows" not in [each["key"] for each in page["dataset"]["parts"]]
    assert (await part(dataset.id, "schema"))["code"] == 'wb.infer_schema("bare@1")'
    for name in ("spans", "anomalies", "users"):
        assert (await part(dataset.id, name))["tables"] == []


async def test_the_line_of_an_empty_part_runs_and_fills_it(part, ids):
    source = pd.DataFrame({"x": [1, 2], "at": pd.to_datetime(["2013-01-01", "2013-02-01"])})
    dataset = wb.ingest(source, name="empty", time="at")
    for name in ("users", "anomalies", "schema"):
        code = (await part(dataset.id, name))["code"]
        exec(code, {"wb": wb, "fit": lambda context: None})
        answer = await part(dataset.id, name)
        assert answer["tables"] or answer["validations"], code
    exec((await part(dataset.id, "spans"))["code"], {"wb": wb, "source": source})
    assert list(wb.dataset("empty").spans) == ["2013-01", "2013-02"]


async def test_a_tag_is_set_and_taken_away(ask, ids):
    path = ("records", ids["second"], "alias")
    tagged = await ask(*path, method="POST", body='{"alias": "silver"}')
    assert tagged["chips"] == ["silver"]
    assert wb.dataset("departures@silver").version == 2
    assert (await ask(*path, "silver", method="DELETE"))["chips"] == []
    # A tag that another version bears stays there.
    await ask(*path, "gold", method="DELETE")
    assert wb.dataset("departures@gold").version == 3


async def test_a_version_that_was_let_go_still_has_a_page(ask, part, ids):
    frame = pd.DataFrame({"x": [1, 2]})
    first = wb.ingest(frame, name="gone")
    wb.ingest(frame, name="gone")
    workspace.current().metadata.delete_artifact(first.id)
    page = await ask("records", first.id)
    assert (page["state"], page["facts"]["rows"]) == ("deleted", 2)
    assert len(rows_of(await part(first.id, "columns"), "Columns")) == 1


@pytest.mark.parametrize("kind", ["statistics", "schema", "anomalies"])
async def test_what_is_recorded_of_it_has_a_page_with_code(ask, ids, kind):
    for artifact in workspace.current().metadata.artifacts(kind, "departures"):
        page = await ask("records", artifact.id)
        compile(page["code"], "code", "exec")
        compile(page["made_by"], "made_by", "exec")
        assert rows_of(page, "Read")


@pytest.mark.parametrize(
    "path",
    [
        ("records", "{third}", "parts", "colums"),
        ("records", "{schema}", "parts", "columns"),
        ("records", "{third}", "compared", "{schema}"),
        ("statistics", "{third}"),
    ],
)
async def test_what_is_not_there_is_said(ask, ids, path):
    with pytest.raises(HTTPClientError) as caught:
        await ask(*(each.format(**ids) for each in path))
    assert caught.value.code == 404
    assert caught.value.response is not None
    assert json.loads(caught.value.response.body)["hint"]
