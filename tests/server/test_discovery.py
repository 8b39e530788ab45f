"""Features found by clicks: read out of a cell, proved and priced; searched in related datasets."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tornado.httpclient import HTTPClientError

from tests.server import features_room
from workbench import workspace
from workbench.server import discovering
from workbench.server.features import discovery

pytestmark = pytest.mark.server

CELL = 'landings.groupby("carrier").rolling("7D", on="time_hour")["arr_delay"].mean()'


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A workspace with datasets that share keys; tests only read it."""
    place = workspace.connect(home=tmp_path_factory.mktemp("discovery"))
    with workspace.use(place):
        features_room.fill(every=200)
        return place


@pytest.fixture
def post(filled, jp_fetch):
    """Ask the server; the answer's JSON, line by line."""

    async def post(path, **wanted):
        answer = await jp_fetch(
            "workbench", "api", "features", path, method="POST", body=json.dumps(wanted)
        )
        return [json.loads(each) for each in answer.body.decode().splitlines()]

    with workspace.use(filled):
        yield post


async def test_a_cell_s_view_is_told_whole(post):
    ((told),) = await post("from-cell", source=CELL)
    found = told["proposal"]
    assert told["trouble"] is None
    assert (found["view"], found["entity"]) == ("landings_by_carrier", "carrier")
    assert found["keys"] == [{"name": "carrier", "type": "string"}]
    assert (found["time"], found["created"], found["reads"]) == (
        "time_hour",
        "landed",
        ["landings@1"],
    )
    (made,) = found["features"]
    assert made["feature"] == "arr_delay_mean_7d"
    assert (made["function"], made["column"], made["window"]) == ("mean", "arr_delay", "7d")
    assert 'wb.Aggregation("mean", "arr_delay", windows=["7d"])' in found["code"]


async def test_the_proof_says_equal_and_what_it_costs(post):
    *_, last = await post("prove", source=CELL)
    proof = last["found"]
    assert proof["equal"]
    assert proof["values"] > 100
    assert min(proof["rows"], proof["keys"], proof["disk_bytes"], proof["online_bytes"]) > 0
    assert workspace.current().metadata.versions("feature_view", "landings_by_carrier") == []


async def test_what_other_cells_made_is_known(post):
    cell = CELL.replace("landings", "df")
    (told,) = await post("from-cell", source=cell)
    assert told["trouble"]["line"] == 1
    assert told["trouble"]["asks"] == {"frame": "df", "keys": []}
    above = ["import workbench as wb\ndf = wb.dataset('landings').to_pandas()", "%%bash\nls"]
    for said in ({"before": above}, {"frames": {"df": "landings"}}):
        (told,) = await post("from-cell", source=cell, **said)
        assert told["proposal"]["reads"] == ["landings@1"]
    above.append("df = shuffle(df)")
    (told,) = await post("from-cell", source=cell, before=above)
    assert told["trouble"]["asks"]["frame"] == "df"


async def test_which_of_several_keys_is_asked(post):
    cell = f"{CELL}\nlandings.groupby('time_hour').size()"
    (told,) = await post("from-cell", source=cell)
    assert told["trouble"]["asks"]["keys"] == [["carrier"], ["time_hour"]]
    (told,) = await post("from-cell", source=cell, keys=["carrier"])
    assert told["proposal"]["view"] == "landings_by_carrier"


async def test_a_step_that_no_view_can_follow_is_named_with_its_line(post):
    (told,) = await post("from-cell", source="x = landings\nx.groupby('carrier').median()")
    assert told["trouble"]["line"] == 2
    assert "median()" in told["trouble"]["message"]
    assert "@wb.feature_view" in told["trouble"]["hint"]
    (last,) = (await post("prove", source="x = landings\nx.median()"))[-1:]
    assert last["failed"]["message"].startswith("line 2")


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('pathlib').Path('{0}').touch()",
        "landings.query('@__import__(\"os\").system(\"touch {0}\")').groupby('carrier').size()",
        "landings.groupby('carrier')['arr_delay'].agg(lambda x: open('{0}', 'w'))",
        "@(lambda f: open('{0}', 'w'))\ndef f(): pass",
        "x: open('{0}', 'w') = landings",
        "!touch {0}\nlandings.groupby('carrier')['arr_delay'].mean()",
        "%%bash\ntouch {0}",
        "%%sql\nCOPY landings TO '{0}'",
        "SELECT carrier, avg(arr_delay) FROM landings GROUP BY carrier; COPY landings TO '{0}'",
    ],
)
async def test_a_cell_is_read_and_never_run(post, tmp_path, cell):
    harmed = tmp_path / "harmed"
    await post("from-cell", source=cell.format(harmed))
    await post("prove", source=cell.format(harmed))
    assert not harmed.exists()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("x = landings" + "+1" * 20_000, "nests too deeply"),
        ("landings" * 20_000, "the cell has 160,000 characters"),
        ("landings\0", "null bytes"),
        ("SELECT carrier, max(arr_delay) FROM read_csv('/etc/passwd') GROUP BY 1", "no dataset"),
        (
            "SELECT carrier, count(*) FROM landings WHERE EXISTS (FROM read_csv('x')) GROUP BY 1",
            "a query within the query",
        ),
        (
            "SELECT carrier, max(arr_delay + random()) FROM landings GROUP BY carrier",
            "another at each moment",
        ),
    ],
)
async def test_a_hostile_cell_is_refused(post, cell, said):
    (told,) = await post("from-cell", source=cell)
    assert said in told["trouble"]["message"]


async def test_related_datasets_are_those_that_share_a_key_and_tell_no_label(post):
    (told,) = await post("related", spine="flights@1")
    listed = {each["name"]: each for each in told["datasets"]}
    chosen = {name for name, each in listed.items() if each["why_not"] is None}
    assert chosen == {"landings", "weather", "planes"}
    assert listed["planes"]["keys"] == [["tailnum"]]
    assert ["day"] in listed["weather"]["keys"]
    assert listed["weather"]["key"] == ["origin"]
    assert {listed[name]["why_not"] for name in ("flights", "examples")} == {"label"}


async def test_a_search_says_how_far_it_is_and_its_finds_become_code(post, monkeypatch):
    monkeypatch.setattr(discovering, "_BETWEEN", 0.001)
    asked = {"spine": "flights@1", "label": "late", "datasets": ["landings", "planes"]}
    *before, last = await post("discover", **asked)
    assert {"done": 1, "of": 2} in before
    found = last["found"]
    assert found["label"] == "late"
    assert 'datasets=["landings", "planes"]' in found["code"]
    worth = [each["worth"] for each in found["candidates"]]
    assert worth == sorted(worth, reverse=True)
    parts = {each["feature"]: each["parts"] for each in found["candidates"]}
    assert parts["landings_by_carrier:arr_delay_max_1d"] == {
        "function": "max",
        "column": "arr_delay",
        "dataset": "landings",
        "keys": "carrier",
        "window": "1d",
    }
    names = [each["feature"] for each in found["candidates"]]
    assert "planes_by_tailnum:seats" in names
    wanted = ["landings_by_carrier:arr_delay_mean_7d", "landings_by_carrier:arr_delay_max_1d"]
    (told,) = await post("accept", search=found["search"], features=wanted)
    assert told["code"].count("wb.feature_view(") == 1
    assert 'wb.Aggregation("mean", "arr_delay", windows=["7d"])' in told["code"]
    assert 'wb.Aggregation("max", "arr_delay", windows=["1d"])' in told["code"]
    with pytest.raises(HTTPClientError, match="404"):
        await post("accept", search="gone", features=wanted)
    with pytest.raises(HTTPClientError, match="400"):
        await post("accept", search=found["search"], features=["a:b"])


async def test_a_search_that_cannot_be_says_why(post):
    (last,) = (await post("discover", spine="flights@1", datasets=[]))[-1:]
    assert last["failed"]["message"] == "no related dataset is chosen"
    by = {"weather": ["organ"]}
    (last,) = (await post("discover", spine="flights@1", datasets=["weather"], relations=by))[-1:]
    assert last["failed"]["message"].startswith("'organ' is no column of both")
    (last,) = (await post("discover", spine="flights@1", datasets=["flights"]))[-1:]
    assert "their own label" in last["failed"]["message"]


async def test_work_ends_when_the_browser_leaves(post, jp_fetch, monkeypatch):
    began, ended = threading.Event(), threading.Event()

    def work(wanted, told):
        began.set()
        try:
            while not ended.wait(0.01):
                told(1, 2)
        except discovering.Left:
            ended.set()
            raise
        return {}

    monkeypatch.setattr(discovering.Discovering, "work", staticmethod(work))
    request = {"method": "POST", "body": "{}", "request_timeout": 0.5}
    with pytest.raises(HTTPClientError):
        await jp_fetch("workbench", "api", "features", "discover", **request)
    assert began.is_set()
    assert await asyncio.to_thread(ended.wait, 10)


async def test_work_that_waits_for_its_turn_says_so(post, monkeypatch):
    free = threading.Event()
    monkeypatch.setattr(discovering, "_BETWEEN", 0.01)
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(discovering, "_threads", threads)
        threads.submit(free.wait, 10)
        asyncio.get_running_loop().call_later(0.3, free.set)
        first, *_, last = await post("prove", source=CELL)
    assert first == {"waits": True}
    assert last["found"]["equal"]


async def test_only_the_latest_finds_are_kept(post, monkeypatch):
    monkeypatch.setattr(discovery, "_KEPT", 1)
    asked = {"spine": "flights@1", "datasets": ["planes"]}
    first, second = [(await post("discover", **asked))[-1]["found"]["search"] for _ in range(2)]
    wanted = ["planes_by_tailnum:seats"]
    await post("accept", search=second, features=wanted)
    with pytest.raises(HTTPClientError, match="404"):
        await post("accept", search=first, features=wanted)
