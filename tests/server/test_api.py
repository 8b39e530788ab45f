"""The routes as a browser meets them."""

from __future__ import annotations

import asyncio
import json

import pytest
from tornado.httpclient import HTTPClientError

from tests.server import seed
from workbench import workspace
from workbench.server.extension import ROUTES

pytestmark = pytest.mark.server


async def refused(fetching):
    with pytest.raises(HTTPClientError) as caught:
        await fetching
    return caught.value


async def test_records_come_newest_first_with_their_fact_and_code(api):
    answer = await api("records")
    assert answer["counts"] == {
        "dataset": 5,
        "feature_view": 3,
        "on_demand_view": 0,
        "feature_service": 0,
        "run": 3,
        "model": 1,
        "deployment": 1,
        "job": 2,
        "dashboard": 1,
        "alert": 1,
    }
    used = [record["used_at"] for record in answer["records"]]
    assert used == sorted(used, reverse=True)
    facts = {(each["kind"], each["title"]): each for each in answer["records"]}
    flights = facts["dataset", "flights"]
    assert (flights["fact"], flights["code"]) == ("336,776 rows", 'wb.dataset("flights@1")')
    assert facts["run", "deep-lr1e-1"]["fact"] == "loss is NaN at step 212"
    assert facts["model", "delay"]["chips"] == ["champion"]
    assert facts["deployment", "delay"]["fact"] == "p99 8.10 ms"
    assert facts["feature_view", "plane"]["fact"] == "static"
    assert facts["alert", "wind_gust drifted, JSD 0.21"]["state"] == "alert"
    assert facts["job", "retrain"]["fact"].startswith("tomorrow")


async def test_search_and_kind_narrow_the_list(api):
    answer = await api("records", params={"q": "flights", "kind": "dataset"})
    assert [each["name"] for each in answer["records"]] == ["flights"]
    assert answer["counts"] == {"dataset": 1}


async def test_every_record_has_a_page(api):
    for record in (await api("records"))["records"]:
        page = await api("records", record["id"])
        assert page["id"] == record["id"]
        assert page["made_by"]
        compile(page["made_by"].replace("…", "..."), "made_by", "exec")


async def test_a_run_page_has_curves_params_and_what_it_read(api, records):
    page = await api("records", records["run"])
    assert {each["key"] for each in page["curves"]["series"]} == {"train/loss", "validation/auc"}
    titles = [table["title"] for table in page["tables"]]
    assert titles == ["Params", "Metrics", "Read", "Made"]
    assert 'data="delay_examples@1"' in page["made_by"]


async def test_lineage_reaches_from_the_dashboard_to_the_raw_tables(api, records):
    graph = await api("lineage", records["dashboard"], params={"direction": "upstream"})
    assert {"flights@1", "weather@1", "planes@1"} <= {node["ref"] for node in graph["nodes"]}
    down = await api("lineage", records["dashboard"], params={"direction": "downstream"})
    assert [node["id"] for node in down["nodes"]] == [records["dashboard"]]


async def test_an_alert_shows_its_picture_and_a_blob_is_never_a_page(api, jp_fetch):
    listed = await api("records", params={"kind": "alert"})
    page = await api("records", listed["records"][0]["id"])
    picture = await jp_fetch("workbench", "api", page["pictures"][0]["url"])
    assert picture.headers["Content-Type"] == "image/png"
    hostile = workspace.current().blobs.put_bytes(b"<html><script>alert(1)</script>")
    answer = await jp_fetch("workbench", "api", "blobs", hostile.digest)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_dashboard_opens_with_its_token_while_it_is_served(api, records):
    page = await api("records", records["dashboard"])
    assert page["facts"]["url"] == "http://127.0.0.1:8866/voila/render/delays.ipynb?token=a-token"
    (workspace.current().home / "run" / "voila.json").unlink()
    page = await api("records", records["dashboard"])
    assert (page["state"], page["facts"]["url"]) == ("down", None)


async def test_a_model_page_holds_its_newest_evaluation_against_the_baseline(api, records):
    tables = {each["title"]: each for each in (await api("records", records["model"]))["tables"]}
    names = [column["name"] for column in tables["Evaluation"]["columns"]]
    assert names == ["slice", "rows", "auc", "baseline", "difference"]
    whole, _, few = tables["Evaluation"]["rows"]
    assert whole[2] == pytest.approx({"value": 0.7312, "low": 0.7272, "high": 0.7352})
    assert few == ["carrier HA", 57, "too few rows (57)", None, None]


async def test_statistics_are_those_computed_last(api, records):
    data = (await api("records", records["flights"]))["statistics"]
    assert data["datasets"] == [{"name": "flights@1", "rows": 336_776}]
    delay = next(each for each in data["features"] if each["name"] == "dep_delay")
    assert delay["stats"][0]["missing"] == 8_255


async def test_statistics_of_splits_are_laid_over_each_other(api, records):
    import pandas as pd

    import workbench as wb

    frame = pd.DataFrame({"x": range(10), "part": ["train"] * 7 + ["test"] * 3})
    dataset = wb.ingest(frame, name="parted", split="part")
    wb.statistics(dataset, split="test")
    data = (await api("records", dataset.artifact.id))["statistics"]
    assert data["datasets"] == [{"name": "parted@1/test", "rows": 3}]
    wb.statistics(dataset, split="train")
    data = (await api("records", dataset.artifact.id))["statistics"]
    assert [each["name"] for each in data["datasets"]] == ["parted@1/train", "parted@1/test"]
    wb.statistics(dataset)
    data = (await api("records", dataset.artifact.id))["statistics"]
    assert data["datasets"] == [{"name": "parted@1", "rows": 10}]


async def test_a_views_page_has_statistics_once_it_was_materialized(api, records):
    from datetime import timedelta

    import pandas as pd

    import workbench as wb

    times = pd.date_range("2013-01-01", periods=3, freq="h", tz="UTC")
    readings = pd.DataFrame({"origin": "JFK", "at": times, "temp": [30.0, 31.0, 32.0]})
    wb.ingest(readings, name="readings", time="at")
    view = wb.feature_view(
        name="hourly",
        entities=[wb.Entity("origin")],
        source="readings",
        ttl=timedelta(hours=6),
    )
    part = await api("records", view.artifact.id, "parts", "through")
    assert (part["statistics"], part["code"]) == (None, 'wb.materialize("hourly@1")')
    wb.materialize(view)
    part = await api("records", view.artifact.id, "parts", "through")
    assert part["statistics"]["datasets"] == [{"name": "hourly@1", "rows": 3}]
    assert [each["name"] for each in part["statistics"]["features"]] == ["temp"]


async def test_a_dashboards_page_shows_what_it_drew_when_it_was_checked(api, records):
    metadata = workspace.current().metadata
    picture = workspace.current().blobs.put_bytes(b"\x89PNG\r\n\x1a\n")
    kept = {"digest": picture.digest, "title": "Delays", "scale": 2.0}
    with metadata.record("job", "delays") as job:
        job.write("notebook", "delays", properties={"pictures": [kept]})
    metadata.update_artifact(records["dashboard"], job=job.id)
    (shown,) = (await api("records", records["dashboard"]))["pictures"]
    assert (shown["title"], shown["url"]) == ("Delays", f"blobs/{picture.digest}")


async def test_an_awkward_name_arrives_whole(api, records):
    page = await api("records", records["awkward"])
    assert page["name"] == seed.AWKWARD
    assert eval(page["code"].removeprefix("wb.dataset")) == seed.AWKWARD + "@1"


async def test_an_alias_is_set(api, records):
    answer = await api(
        "records", records["model"], "alias", method="POST", body='{"alias": "best"}'
    )
    assert answer["chips"] == ["best", "champion"]


async def test_a_scheduled_notebook_runs_now(api, records):
    answer = await api("schedules", "retrain", "run", method="POST", body="{}")
    assert answer == {"started": "retrain"}
    for _ in range(240):
        jobs = workspace.current().metadata.executions("job", "retrain")
        if jobs and jobs[0].state != "running":
            break
        await asyncio.sleep(0.25)
    assert [(job.state, job.error) for job in jobs] == [("complete", None)]
    page = await api("records", "schedule:retrain")
    assert page["tables"][1]["rows"][0][1] == "complete"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (("records", "nothing"), 404, "no record has the id 'nothing'"),
        (("lineage", "nothing"), 404, "no record has the id 'nothing'"),
        (("runs", "nothing", "metrics"), 404, "no execution has the id 'nothing'"),
        (("blobs", "0" * 64), 404, "the artifact 000000000000… is not"),
    ],
)
async def test_what_is_not_there_is_said(api, jp_fetch, path, status, says):
    error = await refused(jp_fetch("workbench", "api", *path))
    answer = json.loads(error.response.body)
    assert error.code == status
    assert answer["message"].startswith(says)
    assert answer["hint"]


async def test_bad_input_is_refused_with_the_value_and_a_hint(records, jp_fetch):
    for path, options in (
        (("records",), {"params": {"limit": "many"}}),
        (("lineage", records["flights"]), {"params": {"direction": "sideways"}}),
        (("records", records["model"], "alias"), {"method": "POST", "body": '{"alias": "7"}'}),
        (("records", records["model"], "alias"), {"method": "POST", "body": "not json"}),
    ):
        error = await refused(jp_fetch("workbench", "api", *path, **options))
        assert error.code == 400
        assert json.loads(error.response.body)["hint"]


@pytest.mark.parametrize(("route", "handler"), ROUTES)
async def test_every_route_asks_for_authentication(records, jp_fetch, route, handler):
    path = route.replace("([^/]+)", "some").replace("([0-9a-f]{64})", "0" * 64)
    own = {
        name for kind in handler.__mro__ if "workbench" in kind.__module__ for name in vars(kind)
    }
    method = next(each for each in ("GET", "POST", "DELETE") if each.lower() in own)
    error = await refused(
        jp_fetch(
            "workbench",
            "api",
            *path.split("/"),
            method=method,
            body="{}" if method == "POST" else None,
            headers={"Authorization": "none"},
        )
    )
    assert error.code == 403


async def test_a_post_without_the_xsrf_token_is_refused(
    records, jp_serverapp, jp_base_url, http_server_client
):
    token = jp_serverapp.identity_provider.token
    login = await http_server_client.fetch(f"{jp_base_url}lab?token={token}", raise_error=False)
    cookies = "; ".join(each.split(";")[0] for each in login.headers.get_list("Set-Cookie"))
    answer = await http_server_client.fetch(
        f"{jp_base_url}workbench/api/records/{records['model']}/alias",
        method="POST",
        body='{"alias": "stolen"}',
        headers={"Cookie": cookies},
        raise_error=False,
    )
    assert answer.code == 403
    assert workspace.current().metadata.artifact("model", "delay").aliases == ("champion",)


async def test_the_quickstart_is_copied_once(records, jp_fetch, jp_root_dir):
    made = json.loads(
        (await jp_fetch("workbench", "api", "quickstart", method="POST", body="{}")).body
    )
    assert made == {"path": "quickstart.ipynb", "made": True}
    # What it runs comes along.
    assert (jp_root_dir / "jobs" / "retrain.ipynb").is_file()
    assert (jp_root_dir / "dashboards" / "delays.ipynb").is_file()
    notebook = jp_root_dir / "quickstart.ipynb"
    notebook.write_text(notebook.read_text().replace("flight", "FLIGHT"))
    changed = notebook.read_text()
    again = json.loads(
        (await jp_fetch("workbench", "api", "quickstart", method="POST", body="{}")).body
    )
    assert (again["made"], notebook.read_text()) == (False, changed)


async def test_a_change_is_told_at_once_and_a_closed_stream_ends(records, jp_fetch, jp_serverapp):
    told: list[str] = []
    first, second = asyncio.Event(), asyncio.Event()

    def receive(chunk: bytes) -> None:
        told.append(chunk.decode())
        (second if first.is_set() else first).set()

    stream = asyncio.ensure_future(
        jp_fetch("workbench", "api", "events", streaming_callback=receive, request_timeout=5)
    )
    await asyncio.wait_for(first.wait(), 5)
    await asyncio.sleep(0.3)  # the watcher of the file system needs a moment to stand
    with workspace.current().metadata.record("ingest", "late"):
        pass
    await asyncio.wait_for(second.wait(), 3)
    assert 'data: {"changed": true}' in told[-1]
    stream.cancel()
