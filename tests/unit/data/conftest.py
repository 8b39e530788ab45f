import pytest

from workbench import workspace
from workbench.data.datasets.ingest import ingest
from workbench.data.samples import nycflights13


@pytest.fixture(scope="session")
def flights():
    return nycflights13("flights")


@pytest.fixture(autouse=True, scope="module")
def here(tmp_path_factory):
    """A workspace a module: its tests may see one another's records, never another module's."""
    before = workspace._current
    connected = workspace.connect(home=tmp_path_factory.mktemp("home"))
    yield connected
    connected.metadata.close()
    workspace._current = before


@pytest.fixture(scope="module")
def year(here, flights):
    """The flights as a dataset, split by time, with the label that the quickstart predicts."""
    frame = flights.assign(late=flights["arr_delay"] > 15)
    return ingest(
        frame,
        name="flights",
        time="time_hour",
        label="late",
        split={"train": "2013-09-01", "validation": "2013-11-01", "test": None},
    )
