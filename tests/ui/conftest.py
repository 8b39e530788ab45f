"""A real JupyterLab over records like the quickstart's, and tests of it in Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server import features_room, room, seed
from tests.services import free_port, running
from workbench import workspace

HERE = Path(__file__).parent
EXTENSIONS = HERE.parent.parent / "extensions"
TOKEN = "a-token-of-the-tests"


@dataclass(frozen=True)
class Lab:
    """A JupyterLab server and the workspace behind it."""

    url: str
    records: dict[str, str]
    home: Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with the built extension; authentication and XSRF checks are on."""
    folder = tmp_path_factory.mktemp("lab")
    home = folder / "workspace"
    place = workspace.connect(home=home)
    with workspace.use(place):
        records = seed.fill(home)
        records |= {f"departures/{name}": each for name, each in room.fill(folder).items()}
        records["live"] = seed.start_run()
        with serving(folder, home) as url:
            yield Lab(url, records, home)


@pytest.fixture(scope="session")
def features_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab over feature views, a service and what uses them."""
    folder = tmp_path_factory.mktemp("features")
    home = folder / "workspace"
    place = workspace.connect(home=home)
    with workspace.use(place):
        records = features_room.fill(every=40)
        with serving(folder, home) as url:
            yield Lab(url, records, home)


@pytest.fixture(scope="session")
def empty_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab over a workspace without a record."""
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder, folder / "workspace") as url:
        yield Lab(url, {}, folder / "workspace")


@pytest.fixture(scope="session")
def demo_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab over what the demo made, its endpoint and its page still up."""
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "workspace"
    program = Path(sys.executable).with_name("workbench")
    ran = subprocess.run(
        [program, "demo", "--home", home, "--keep", "--json"],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        if ran.returncode:
            pytest.fail(f"the demo failed:\n{ran.stderr}", pytrace=False)
        (executed,) = (home / "jobs").glob("quickstart-*.ipynb")
        with serving(folder, home) as url:
            shutil.copy(executed, folder / "notebooks" / "executed.ipynb")
            yield Lab(url, {}, home)
    finally:
        subprocess.run([program, "down", "--home", home], check=True, capture_output=True)


@pytest.fixture(scope="session")
def browse() -> Callable[[str, Lab], None]:
    """Run the browser tests of a file against a lab; what failed is in the message."""

    def run(spec: str, lab: Lab, **extra: str) -> None:
        environment = {
            **os.environ,
            "NODE_PATH": str(EXTENSIONS / "node_modules"),
            "TARGET_URL": lab.url,
            "LAB_TOKEN": TOKEN,
            "LAB_RECORDS": json.dumps(lab.records),
            "LAB_HOME": str(lab.home),
            "PYTHON": sys.executable,
            **extra,
        }
        command: list[str | Path] = [
            EXTENSIONS / "node_modules/.bin/playwright",
            *("test", "--config", HERE / "playwright.config.ts", spec),
        ]
        done = subprocess.run(
            command, env=environment, check=False, cwd=HERE, capture_output=True, text=True
        )
        print(done.stdout)
        if done.returncode:
            pytest.fail(f"{done.stdout}\n{done.stderr}", pytrace=False)

    return run


@contextmanager
def serving(folder: Path, home: Path) -> Iterator[str]:
    """Run JupyterLab over a workspace; its notebooks and settings are in the folder."""
    import jupyterlab.galata  # type: ignore[import-untyped]

    if not (EXTENSIONS.parent / "workbench/labextension/package.json").is_file():
        pytest.fail("the lab extension is not built: run `make build`", pytrace=False)
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    _settings(folder / "settings")
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    for notebook in (HERE / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, notebooks)
    environment = {
        "WORKBENCH_HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": str(_language_pack(folder / "packages")),
    }
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.root_dir": notebooks,
        "IdentityProvider.token": TOKEN,
        "LabApp.expose_app_in_browser": True,
        "LabApp.workspaces_dir": folder / "workspaces",
        "LabApp.user_settings_dir": folder / "settings",
        "LabServerApp.extra_labextensions_path": Path(jupyterlab.galata.__file__).parent,
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            log = folder / "lab.log"
            stack.enter_context(running(command, lambda: _answers(f"{url}api"), log))
        yield url


def _language_pack(folder: Path) -> Path:
    """Make what JupyterLab needs to offer Chinese: its own language pack, here an empty one."""
    module = folder / "jupyterlab_language_pack_zh_CN"
    about = folder / "jupyterlab_language_pack_zh_CN-4.5.dist-info"
    module.mkdir(parents=True)
    about.mkdir()
    (module / "__init__.py").touch()
    (about / "METADATA").write_text("Name: jupyterlab-language-pack-zh-CN\nVersion: 4.5\n")
    (about / "entry_points.txt").write_text(
        "[jupyterlab.languagepack]\nzh_CN = jupyterlab_language_pack_zh_CN\n"
    )
    return folder


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _settings(folder: Path) -> None:
    """Keep JupyterLab from asking the internet for news, and from moving things while one looks."""
    quiet = {
        "apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
        "apputils-extension/themes": {"adaptive-theme": False},
    }
    for name, values in quiet.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
