"""A workspace of its own for a module's tests."""

import pytest

from workbench import cluster, workspace


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Whose local Ray ends with the module."""
    place = workspace.connect(home=tmp_path_factory.mktemp("home"))
    with workspace.use(place):
        yield place
        cluster.stop()
