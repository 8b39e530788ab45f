"""A real Jupyter server with the extension, over records like the quickstart's."""

from __future__ import annotations

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403  # fixtures and hooks of this folder alone

from tests.server import seed
from workbench import workspace


@pytest.fixture  # type: ignore[no-redef]
def jp_server_config():
    return {"ServerApp": {"jpserver_extensions": {"workbench.server": True}}}


@pytest.fixture
def records(tmp_path):
    """The workspace, filled; the ids of its records by name."""
    place = workspace.connect(home=tmp_path / "workspace")
    with workspace.use(place):
        yield seed.fill(tmp_path / "workspace")


@pytest.fixture
def api(records, jp_fetch):
    """Ask the server; the answer's JSON."""

    async def ask(*path, **options):
        response = await jp_fetch("workbench", "api", *path, **options)
        return response if options.get("raise_error") is False else loads(response)

    return ask


def loads(response):
    import json

    return json.loads(response.body)


@pytest.fixture
def part(ask):
    """Ask for a part of a record's page; `ask` is the module's own."""

    async def part(identifier, name):
        return await ask("records", identifier, "parts", name)

    return part
