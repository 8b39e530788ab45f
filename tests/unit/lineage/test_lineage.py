"""Where a record came from, what came from it, what a change would touch."""

import pytest

from workbench.core.errors import InvalidInput, NotFound
from workbench.lineage import lineage
from workbench.metadata import PARENT_VARIABLE, Artifact, ColumnSource
from workbench.workspace import connect


@pytest.fixture
def line(tmp_path, monkeypatch):
    """Two raw tables, a view, a training set, a run under a job, a model, an endpoint."""
    metadata = connect(home=tmp_path).metadata
    made: dict[str, Artifact] = {}

    def step(kind, name, writes, reads=(), properties=None, columns=None, **options):
        sources = [made[each] for each in reads]
        edges = {
            target: [ColumnSource(made[record], column, how)]
            for target, (record, column, how) in (columns or {}).items()
        }
        with metadata.record(kind, name, reads=sources, **options) as recording:
            made[name] = recording.write(writes, name, properties=properties, columns=edges)
        return recording

    def table(*names):
        return {"rows": 3, "columns": [{"name": each} for each in names]}

    step("ingest", "flights", "dataset", properties=table("dest", "arr_delay"))
    step("ingest", "weather", "dataset", properties=table("temp", "visib"))
    step(
        "feature_view",
        "hourly",
        "feature_view",
        ["weather"],
        columns={"temp": ("weather", "temp", "")},
    )
    step(
        "training_set",
        "examples",
        "dataset",
        ["flights", "hourly"],
        properties=table("dest", "temp"),
        columns={"dest": ("flights", "dest", ""), "temp": ("hourly", "temp", "as of")},
    )
    with metadata.record("job", "retrain") as job:
        monkeypatch.setenv(PARENT_VARIABLE, job.id)
        step("run", "wide", "file", ["examples"], context=("experiment", "delay"))
        step("register", "delay", "model", ["wide"], columns={"temp": ("examples", "temp", "")})
        monkeypatch.delenv(PARENT_VARIABLE)
        job.read(made["examples"])  # as the notebook's cells do
        job.read(made["weather"])
    step("deploy", "endpoint", "deployment", ["delay", "hourly"])
    return made


def titles(nodes):
    return {node.title for node in nodes}


def test_upstream_reaches_the_raw_tables_and_the_job(line):
    assert titles(lineage("deployment:endpoint").upstream()) == {
        "delay@1",
        "hourly@1",
        "wide",
        "examples@1",
        "flights@1",
        "weather@1",
        "retrain",
    }


def test_a_job_has_lines_only_to_what_none_of_its_steps_touched(line):
    graph = lineage("deployment:endpoint")
    by_id = {node.id: node.title for node in graph.nodes}
    lines = {(by_id[edge.source], by_id[edge.target]) for edge in graph.edges}
    assert {pair for pair in lines if "retrain" in pair} == {
        ("weather@1", "retrain"),
        ("retrain", "wide"),
    }
    assert ("examples@1", "wide") in lines


def test_downstream_reaches_the_endpoint(line):
    assert "endpoint@1" in titles(lineage("weather").downstream())
    assert lineage("endpoint").downstream() == []


def test_files_of_a_run_are_passed_through(line):
    edges = lineage("delay").to_pandas()
    assert ["wide", "delay@1", "register"] in edges.to_numpy().tolist()


def test_impact_of_a_column_follows_columns_and_then_what_has_none(line):
    weather = lineage("weather")
    assert titles(weather.impact("temp")) == {
        "hourly@1",
        "examples@1",
        "wide",
        "delay@1",
        "endpoint@1",
    }
    assert weather.impact("visib") == []
    assert titles(weather.impact()) == titles(weather.downstream())


def test_an_unknown_column_names_its_neighbour(line):
    with pytest.raises(NotFound, match="has no column 'tmep'; did you mean 'temp'"):
        lineage("weather").impact("tmep")


@pytest.mark.parametrize("record", ["dataset:flights@1", "flights", "run:wide", "job:retrain"])
def test_a_record_is_found_by_reference_kind_or_name(line, record):
    assert lineage(record).node.name == record.partition(":")[2].partition("@")[0] or record


def test_a_record_is_found_by_its_artifact_and_its_id(line):
    assert lineage(line["flights"]).root == lineage(line["flights"].id).root == line["flights"].id


def test_an_unknown_record_names_its_neighbour(line):
    with pytest.raises(NotFound, match="no record is named 'fligths'; did you mean 'flights'"):
        lineage("fligths")


def test_what_is_no_record_is_refused(line):
    with pytest.raises(InvalidInput, match="int has no lineage"):
        lineage(3)


def test_two_endpoints_of_one_model_do_not_mix_their_upstreams(line):
    # Flights lead to the endpoint; weather does too, but did not come from flights.
    flights = lineage("flights")
    assert "weather@1" not in titles(flights.downstream()) | titles(flights.upstream())


def test_the_json_has_what_the_pictures_need(line):
    graph = lineage("endpoint").to_dict()
    assert {"nodes", "edges", "column_edges", "root"} <= graph.keys()
    assert {"id", "kind", "ref", "title", "subtitle", "state", "columns"} <= graph["nodes"][
        0
    ].keys()
    assert all(edge["source"] != edge["target"] for edge in graph["edges"])


def test_openlineage_events_carry_schemas_and_column_lineage(line):
    events = lineage("endpoint").to_openlineage()
    training = next(e for e in events if e["job"]["name"] == "training_set.examples")
    assert training["eventType"] == "COMPLETE"
    facets = training["outputs"][0]["facets"]
    assert {"name": "temp"} in facets["schema"]["fields"]
    assert facets["columnLineage"]["fields"]["temp"]["inputFields"] == [
        {"namespace": "workbench.feature_view", "name": "hourly@1", "field": "temp"}
    ]


def test_the_package_can_be_called_under_its_public_name(line):
    import workbench
    import workbench.lineage

    assert workbench.lineage("flights").node.title == "flights@1"
