"""Where a test lies says what it is: its folder's name is its marker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.services"]

settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")

HERE = Path(__file__).parent


def pytest_configure() -> None:
    """Listen to Ctrl-C, which a shell's background jobs, and so their children, are deaf to."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the folder of `tests/` that it lies in."""
    for item in items:
        if (folder := item.path.relative_to(HERE).parts[0]) != item.path.name:
            item.add_marker(folder)


@pytest.fixture(scope="session", autouse=True)
def no_workspace_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests, and the processes they start, away from the user's own workspace."""
    for name in [name for name in os.environ if name.startswith("WORKBENCH_")]:
        del os.environ[name]
    os.environ["WORKBENCH_HOME"] = str(tmp_path_factory.mktemp("workspace"))
